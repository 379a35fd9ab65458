import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

import { cause } from '../errors.ts'

/** A whole file. */
export interface WholeFile {
  readonly bytes: Buffer
  readonly mode: number
  readonly uid: number
}

/** A file that was not read, and why. */
export interface Unread {
  /** In words. */
  readonly why: string
  /** There is no such file. */
  readonly missing: boolean
}

const chunkBytes = 2 ** 16

const unread = (why: string): Unread => ({ why, missing: false })

/** Reads a file that is at most `limit` bytes long. A device such as /dev/null is empty, whatever it would give. */
export const readWhole = async (file: string, limit: number): Promise<WholeFile | Unread> => {
  const tooLong = unread(`it is longer than ${String(limit / 2 ** 20)} MiB`)
  try {
    // Not to wait for somebody who writes into a pipe that has a file's name.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = await handle.stat()
      const { mode, uid } = stat
      if (stat.isDirectory()) return unread(cause('EISDIR'))
      if (stat.isCharacterDevice()) return { bytes: Buffer.alloc(0), mode, uid }
      if (!stat.isFile()) return unread('it is no file')
      if (stat.size > limit) return tooLong
      const pieces: Buffer[] = []
      let size = 0
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(chunkBytes), 0, chunkBytes)
        if (bytesRead === 0) return { bytes: Buffer.concat(pieces), mode, uid }
        size += bytesRead
        if (size > limit) return tooLong
        pieces.push(buffer.subarray(0, bytesRead))
      }
    } finally {
      await handle.close()
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { why: cause(code), missing: code === 'ENOENT' || code === 'ENOTDIR' }
  }
}
