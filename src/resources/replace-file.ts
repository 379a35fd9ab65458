import { Secret, type Content, revealed } from '../secret.ts'
import { lines, sh, type Hole, type Sh } from '../sh/sh.ts'
import { program } from './program.ts'

/** A file as it is put in place. */
export interface NewFile {
  readonly path: string
  readonly content: Content
  readonly owner?: string | undefined
  readonly group?: string | undefined
  readonly mode?: string | undefined
  /** A link is followed wherever it stands, not only where nobody but root can have laid it. */
  readonly follow?: boolean | undefined
  readonly validate?: readonly string[] | undefined
  /** Where what it replaces is kept, for root alone, with the time of its last change. */
  readonly copy?: string | undefined
}

/** `follow` for lbprov_reach, or nothing. */
const how = (follow: boolean | undefined): string => (follow === true ? 'follow' : '')

/** Goes to where a path is, its folders made where they are missing; ends where it may not be gone to. */
const reach = (path: string, follow?: boolean): Sh =>
  sh`set -eu; umask 077; lbprov_reach ${path} ${how(follow)} make || { printf '%s.\n' "$why" >&2; exit 1; }`

/** What a new file is to have; what is not said is as it was. */
interface Attributes {
  readonly owner?: Hole | undefined
  readonly group?: Hole | undefined
  readonly mode?: Hole | undefined
  readonly follow?: boolean | undefined
}

/** Puts what `write` has written to $new into the place of a path, whole or not at all; $old is what is there. */
export const putInPlace = (
  path: string,
  write: Sh,
  { owner = '', group = '', mode = '', follow }: Attributes = {},
): Sh =>
  lines(
    reach(path, follow),
    sh`lbprov_begin; set -C`,
    write,
    sh`lbprov_finish ${owner} ${group} ${mode}`,
  )

/**
 * Replaces the file whole, so that at every moment its path holds the old bytes or the new ones: a new file beside it,
 * private until it is finished, tested, synced and renamed (walk.ts). Owner, mode and SELinux label are the old file's where
 * the wish says nothing. The name of the new file is fixed, so that what a power cut leaves behind is overwritten by the next
 * run.
 */
export const replaceFile = (wish: NewFile): Sh => {
  const { path, content, validate, copy } = wish
  const size = Buffer.byteLength(revealed(content))
  const write = lines(
    // Some shells report a full disk only in the size, some without a word.
    sh`{ printf %s ${pieces(content)} > "$new" && [ "$(wc -c < "$new")" -eq ${size} ]; } || { echo "$at/$name could not be written whole; is its disk full?" >&2; exit 1; }`,
    validate === undefined
      ? sh`:`
      : sh`${program(validate, sh`"$tested"`)} >&2 || { code=$?; echo "The new file did not pass its test, so $at/$name is left as it was." >&2; exit $code; }`,
    copy === undefined ? sh`:` : keepCopy(copy),
  )
  return putInPlace(path, write, wish)
}

/**
 * Whole at every moment, as the file itself; nothing where there is none yet. A file of its own, whatever is copied. Its
 * mtime says when the original was last changed (its ctime), its ctime when the copy was made.
 */
const keepCopy = (copy: string): Sh =>
  lines(
    sh`lbprov_hold; if [ "$held" != /dev/null ]; then changed=$(stat -c %Z -- "$old")`,
    sh`( ${putInPlace(copy, sh`cat <&3 >"$new"; touch -d "@$changed" -- "$new"`, {
      owner: 'root',
      group: 'root',
      mode: '600',
    })}`,
    sh`) 3<"$held" || exit 1; fi`,
  )

/** An attribute of a regular file, which holds `sum`; where its name is not root's alone, a new file takes its place. */
export const setAttribute = (
  what: 'owner' | 'group' | 'mode',
  value: string,
  { path, sum, follow }: Pick<NewFile, 'path' | 'follow'> & { readonly sum: string },
): Sh => {
  const command = { owner: sh`chown -h`, group: sh`chgrp -h`, mode: sh`chmod` }[what]
  return lines(
    reach(path, follow),
    sh`if [ $only = yes ]; then ${command} -- ${value} "./$name"; exit; fi`,
    sh`lbprov_begin; set -C; lbprov_hold; cat -- "$held" >"$new"; sum=$(sha256sum <"$new")`,
    sh`[ "\${sum%% *}" = ${sum} ] || { echo "$at/$name has changed since it was looked at, so it is left; run again." >&2; exit 1; }`,
    sh`lbprov_finish ${what === 'owner' ? value : ''} ${what === 'group' ? value : ''} ${what === 'mode' ? value : ''}`,
  )
}

const nothingMissing = { missing: [], dangling: false }

/**
 * Takes a file away, and what a power cut may have left beside it; then the directories that were missing before it was
 * there, where nothing else is in them. Where a link to nothing was, what it points to goes, and the link stays.
 */
export const removeFile = (
  path: string,
  was: { readonly missing: readonly string[]; readonly dangling: boolean } = nothingMissing,
  follow?: boolean,
): Sh =>
  lines(
    sh`set -eu; code=0; lbprov_reach ${path} ${was.dangling ? how(follow) : 'name'} || code=$?`,
    sh`case $code in 0) lbprov_remove ;; 2) ;; *) printf '%s.\n' "$why" >&2; exit 1 ;; esac`,
    removeDirectories(was.missing),
  )

/** Those that are empty, the deepest first. */
export const removeDirectories = (directories: readonly string[]): Sh =>
  sh`for path in ${directories}; do ( lbprov_reach "$path" name && rmdir -- "./$name" ) 2>/dev/null || break; done`

// Adjacent quoted words are one word to the shell: the secrets stay holes of their own, and masked in what is shown.
const pieces = (content: Content): Sh =>
  content.reduce<Sh>(
    (text, piece) => (piece instanceof Secret || piece !== '' ? sh`${text}${piece}` : text),
    sh`''`,
  )
