import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'

import { cause } from '../../errors.ts'

/** Of one file. */
const MOST_BYTES = 2 ** 20

/** What a file says, or why that is not known. */
export type Content =
  /** `unsafe`: what OpenSSH may have against it. */
  | { readonly text: string; readonly unsafe: string | undefined }
  | { readonly missing: true }
  | { readonly wrong: string; readonly why: 'unreadable' | 'too long' }

const content = (handle: number, unsafe: string | undefined): Content => {
  const bytes = Buffer.alloc(MOST_BYTES + 1)
  let size = 0
  for (;;) {
    const count = readSync(handle, bytes, size, bytes.length - size, null)
    if (count === 0) return { text: bytes.toString('utf8', 0, size), unsafe }
    size += count
    if (size > MOST_BYTES) return { wrong: 'is longer than 1 MiB', why: 'too long' }
  }
}

/** Some distributions let a group write that is the user's alone: ssh has the last word about it. */
const dangerIn = ({ uid, mode }: Stats): string | undefined => {
  if (uid !== 0 && uid !== process.getuid?.())
    return `belongs to somebody else (uid ${String(uid)}), and OpenSSH refuses that; make it your own: chown`
  if ((mode & 0o022) !== 0)
    return `can be written by others than its owner, and OpenSSH refuses that; make it safe: chmod go-w`
  return undefined
}

/** `safe`: it must be one that nobody but its owner, this user or root, can write. A folder says nothing, as for OpenSSH. */
export const readConfigFile = (path: string, safe: boolean): Content => {
  try {
    // A pipe with a file's name and nobody at its other end is empty, not something to wait for.
    const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(handle)
      const unsafe = safe ? dangerIn(stat) : undefined
      return stat.isDirectory() ? { text: '', unsafe } : content(handle, unsafe)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true }
    return { wrong: `cannot be read: ${cause(code)}`, why: 'unreadable' }
  }
}
