import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { WishError } from '../src/errors.ts'
import { readTextBelow, readTextFile } from '../src/text-file.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-text-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const refusal = (path: string): string => {
  try {
    readTextFile(path)
  } catch (error) {
    if (error instanceof WishError) return error.message.replaceAll(folder, '')
    throw error
  }
  return 'nothing'
}

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('a text file', () => {
  it('is read whole, with what looks like a fault and is none', () => {
    const text = '\ufeffä → 漢字 \ufffd\n'
    expect(readTextFile(file('good', text))).toBe(text)
  })

  it('is UTF-8, or it is said where it is not', () => {
    const bad = Buffer.concat([Buffer.from('a: 1\n\ufffdbä: '), Buffer.from([0xe2, 0x82, 0x0a])])
    expect(refusal(file('bad', bad))).toBe(
      '/bad:2:6: bytes that are no UTF-8 stand here; save the file as UTF-8',
    )
    expect(refusal(file('wide', Buffer.from('\ufeffa: 1', 'utf16le')))).toBe(
      '/wide:1:1: this is UTF-16; save the file as UTF-8',
    )
  })

  it('is a file, and not too long', () => {
    execFileSync('mkfifo', [join(folder, 'fifo')])
    expect([
      refusal(join(folder, 'fifo')),
      refusal('/dev/zero'),
      refusal(folder),
      refusal(join(folder, 'none\u001b[2J')),
      refusal(file('long', Buffer.alloc(1024 * 1024 + 1, 'a'))),
    ]).toMatchInlineSnapshot(`
      [
        "/fifo: is no regular file (a pipe, a socket or a device); give the path of a file.",
        "/dev/zero: is no regular file (a pipe, a socket or a device); give the path of a file.",
        ": it is a folder; give the path of a file.",
        "/none\\u001b[2J: there is no such file; give the path of a file that can be read.",
        "/long: is longer than 1,048,576 bytes, more than lbprov reads of any file; is it the right one?",
      ]
    `)
  })

  it('may be a pipe of the shell', () => {
    const script = `import { readTextFile } from './src/text-file.ts'; process.stdout.write(readTextFile(process.argv[1]))`
    const words = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script]
    const command = `"$@" <(printf 'a: 1\\n')`
    const out = execFileSync('bash', ['-c', command, 'bash', ...words], { encoding: 'utf8' })
    expect(out).toBe('a: 1\n')
  })
})

describe('a file below a folder', () => {
  it('is read there, and nowhere else', () => {
    const root = join(folder, 'root')
    mkdirSync(join(root, 'sub'), { recursive: true })
    writeFileSync(join(root, 'sub', 'a'), 'in')
    const secret = file('secret', 'out')
    symlinkSync('sub/a', join(root, 'within'))
    symlinkSync(secret, join(root, 'outside'))
    symlinkSync('..', join(root, 'up'))
    symlinkSync('/dev/zero', join(root, 'zero'))
    const read = (name: string): string | undefined => readTextBelow(root, name)
    expect(['sub/a', 'within', './sub/../within'].map(read)).toEqual(['in', 'in', 'in'])
    for (const name of ['outside', 'up/secret', '../secret', secret, 'zero', '', '.', 'a\0b'])
      expect(read(name)).toBeUndefined()
  })
})
