import type { Change, Found, Retirement } from '../resource.ts'
import { Secret } from '../secret.ts'
import type { Sh } from '../sh/sh.ts'
import { removeDirectories, removeFile, replaceFile, setAttribute } from './replace-file.ts'
import { sha256 } from './sha256.ts'

/** How a path was found. */
export interface FileIs {
  /** `directory`, in the words of stat(1); not there: nothing is at the path. */
  readonly type?: string | undefined
  /** Only of a regular file. */
  readonly held?: HeldFile | undefined
  /** Where it is, where a link was followed. */
  readonly leads?: string | undefined
  /** Why nothing is known of it: a user of the host may put there what he likes. */
  readonly refused?: string | undefined
  /** Directories above it that are not there, the deepest first. */
  readonly missing: readonly string[]
  /** The directory in which it, or the first of the missing ones, would be, when there is nothing else in it. */
  readonly empty?: string | undefined
  /** At the path is a symbolic link to nothing. */
  readonly dangling: boolean
}

interface HeldFile {
  readonly owner: string | undefined
  readonly group: string | undefined
  readonly mode: string
  readonly sum: string
  readonly text: string
}

/** Reads what `lookAt` said of a path, but for what is there itself. */
export const readAround = (facts: readonly string[]): FileIs => {
  const after = (word: string): readonly string[] =>
    facts.filter((fact) => fact.startsWith(word)).map((fact) => fact.slice(word.length))
  const [leads] = after('leads ')
  return {
    missing: after('missing '),
    empty: after('empty ')[0],
    dangling: facts.includes('dangling'),
    ...(leads !== undefined && { leads }),
  }
}

// How stat names an owner who has no name; no command takes it back.
const named = (name: string | undefined): string | undefined =>
  name === 'UNKNOWN' ? undefined : name

const changed = (path: string, after: string | undefined, run: Sh): Retirement => ({
  changes: [{ what: path, before: 'as lbprov wrote it', after, run }],
  left: [],
})

const leave = (...sentences: readonly string[]): Retirement => ({ changes: [], left: sentences })

/** Directories that lbprov made, where nothing is left in them. */
const emptied = (before: FileIs, { empty }: FileIs): Retirement => ({
  changes:
    empty === undefined || !before.missing.includes(empty)
      ? []
      : [
          {
            what: empty,
            before: 'an empty directory that lbprov made',
            after: undefined,
            run: removeDirectories(before.missing.slice(before.missing.indexOf(empty))),
          },
        ],
  left: [],
})

/** A file as the manifest keeps it. */
interface KeptFile {
  readonly path: string
  readonly follow?: boolean | undefined
}

const attributesBack = (kept: KeptFile, was: HeldFile, is: HeldFile): readonly Change[] =>
  (['owner', 'group', 'mode'] as const).flatMap((what) => {
    const after = named(was[what])
    return after === undefined || after === is[what]
      ? []
      : [
          {
            what: `${kept.path}, ${what}`,
            before: is[what],
            after,
            run: setAttribute(what, after, { ...kept, sum: is.sum }),
          },
        ]
  })

/** The file as it was found, or gone; the work of others stays. */
export const fileBack = (kept: KeptFile, { before, is, wrote }: Found<FileIs>): Retirement => {
  const { path, follow } = kept
  const was = before.held
  if (is.refused !== undefined) {
    return leave(
      `${is.refused}; so what lbprov did there is left as it is: see what stands there, and take it away by hand.`,
    )
  }
  if (is.held === undefined) {
    if (is.type !== undefined) {
      return leave(`${path} is no regular file any more (${is.type}), so it is left as it is.`)
    }
    if (was === undefined) return emptied(before, is)
    return leave(
      `${path} was deleted since lbprov wrote it, so what stood there before lbprov is not put back; put it back from a backup if it is missed.`,
    )
  }
  if (is.held.sum === was?.sum) return { changes: attributesBack(kept, was, is.held), left: [] }
  if (!wrote.includes(is.held.sum)) {
    return leave(
      `${path} was edited since lbprov wrote it, so it is left as it is; ${was === undefined ? 'delete it' : 'put back what stood there before'} by hand if the edits are not needed.`,
    )
  }
  if (was === undefined) return changed(path, undefined, removeFile(path, before, follow))
  // JSON cannot hold other bytes, nor can a shell's word hold NUL.
  if (sha256(was.text) !== was.sum || was.text.includes('\0')) {
    return leave(
      `${path} was no UTF-8 text before lbprov wrote it, so it could not be kept, and stays as lbprov wrote it; put it back from a backup.`,
    )
  }
  return changed(
    path,
    'as it was found',
    replaceFile({
      path,
      // Whatever it held, nobody here knows what of it is a secret.
      content: [new Secret(was.text)],
      owner: named(was.owner),
      group: named(was.group),
      mode: was.mode,
      follow,
    }),
  )
}
