import type { z } from 'zod'

import { boundOnce, once, wishText } from './binding.ts'
import { AnswerError } from './errors.ts'
import type { Content } from './secret.ts'
import type { Answer, Answers } from './sh/answer.ts'
import type { Change } from './change.ts'
import type { Peer, PeerSettings, PeerSpec } from './peer.ts'
import { latelyAnswered } from './sh/lately-answered.ts'
import type { Sh } from './sh/sh.ts'

export type { Change } from './change.ts'

/** A file of a host as a person may see it. */
export interface SavedFile {
  readonly path: string
  readonly text: string
  /** Its true text, where `text` masks a secret. */
  readonly content?: Content
}

/** What it takes to have a host as it was before lbprov: the changes, and what cannot or must not be taken back. */
export interface Retirement {
  readonly changes: readonly Change[]
  /** Sentences, without the host: `/etc/motd was edited since lbprov wrote it, so it is left`. */
  readonly left: readonly string[]
}

/**
 * How a kind is taken back, once nobody wishes it any more. Before the first change of a resource the manifest keeps
 * how the host was found.
 */
export interface RetireSpec<Schema extends z.ZodType, Is> {
  /** The wish as the manifest keeps it: JSON, enough to ask about it and to take it back. No secrets, no long texts. */
  keep(should: z.output<Schema>): z.input<Schema>
  /** What lbprov leaves there, in one word (a sum): whatever else is found there is somebody else's work. */
  wrote?(should: z.output<Schema>): string
  /** The same word for what is there now. */
  readonly there?: (is: Is) => string | undefined
  /**
   * Pure. From `is` back to `before`; nothing left to do: no changes. `wrote`: every word that `wrote` may have left
   * there, the latest last.
   */
  back(kept: z.output<Schema>, found: Found<Is>): Retirement
  /** What a daemon that ran before lbprov told its peers, and will tell again; undefined: it cannot be known. */
  readonly formerPeer?: (kept: z.output<Schema>, before: Is) => PeerSettings | undefined
}

export interface Found<Is> {
  /** How it was before lbprov first changed it; it has been through JSON (so `undefined` members are missing). */
  readonly before: Is
  readonly is: Is
  readonly wrote: readonly string[]
}

/** One line of a host's manifest: a resource that lbprov changed there, and how it was before. Plain JSON. */
export interface ManifestEntry {
  readonly kind: string
  /** As `Resource.id`. */
  readonly id: string
  /** As `RetireSpec.keep` gave it. */
  readonly wish: unknown
  readonly before: unknown
  readonly wrote: readonly string[]
}

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
  /**
   * Pure. What `is` becomes once `should` holds: `diff(should, after(should, is))` is `[]`. Only for kinds of which one
   * run may wish the same id twice, the later wish planned with the earlier one in mind.
   */
  after?(should: z.output<Schema>, is: Is): Is
  /** Only for a daemon that must agree with those of other hosts. */
  readonly peer?: PeerSpec<Schema, Is>
  /** Without it, the kind leaves nothing behind that could be taken back. */
  readonly retire?: RetireSpec<Schema, Is>
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
  /** `earlier`: wishes of the same id that will hold by then, in order. */
  judge(answers: Answers, earlier?: readonly Resource[]): readonly Change[]
  /** Its line of the manifest, as the answers find the host; undefined: a kind that leaves nothing behind. */
  remember(answers: Answers): ManifestEntry | undefined
  /** What is there now, in the manifest's word for it; undefined: there is none, or nothing is there. */
  there?(answers: Answers): string | undefined
  /** For an orphan only: sentences about what will not be taken back. */
  left?(answers: Answers): readonly string[]
  /** The daemon that it keeps among its peers; without it, there is none. */
  peer?(answers: Answers): Peer
  /** Its changes come once the rest of the phase is proved, because they may take away what the proof needs. */
  readonly isLast?: true
}

/** What a list of kinds needs of each, whatever its schema. */
export interface ResourceKind<Schema extends z.ZodType = z.ZodType> {
  readonly name: string
  readonly summary: string
  readonly schema: Schema
  /** @throws ZodError for a wish its schema refuses */
  bind(wish: z.input<Schema>): Resource
  /**
   * What a manifest remembers, as a resource that wishes the host back as it was.
   * @throws AnswerError for a line that no lbprov wrote
   */
  orphan(entry: ManifestEntry): Resource
}

/** What `earlier` wishes become when their turn comes: set by `defineResource`, read by `judge` of the same kind. */
const afterOf = new WeakMap<Resource, (is: unknown) => unknown>()

/** A kind whose schema refuses what the manifest says of it: written by hand, or by another lbprov. */
const unreadable = ({ id }: ManifestEntry, cause: unknown): AnswerError =>
  new AnswerError(
    `the manifest's line about ${id} is not understood, so it is not known how to take it back; look at /var/lib/lbprov/manifest there.`,
    { cause },
  )

export const defineResource = <Schema extends z.ZodType, Part extends string, Is>(
  spec: ResourceSpec<Schema, Part, Is>,
): ResourceKind<Schema> => {
  const idOf = (should: z.output<Schema>): string => `${spec.name} ${spec.id(should)}`
  const make = (should: z.output<Schema>): Resource => {
    const { retire, peer } = spec
    const probe = once(() => spec.probe(should))
    const files = once(() => spec.files?.(should) ?? [])
    const wish = once(() => wishText(should))
    const judged = latelyAnswered((answers) => spec.diff(should, spec.parse(answers, should)))
    const resource: Resource = {
      kind: spec.name,
      id: idOf(should),
      get wish() {
        return wish()
      },
      get probe() {
        return probe()
      },
      get files() {
        return files()
      },
      // The engine hands back exactly the questions it was given: the names are Part by construction.
      judge: (answers, earlier = []) => {
        if (earlier.length === 0) return judged(answers)
        const is = earlier.reduce(
          (reached, each) => (afterOf.get(each)?.(reached) ?? reached) as Is,
          spec.parse(answers, should),
        )
        return spec.diff(should, is)
      },
      there: (answers) => retire?.there?.(spec.parse(answers, should)),
      remember: (answers) =>
        retire === undefined
          ? undefined
          : {
              kind: spec.name,
              id: idOf(should),
              wish: retire.keep(should),
              before: spec.parse(answers, should),
              wrote: retire.wrote === undefined ? [] : [retire.wrote(should)],
            },
      ...(peer !== undefined && {
        peer: (answers): Peer => ({
          state: peer.state(spec.parse(answers, should)),
          desired: peer.desired(should),
        }),
      }),
    }
    if (spec.after !== undefined) {
      afterOf.set(resource, (is) => spec.after?.(should, is as Is))
    }
    return resource
  }
  return {
    name: spec.name,
    summary: spec.summary,
    schema: spec.schema,
    bind: boundOnce((wish) => make(spec.schema.parse(wish))),
    orphan: (entry) => {
      const { retire, peer } = spec
      const read = spec.schema.safeParse(entry.wish)
      if (retire === undefined || !read.success) throw unreadable(entry, read.error)
      const kept = read.data
      const back = (answers: Answers): Retirement =>
        retire.back(kept, {
          before: entry.before as Is,
          is: spec.parse(answers, kept),
          wrote: entry.wrote,
        })
      return {
        kind: spec.name,
        id: entry.id,
        wish: wishText(entry),
        probe: spec.probe(kept),
        files: [],
        judge: (answers) => back(answers).changes,
        remember: () => undefined,
        left: (answers) => back(answers).left,
        ...(peer !== undefined && {
          peer: (answers): Peer => ({
            state: peer.state(spec.parse(answers, kept)),
            desired: retire.formerPeer?.(kept, entry.before as Is),
          }),
        }),
      }
    },
  }
}
