import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { isAbsolute, relative, resolve } from 'node:path'

import { WishError, cause } from './errors.ts'
import { printableLine, thousands } from './printable.ts'

/** Far more than an inventory, a playbook or a script of a cluster needs. */
const usual = 1024 * 1024

// What `lbprov check <(sops -d web.yaml)` names: pipes that somebody writes into right now.
const given = /^\/(?:dev\/stdin|dev\/fd\/\d+|proc\/self\/fd\/\d+)$/

/** Up to one byte more than may be there, so that it is known when there is more. */
const readBytes = (handle: number, mostBytes: number): Buffer => {
  const bytes = Buffer.alloc(mostBytes + 1)
  let size = 0
  while (size < bytes.length) {
    const read = readSync(handle, bytes, size, bytes.length - size, null)
    if (read === 0) break
    size += read
  }
  return bytes.subarray(0, size)
}

const bytesOf = (path: string, named: string, mostBytes: number): Buffer => {
  const isGiven = given.test(path)
  // Without O_NONBLOCK a FIFO that nobody writes into would be waited for, for ever.
  const flags = isGiven ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK
  let handle: number | undefined
  try {
    handle = openSync(path, flags)
    const stat = fstatSync(handle)
    if (stat.isDirectory())
      throw new WishError(`${named}: it is a folder; give the path of a file.`)
    if (!stat.isFile() && !isGiven)
      throw new WishError(
        `${named}: is no regular file (a pipe, a socket or a device); give the path of a file.`,
      )
    return readBytes(handle, mostBytes)
  } catch (error) {
    if (error instanceof WishError) throw error
    const why = cause((error as NodeJS.ErrnoException).code)
    throw new WishError(`${named}: ${why}; give the path of a file that can be read.`)
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

const replacement = Buffer.from('\ufffd')

/** Where the first bytes stand that are no UTF-8; the column counts characters. */
const firstFault = (bytes: Buffer): { readonly line: number; readonly column: number } => {
  let line = 1
  let start = 0
  for (;;) {
    const end = bytes.indexOf(0x0a, start)
    const whole = bytes.subarray(start, end === -1 ? bytes.length : end)
    if (!isUtf8(whole)) {
      const text = whole.toString('utf8')
      let offset = 0
      let column = 1
      for (const character of text) {
        const size = Buffer.byteLength(character)
        const isOwn = whole.subarray(offset, offset + size).equals(replacement)
        if (character === '\ufffd' && !isOwn) return { line, column }
        offset += size
        column += character.length
      }
    }
    if (end === -1) return { line, column: 1 }
    start = end + 1
    line += 1
  }
}

/**
 * A text file of this machine: regular, or a pipe that the shell made for this very run; of bounded size; whole UTF-8.
 * @throws WishError in a sentence, with line and column where bytes are no text
 */
export const readTextFile = (path: string, mostBytes = usual): string => {
  const named = printableLine(path)
  const bytes = bytesOf(path, named, mostBytes)
  if (bytes.length > mostBytes)
    throw new WishError(
      `${named}: is longer than ${thousands(mostBytes)} bytes, more than lbprov reads of any file; is it the right one?`,
    )
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const isWide = ['fffe', 'feff'].includes(bytes.subarray(0, 2).toString('hex'))
  const { line, column } = isWide ? { line: 1, column: 1 } : firstFault(bytes)
  const message = isWide
    ? 'this is UTF-16; save the file as UTF-8'
    : 'bytes that are no UTF-8 stand here; save the file as UTF-8'
  throw new WishError([{ file: path, line, column, path: '', message }])
}

/**
 * The text of a file below a folder. Undefined: it is not there, cannot be read as text, or leads out of the folder, by
 * its name or by a link.
 */
export const readTextBelow = (folder: string, name: string): string | undefined => {
  try {
    const root = realpathSync(folder)
    const found = realpathSync(resolve(root, name))
    const way = relative(root, found)
    if (isAbsolute(name) || way === '' || way.split('/')[0] === '..') return undefined
    return readTextFile(found)
  } catch {
    return undefined
  }
}
