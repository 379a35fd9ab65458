import { question } from '../sh/file-questions.ts'
import type { Sh } from '../sh/sh.ts'

/**
 * `regular file/root/root/644`, and where links lead to that were followed, as `leads PATH`; for a path with nothing there
 * what `readAround` reads; `refused WHY` for one that is not looked at (walk.ts). `follow`: a link is followed wherever it
 * stands.
 */
export const lookAt = (path: string, follow = false): Sh => question('look', [path], follow)

/** The SHA-256 of a regular file, in hex; nothing where there is none. */
export const sumOf = (path: string, follow = false): Sh => question('sum', [path], follow)

/** The same of several files, a line each; a dash for one that is not there. */
export const sumsOf = (paths: readonly string[]): Sh => question('sums', paths)

/** When each of several things last changed, in seconds since 1970; 0 for one that is not there. */
export const timesOf = (paths: readonly string[]): Sh => question('times', paths)
