import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { chmodSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { replaceFile } from '../../src/resources/replace-file.ts'
import { Secret } from '../../src/secret.ts'
import { runOn, shells, trip, type Place } from './on-host.ts'

const here: Place = {
  run: ([command = '', ...args], input = '') => {
    const { stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' })
    return { out: stdout, err: stderr }
  },
}

let folder: string
let path: string
let unfinished: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-replace-'))
  path = join(folder, 'file')
  unfinished = join(folder, '.file.lbprov')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (): string => readFileSync(path, 'utf8')
const mode = (file: string): string => (statSync(file).mode & 0o7777).toString(8)

/** Text that is hard on shells, but holds no NUL, which no text file does. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        "'",
        '"',
        '\\',
        '$HOME',
        '$(id)',
        '`id`',
        '\n',
        '\n\n',
        '\\n',
        '%s',
        '%%',
        '-n',
      ),
      fc.constantFrom(
        '!',
        '~',
        '#',
        ';',
        '&',
        '\t',
        '\r\n',
        '\u001b',
        '\u007f',
        'ü',
        '🙂',
        "'\\''",
      ),
    ),
  )
  .map((pieces) => pieces.join('').replaceAll('\0', ''))

describe.each(shells)('with %s', (...shell) => {
  it('puts any text in place, byte for byte', () => {
    fc.assert(
      fc.property(text, text, (plain, hidden) => {
        runOn(here, [replaceFile({ path, content: [plain, new Secret(hidden), '\n'] })], shell)
        expect(read()).toBe(`${plain}${hidden}\n`)
      }),
      { numRuns: 40 },
    )
    expect(readdirSync(folder)).toEqual(['file'])
  })

  it.each(['', '-n', '-', '--help\n', '%s%d\\c', 'no newline', '\n\n\n'])(
    'puts %j in place',
    (each) => {
      runOn(here, [replaceFile({ path, content: [each] })], shell)
      expect(read()).toBe(each)
    },
  )

  it('puts a megabyte in place', () => {
    const content = "it's \\ a $long `line`\n".repeat(50_000)
    runOn(here, [replaceFile({ path, content: [content] })], shell)
    expect(read() === content).toBe(true)
  })

  it('keeps mode and owner where the wish says nothing', () => {
    writeFileSync(path, 'old')
    chmodSync(path, 0o2751)
    runOn(here, [replaceFile({ path, content: ['new'] })], shell)
    expect([read(), mode(path)]).toEqual(['new', '2751'])
    runOn(here, [replaceFile({ path, content: ['newer'], mode: '0600' })], shell)
    expect([read(), mode(path)]).toEqual(['newer', '600'])
  })

  it('follows a link, also one to nothing, and leaves it a link', () => {
    mkdirSync(join(folder, 'other'))
    const target = join(folder, 'other', 'target')
    symlinkSync('other/target', path)
    for (const each of ['first', 'second']) {
      runOn(here, [replaceFile({ path, content: [each] })], shell)
      expect(readFileSync(target, 'utf8')).toBe(each)
    }
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readdirSync(join(folder, 'other'))).toEqual(['target'])
  })

  it('makes the folders, open to be read', () => {
    const deep = join(folder, "it's", '$deep', 'file')
    runOn(here, [replaceFile({ path: deep, content: ['new'] })], shell)
    expect(readFileSync(deep, 'utf8')).toBe('new')
    expect([mode(deep), mode(join(folder, "it's", '$deep'))]).toEqual(['644', '755'])
  })

  it('leaves the old file and nothing else when the test of the new one fails', () => {
    writeFileSync(path, 'old')
    const validate = ['grep', '-c', 'good', '%s']
    const bad = replaceFile({ path, content: ['bad'], validate })
    expect(trip(here, [bad], shell)[0]).toMatchObject({
      exit: 1,
      err: `0\nThe new file did not pass its test, so ${path} is left as it was.\n`,
    })
    expect([read(), readdirSync(folder)]).toEqual(['old', ['file']])
    runOn(here, [replaceFile({ path, content: ['good'], validate })], shell)
    expect(read()).toBe('good')
  })

  it('fills the new file in inside a word of its test too', () => {
    const validate = ['test', 'a b=%s', '=', `a b=${unfinished}`]
    runOn(here, [replaceFile({ path, content: ['x'], validate })], shell)
    expect(read()).toBe('x')
  })

  it('overwrites what a power cut left, and follows no link that somebody put there', () => {
    const trap = join(folder, 'trap')
    writeFileSync(trap, 'mine')
    symlinkSync(trap, unfinished)
    runOn(here, [replaceFile({ path, content: ['new'] })], shell)
    expect(readdirSync(folder).sort()).toEqual(['file', 'trap'])
    expect([read(), readFileSync(trap, 'utf8')]).toEqual(['new', 'mine'])
  })

  it('refuses to put the file into a folder that has come in its way', () => {
    mkdirSync(path)
    expect(trip(here, [replaceFile({ path, content: ['new'] })], shell)[0]?.exit).not.toBe(0)
    expect(readdirSync(folder)).toEqual(['file'])
    expect(readdirSync(path)).toEqual([])
  })

  it('killed after any of its lines leaves the old file or the new one, and no secret open', () => {
    const wish = { path, content: ['the new text ', new Secret('passw123')], mode: '0600' }
    const statements = replaceFile(wish).text.split('\n')
    const seen = statements.map((_, n) => {
      rmSync(unfinished, { force: true })
      writeFileSync(path, 'old')
      chmodSync(path, 0o644)
      const [, [command, ...args], prelude] = shell
      const script = [...statements.slice(0, n + 1), 'kill -9 $$'].join('\n')
      expect(spawnSync(command, args, { input: prelude + script }).signal).toBe('SIGKILL')
      if (existsSync(unfinished)) expect(mode(unfinished)).toBe('600')
      const after = read()
      expect(['old', 'the new text passw123']).toContain(after)
      runOn(here, [replaceFile(wish)], shell)
      expect([read(), readdirSync(folder)]).toEqual(['the new text passw123', ['file']])
      return after
    })
    expect(new Set(seen).size).toBe(2)
  })
})
