import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { cacheOf, launch, wrap, type Chunk } from '../src/launch.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-launch-'))
  put(
    'main.js',
    "globalThis.said = `${require('./words.js').greeting} ${require('node:path').sep}`",
  )
  put('words.js', "exports.greeting = 'wörld ✔'")
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const put = (name: string, text: string | Buffer): void => {
  writeFileSync(join(folder, name), typeof text === 'string' ? wrap(text) : text)
}
const run = (): { readonly said: unknown; readonly chunks: readonly Chunk[] } => {
  const chunks: Chunk[] = []
  launch(join(folder, 'main.js'), (chunk) => chunks.push(chunk))
  return { said: Reflect.get(globalThis, 'said'), chunks }
}
const keep = (): void => {
  for (const { script, cache } of run().chunks) writeFileSync(cache, script.createCachedData())
}
const isRejected = ({ script }: Chunk): boolean | undefined => script.cachedDataRejected

it('runs a bundle without any compiled form', () => {
  const { said, chunks } = run()
  expect(said).toBe('wörld ✔ /')
  expect(chunks.map(isRejected)).toEqual([undefined, undefined])
})

it('takes the compiled forms that stand beside the chunks', () => {
  keep()
  const { said, chunks } = run()
  expect(said).toBe('wörld ✔ /')
  expect(chunks.map(isRejected)).toEqual([false, false])
})

it('compiles the text where the compiled form is none', () => {
  for (const name of ['main.js', 'words.js']) {
    const file = join(folder, name)
    writeFileSync(cacheOf(file, readFileSync(file)), 'not what V8 made')
  }
  const { said, chunks } = run()
  expect(said).toBe('wörld ✔ /')
  expect(chunks.map(isRejected)).toEqual([true, true])
})

it('runs the text that is there, though one of the same length was compiled', () => {
  keep()
  put('words.js', "exports.greeting = 'wörld ✘'")
  const { said, chunks } = run()
  expect(said).toBe('wörld ✘ /')
  expect(chunks.map(isRejected)).toEqual([undefined, false])
})

it('names no folder of the machine that compiled it', () => {
  put('main.js', "globalThis.said = new Error('a bug').stack")
  keep()
  const elsewhere = mkdtempSync(join(tmpdir(), 'lbprov-elsewhere-'))
  cpSync(folder, join(elsewhere, basename(folder)), { recursive: true })
  rmSync(folder, { recursive: true })
  folder = join(elsewhere, basename(folder))
  const { said, chunks } = run()
  rmSync(elsewhere, { recursive: true })
  expect(chunks.map(isRejected)).toEqual([false])
  expect(said).toMatch(/main\.js:1:/)
  expect(said).not.toContain(join(tmpdir(), basename(folder)))
})

it('is what npm run build makes: the command prints its version', () => {
  const main = join(import.meta.dirname, '..', 'dist', 'main.js')
  expect(execFileSync(process.execPath, [main, '--version'], { encoding: 'utf8' })).toMatch(
    /^\d+\.\d+\.\d+\n$/,
  )
})

it('requires nothing by a path that is only there where it was built', () => {
  const lib = join(import.meta.dirname, '..', 'dist', 'lib')
  const chunks = readdirSync(lib).filter((name) => name.endsWith('.js'))
  const texts = chunks.map((name) => readFileSync(join(lib, name), 'utf8')).join('\n')
  expect(texts.match(/require\("\.\.[^"]*"\)/g)).toBeNull()
  // ssh2 looks for its compiled ciphers by itself, and does without them.
  expect(texts).toContain('require("ssh2/lib/protocol/crypto/build/Release/sshcrypto.node")')
})

it('imports nothing as a module: a script with a compiled form has no loader for that', () => {
  const lib = join(import.meta.dirname, '..', 'dist', 'lib')
  const chunks = readdirSync(lib).filter((name) => name.endsWith('.js'))
  expect(chunks.length).toBeGreaterThan(5)
  for (const name of chunks) {
    expect(readFileSync(join(lib, name), 'utf8'), name).not.toMatch(/\bimport\("node:/)
  }
})
