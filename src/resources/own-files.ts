import type { Answer } from '../sh/answer.ts'
import { sh, type Sh } from '../sh/sh.ts'
import { removeFile } from './replace-file.ts'
import { sha256 } from './sha256.ts'

/** Removes a file of `/etc/lbprov`, and the folder with the last of them. */
export const removeOwn = (path: string): Sh =>
  removeFile(path, { missing: ['/etc/lbprov'], dangling: false })

/** Why a file that is all ours is not taken back: nothing, unless what stands in it is neither ours nor as it was. */
export const editedSince = (
  path: string,
  text: string | undefined,
  before: string | undefined,
  wrote: readonly string[],
): readonly string[] =>
  text === undefined || text === before || wrote.includes(sha256(text))
    ? []
    : [
        `${path} was edited since lbprov wrote it, so it is left; remove it by hand if nobody needs it.`,
      ]

/** Whether a file that lbprov shares with others, and its folder, are there. */
export interface Presence {
  readonly file: boolean
  readonly folder: boolean
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** The question to `presenceIn`. */
export const presence = (path: string): Sh =>
  sh`for path in ${[folderOf(path), path]}; do [ ! -e "$path" ] || echo "$path"; done`

export const presenceIn = (path: string, { out }: Answer): Presence => {
  const there = out.split('\n')
  return { file: there.includes(path), folder: there.includes(folderOf(path)) }
}

/** Removes a file that was not there before lbprov, with its folder if that was not there either and is empty now. */
export const removeMade = (path: string, { folder }: Presence): Sh =>
  removeFile(path, { missing: folder ? [] : [folderOf(path)], dangling: false })
