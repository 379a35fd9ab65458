import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

import { cause } from '../../errors.ts'

/** Of one file. */
const MOST_BYTES = 2 ** 20

/** What a file says, or why that is not known. */
export type Content =
  | { readonly text: string }
  | { readonly missing: true }
  | { readonly wrong: string; readonly why: 'unreadable' | 'unsafe' | 'too long' }

const content = (handle: number): Content => {
  const bytes = Buffer.alloc(MOST_BYTES + 1)
  let size = 0
  for (;;) {
    const count = readSync(handle, bytes, size, bytes.length - size, null)
    if (count === 0) return { text: bytes.toString('utf8', 0, size) }
    size += count
    if (size > MOST_BYTES) return { wrong: 'is longer than 1 MiB', why: 'too long' }
  }
}

/** `safe`: it must be one that nobody but its owner, this user or root, can write. A folder says nothing, as for OpenSSH. */
export const readConfigFile = (path: string, safe: boolean): Content => {
  try {
    // A pipe with a file's name and nobody at its other end is empty, not something to wait for.
    const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(handle)
      const isOurs = stat.uid === 0 || stat.uid === process.getuid?.()
      if (safe && !isOurs)
        return {
          wrong: `belongs to somebody else (uid ${String(stat.uid)}), and OpenSSH refuses that; make it your own: chown`,
          why: 'unsafe',
        }
      if (safe && (stat.mode & 0o022) !== 0)
        return {
          wrong: `can be written by others than its owner, and OpenSSH refuses that; make it safe: chmod go-w`,
          why: 'unsafe',
        }
      return stat.isDirectory() ? { text: '' } : content(handle)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true }
    return { wrong: `cannot be read: ${cause(code)}`, why: 'unreadable' }
  }
}
