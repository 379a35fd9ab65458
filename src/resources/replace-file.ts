import { Secret, type Content, revealed } from '../secret.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { program } from './program.ts'

/** A file as it is put in place. */
export interface NewFile {
  readonly path: string
  readonly content: Content
  readonly owner?: string | undefined
  readonly group?: string | undefined
  readonly mode?: string | undefined
  readonly validate?: readonly string[] | undefined
  /** Where what it replaces is kept, for root alone. */
  readonly copy?: string | undefined
}

/**
 * Replaces the file whole, so that at every moment its path holds the old bytes or the new ones:
 * a new file beside it, private until it is finished, tested, synced and renamed. Owner, mode and
 * SELinux label are the old file's where the wish says nothing. The name of the new file is fixed, so
 * that what a power cut leaves behind is overwritten by the next run.
 */
export const replaceFile = (wish: NewFile): Sh => {
  const { path, content, owner, group, mode, validate, copy } = wish
  const size = Buffer.byteLength(revealed(content))
  return lines(
    sh`set -eu; umask 077; path=${path}`,
    sh`if [ -L "$path" ]; then path=$(readlink -f -- "$path"); fi`,
    sh`directory=\${path%/*}; new=$directory/.\${path##*/}.lbprov`,
    sh`[ -d "$directory/" ] || (umask 022; mkdir -p -- "$directory/")`,
    sh`rm -f -- "$new"; trap 'rm -f -- "$new"' EXIT; set -C`,
    // Some shells report a full disk only in the size, some without a word.
    sh`{ printf %s ${pieces(content)} > "$new" && [ "$(wc -c < "$new")" -eq ${size} ]; } || { echo "$path could not be written whole; is its disk full?" >&2; exit 1; }`,
    validate === undefined
      ? sh`:`
      : sh`${program(validate, sh`"$new"`)} >&2 || { code=$?; echo "The new file did not pass its test, so $path is left as it was." >&2; exit $code; }`,
    sh`if [ -e "$path" ]; then chown --reference="$path" -- "$new"; fi`,
    owner === undefined ? sh`:` : sh`chown -- ${owner} "$new"`,
    group === undefined ? sh`:` : sh`chgrp -- ${group} "$new"`,
    // Once, and last: a mode in between could open to everybody what only its owner may read.
    mode === undefined
      ? sh`if [ -e "$path" ]; then chmod --reference="$path" -- "$new"; else chmod 644 -- "$new"; fi`
      : sh`chmod -- ${mode} "$new"`,
    // A kernel may know SELinux and its files bear no label all the same.
    sh`case $(stat -c %C -- "$path" 2>/dev/null) in *:*:*) chcon --reference="$path" -- "$new" ;; esac`,
    copy === undefined ? sh`:` : keepCopy(copy),
    sh`sync -- "$new" 2>/dev/null || sync; mv -fT -- "$new" "$path"; sync -- "$directory/" 2>/dev/null || sync`,
  )
}

/** Whole at every moment, as the file itself; nothing where there is none yet. */
const keepCopy = (copy: string): Sh =>
  lines(
    sh`copy=${copy}; if [ -f "$path" ]; then mkdir -p -- "\${copy%/*}"`,
    // A file of its own with the umask's mode, whatever the mode of what is copied.
    sh`rm -f -- "$copy.lbprov"; cat -- "$path" > "$copy.lbprov"`,
    sh`sync -- "$copy.lbprov" 2>/dev/null || sync; mv -fT -- "$copy.lbprov" "$copy"; fi`,
  )

/**
 * Takes a file away, and what a power cut may have left beside it; then the directories that were missing before it was
 * there, where nothing else is in them. Where a link to nothing was, what it points to goes, and the link stays.
 */
export const removeFile = (
  path: string,
  was: { readonly missing: readonly string[]; readonly dangling: boolean },
): Sh =>
  lines(
    sh`set -eu; path=${path}`,
    was.dangling ? sh`if [ -L "$path" ]; then path=$(readlink -f -- "$path"); fi` : sh`:`,
    sh`directory=\${path%/*}; rm -f -- "$path" "$directory/.\${path##*/}.lbprov"`,
    sh`sync -- "$directory/" 2>/dev/null || sync`,
    removeDirectories(was.missing),
  )

/** Those that are empty, the deepest first. */
export const removeDirectories = (directories: readonly string[]): Sh =>
  sh`for directory in ${directories}; do rmdir -- "$directory" 2>/dev/null || break; done`

// Adjacent quoted words are one word to the shell: the secrets stay holes of their own, and masked in what is shown.
const pieces = (content: Content): Sh =>
  content.reduce<Sh>(
    (text, piece) => (piece instanceof Secret || piece !== '' ? sh`${text}${piece}` : text),
    sh`''`,
  )
