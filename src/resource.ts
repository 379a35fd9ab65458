import { createHash } from 'node:crypto'

import type { z } from 'zod'

import { Secret, reveal } from './secret.ts'
import type { Answer } from './sh/frame.ts'
import type { Sh } from './sh/sh.ts'

interface Difference {
  /** In an operator's words: `net.ipv4.ip_forward, live`. */
  readonly what: string
  /** What is there; `undefined`: nothing. For people: secrets are masked already. */
  readonly before: string | undefined
  /** What will be there; `undefined`: nothing. For people: secrets are masked already. */
  readonly after: string | undefined
  /** The two are whole texts of a file: shown as a unified diff under `what`, its path. */
  readonly text?: true
  /** What an operator should know before it happens: `the VIP stays on lb1`. */
  readonly note?: string
  /** The command that mends it. */
  readonly run: Sh
}

interface Harmless {
  readonly severs?: false
}

interface Severing {
  /** May cut the connection it travels on, so it cannot be written without its way back. */
  readonly severs: true
  readonly undo: Sh
}

/** A file of a host as a person may see it. */
export interface SavedFile {
  readonly path: string
  readonly text: string
}

/** One difference between wish and host, and the command that mends it. */
export type Change = Difference & (Harmless | Severing)

/**
 * A kind of resource. What is asked depends on the wish alone, never on an answer: so all questions
 * of all resources of a host are put in one trip.
 */
export interface ResourceSpec<Schema extends z.ZodType, Part extends string, Is> {
  /** The file's name; a playbook may use it as a task where the kind is listed as generic. */
  readonly name: string
  /** One line, for help and for editors. */
  readonly summary: string
  /** What may be wished; its output is canonical, so `diff` may compare with `===`. */
  readonly schema: Schema
  /** What on the host it owns: `/etc/hosts`. Two owners on one host are a fault of the playbook. */
  id(should: z.output<Schema>): string
  /** The questions, by name. They only read. */
  probe(should: z.output<Schema>): Readonly<Record<Part, Sh>>
  /**
   * The answers in canonical form.
   * @throws AnswerError for an answer it does not know
   */
  parse(answers: Readonly<Record<Part, Answer>>, should: z.output<Schema>): Is
  /** The whole files that hold its saved side, secrets masked: what `render` writes. Default: none. */
  files?(should: z.output<Schema>): readonly SavedFile[]
  /** Pure. Nothing left to change: `[]`. */
  diff(should: z.output<Schema>, is: Is): readonly Change[]
}

/** A kind bound to one wish: all that the engine ever sees. */
export interface Resource {
  readonly kind: string
  /** `file /etc/hosts`: unique on a host. */
  readonly id: string
  /** Two wishes with the same id are one when these texts are equal. */
  readonly wish: string
  readonly probe: Readonly<Record<string, Sh>>
  readonly files: readonly SavedFile[]
  judge(answers: Readonly<Record<string, Answer>>): readonly Change[]
}

/** What a list of kinds needs of each, whatever its schema. */
export interface ResourceKind<Schema extends z.ZodType = z.ZodType> {
  readonly name: string
  readonly summary: string
  readonly schema: Schema
  /** @throws ZodError for a wish its schema refuses */
  bind(wish: z.input<Schema>): Resource
}

/** The same for equal wishes and for no others; of a secret it holds only a sum. */
const wishText = (should: unknown): string =>
  JSON.stringify(should, function (this: Readonly<Record<string, unknown>>, key, value: unknown) {
    const held = this[key]
    return held instanceof Secret ? createHash('sha256').update(reveal(held)).digest('hex') : value
  })

export const defineResource = <Schema extends z.ZodType, Part extends string, Is>(
  spec: ResourceSpec<Schema, Part, Is>,
): ResourceKind<Schema> => ({
  name: spec.name,
  summary: spec.summary,
  schema: spec.schema,
  bind: (wish) => {
    const should = spec.schema.parse(wish)
    return {
      kind: spec.name,
      id: `${spec.name} ${spec.id(should)}`,
      wish: wishText(should),
      probe: spec.probe(should),
      files: spec.files?.(should) ?? [],
      // The engine hands back exactly the questions it was given: the names are Part by construction.
      judge: (answers) => spec.diff(should, spec.parse(answers, should)),
    }
  },
})
