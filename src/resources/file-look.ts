import { AnswerError } from '../errors.ts'
import { sh, together, type Kind, type Sh } from '../sh/sh.ts'

/** One for each path, or it is not known whose is whose. */
const oneEach = (
  what: string,
  paths: readonly string[],
  lines: readonly string[],
  err: string,
): readonly string[] => {
  if (lines.length === paths.length) return lines
  throw new AnswerError(`cannot ${what} ${paths.join(', ')}: ${err.trim() || 'no answer'}`)
}

const said = (out: string) => ({ exit: 0, out, err: '' })

/** Says of $at, with nothing there, what is around it, a line each. */
const around = sh`echo absent; [ ! -L "$at" ] || echo dangling
  while at=\${at%/*}; [ -n "$at" ] && [ ! -e "$at" ]; do echo "missing $at"; done
  [ ! -d "$at" ] || [ -n "$(ls -A "$at")" ] || echo "empty $at"`

const attributes: Kind = {
  ask: (paths) => sh`set --
for path in ${paths}; do
  if [ -e "$path" ]; then set -- "$@" "$path"; echo there; else at=$path; ${around}; fi
  echo .
done
[ $# = 0 ] || exec stat -L -c '%F/%U/%G/%a' -- "$@"`,
  cut: ({ out, err }, paths) => {
    const pieces = out.split(/^\.\n/m)
    const about = pieces.slice(0, -1).filter((piece) => /^(?:there|absent)\n/.test(piece))
    const facts = oneEach('look at', paths, about, err)
    const there = paths.filter((_, n) => facts[n] === 'there\n')
    const lines = (pieces.at(-1) ?? '').split('\n').slice(0, -1)
    const left = [...oneEach('look at', there, lines, err)]
    return facts.map((fact) => said(fact === 'there\n' ? `${left.shift() ?? ''}\n` : fact))
  },
}

/** `regular file/root/root/644`, a symbolic link followed; for a path with nothing there what `readAround` reads. */
export const lookAt = (path: string): Sh =>
  together(
    attributes,
    path,
    sh`[ -e ${path} ] || { at=${path}; ${around}; exit; }; exec stat -L -c '%F/%U/%G/%a' -- ${path}`,
  )

const sums: Kind = {
  ask: (paths) => sh`set --
for path in ${paths}; do if [ -f "$path" ]; then set -- "$@" "$path"; echo file; else echo none; fi; done
[ $# = 0 ] || exec sha256sum -- "$@"`,
  cut: ({ out, err }, paths) => {
    const lines = out.split('\n').slice(0, -1)
    const states = lines.filter((line) => line === 'file' || line === 'none')
    const kinds = oneEach('sum up', paths, states, err)
    const files = paths.filter((_, n) => kinds[n] === 'file')
    const left = [...oneEach('sum up', files, lines.slice(paths.length), err)]
    // A name with a backslash puts one before the sum.
    return kinds.map((kind) =>
      said(kind === 'file' ? `${left.shift()?.replace('\\', '').slice(0, 64) ?? ''}\n` : ''),
    )
  },
}

/** The SHA-256 of a regular file, in hex; nothing where there is none. */
export const sumOf = (path: string): Sh =>
  together(
    sums,
    path,
    sh`[ ! -f ${path} ] || sha256sum < ${path} | { read -r sum rest; echo "$sum"; }`,
  )
