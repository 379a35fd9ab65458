import { AnswerError } from '../errors.ts'
import { tameWord } from '../printable.ts'
import type { Answer } from '../sh/answer.ts'
import { sh, type Sh } from '../sh/sh.ts'

/** Where lbprov keeps on a host what it did and what it is doing, and what is above. */
const folders = [
  ...['/run', '/run/lbprov'],
  ...['/var', '/var/lib', '/var/lib/lbprov', '/var/lib/lbprov/manifest', '/var/lib/lbprov/records'],
]

/** Whose lbprov's own folders are, and who may write to them: a line for each that is there. */
export const ownFoldersQuestion: Sh = sh`stat -L -c '%u/%A/%U:%G/%n' -- ${folders} 2>/dev/null || :`

const isRoots = /^0\/d....-..-.\//

/**
 * What stands in lbprov's own folders is believed, and written to without a second look.
 * @throws AnswerError where one of them is not root's alone, or the host does not tell
 */
export const checkOwnFolders = (host: string, { exit, out, err }: Answer): void => {
  if (exit !== 0)
    throw new AnswerError(`${host}: cannot tell whose lbprov's own folders are: ${tameWord(err)}`)
  const open = out.split('\n').find((line) => line !== '' && !isRoots.test(line))
  if (open === undefined) return
  const [, mode = '', owner = '', ...path] = open.split('/')
  throw new AnswerError(
    `${host}: others than root may write to /${tameWord(path.slice(1).join('/'))} (${tameWord(owner)}, ${tameWord(mode)}), where lbprov keeps what it did on this host, so nothing there can be believed. See what stands there and who works there; give it back to root (chown root:root, chmod 755 or 700), or move it away, and run again.`,
  )
}
