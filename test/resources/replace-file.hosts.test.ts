import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync } from 'node:fs'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { replaceFile, setAttribute } from '../../src/resources/replace-file.ts'
import { sha256 } from '../../src/resources/sha256.ts'
import { Secret } from '../../src/secret.ts'
import { pack } from '../../src/sh/frame.ts'
import { runOn, shells, trip, type Place, type Shell } from './on-host.ts'

const here: Place = {
  run: ([command = '', ...args], input = '') => {
    const { stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' })
    return { out: stdout, err: stderr }
  },
}

// A user of the machine, whoever it is.
const user = 4000

/** Where the folder is, and what its own new name in it is: the file itself, or a folder for it. */
const places = [
  ['a closed folder', '/run', 0, '.file.lbprov'],
  ['a folder of root in one that everybody may write to', '/tmp', 0, '.file.lbprov'],
  ['a folder of a user', '/run', user, '.file.lbprov/file'],
] as const

let folder: string
let path: string

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

// Each process of a script counts; the one that is to be the last kills all of them.
const tools = ['cat', 'chgrp', 'chmod', 'chown', 'ls', 'mkdir', 'mv', 'rm', 'rmdir', 'sync']
const killing = (after: number): string =>
  `ticks=${String(after)}\ntick() { ticks=$((ticks - 1)); [ $ticks -gt 0 ] || kill -9 0; }\n${tools
    .map((name) => `${name}() { tick; /usr/bin/env ${name} "$@"; code=$?; tick; return $code; }\n`)
    .join('')}`

/** The script, killed with all that it started at its n-th step; `null`: it has no so many, and ended. */
const killedAt = (n: number, script: string, [, argv, prelude]: Shell): string | null =>
  spawnSync('setsid', ['-w', ...argv], { input: prelude + killing(n) + script }).signal

describe.each(shells)('with %s', (...shell) => {
  describe.each(places)('in %s', (_, above, owner, unfinishedName) => {
    let unfinished: string
    beforeEach(() => {
      folder = mkdtempSync(join(above, 'lbprov-replace-'))
      path = join(folder, 'file')
      unfinished = join(folder, unfinishedName)
      chownSync(folder, owner, owner)
    })
    afterEach(() => rmSync(folder, { recursive: true, force: true }))

    it('puts any text in place, byte for byte', () => {
      fc.assert(
        fc.property(text, text, (plain, hidden) => {
          runOn(here, [replaceFile({ path, content: [plain, new Secret(hidden), '\n'] })], shell)
          expect(read()).toBe(`${plain}${hidden}\n`)
        }),
        { numRuns: 6 },
      )
      expect(readdirSync(folder)).toEqual(['file'])
    })

    it('puts a megabyte in place, and what shells have another use for', () => {
      const long = "it's \\ a $long `line`\n".repeat(50_000)
      for (const each of ['', '-n', '-', '--help\n', '%s%d\\c', 'no newline', '\n\n\n', long]) {
        runOn(here, [replaceFile({ path, content: [each] })], shell)
        expect(read() === each).toBe(true)
      }
    })

    it('keeps mode and owner where the wish says nothing', () => {
      writeFileSync(path, 'old')
      chownSync(path, user, 5)
      chmodSync(path, 0o2751)
      runOn(here, [replaceFile({ path, content: ['new'] })], shell)
      expect([read(), mode(path)]).toEqual(['new', '2751'])
      runOn(here, [replaceFile({ path, content: ['newer'], mode: '0600' })], shell)
      expect([read(), mode(path)]).toEqual(['newer', '600'])
      expect(statSync(path)).toMatchObject({ uid: user, gid: 5 })
      const wish = { path, content: ['newest'], owner: 'root', group: 'games' }
      runOn(here, [replaceFile(wish)], shell)
      expect(statSync(path)).toMatchObject({ uid: 0, gid: 60 })
    })

    it('sets an attribute of what it was told about, and of nothing else', () => {
      writeFileSync(path, 'text')
      const set = (sum: string) => [setAttribute('mode', '640', { path, sum })]
      runOn(here, set(sha256('text')), shell)
      runOn(here, [setAttribute('group', 'games', { path, sum: sha256('text') })], shell)
      runOn(here, [setAttribute('owner', String(user), { path, sum: sha256('text') })], shell)
      expect([read(), mode(path)]).toEqual(['text', '640'])
      expect(statSync(path)).toMatchObject({ uid: user, gid: 60 })
      expect(readdirSync(folder)).toEqual(['file'])
      if (owner === 0) return
      expect(trip(here, set(sha256('other')), shell)[0]).toMatchObject({
        exit: 1,
        err: `${path} has changed since it was looked at, so it is left; run again.\n`,
      })
      expect(readdirSync(folder)).toEqual(['file'])
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
      const shown = owner === 0 ? unfinished : '/proc/self/cwd/file'
      const validate = ['test', 'a b=%s', '=', `a b=${shown}`]
      runOn(here, [replaceFile({ path, content: ['x'], validate })], shell)
      expect(read()).toBe('x')
    })

    it('keeps what it replaces, for root alone', () => {
      const copy = join(folder, 'kept', 'copy')
      const wish = { path, copy, mode: '0644' }
      runOn(here, [replaceFile({ ...wish, content: ['first'] })], shell)
      expect(existsSync(copy)).toBe(false)
      for (const [content, kept] of [
        ['second', 'first'],
        ['third', 'second'],
      ] as const) {
        runOn(here, [replaceFile({ ...wish, content: [content] })], shell)
        expect([read(), readFileSync(copy, 'utf8')]).toEqual([content, kept])
        expect([mode(copy), statSync(copy).uid]).toEqual(['600', 0])
      }
      expect(readdirSync(folder).sort()).toEqual(['file', 'kept'])
    })

    it('overwrites what a power cut left, and follows no link that somebody put there', () => {
      const trap = join(folder, 'trap')
      writeFileSync(trap, 'mine')
      symlinkSync(trap, join(folder, '.file.lbprov'))
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

    it('killed at any of its steps leaves the old file or the new one, and no secret open', () => {
      const wish = { path, content: ['the new text ', new Secret('passw123')], mode: '0600' }
      const script = pack([{ run: replaceFile(wish) }], 'mark')
      const seen: string[] = []
      for (let n = 1; ; n += 1) {
        writeFileSync(path, 'old')
        chmodSync(path, 0o644)
        const signal = killedAt(n, script, shell)
        if (existsSync(unfinished)) expect(mode(unfinished)).toBe('600')
        const after = read()
        expect(['old', 'the new text passw123']).toContain(after)
        runOn(here, [replaceFile(wish)], shell)
        expect([read(), readdirSync(folder)]).toEqual(['the new text passw123', ['file']])
        seen.push(after)
        if (signal === null) break
      }
      expect(new Set(seen).size).toBe(2)
      expect(seen.length).toBeGreaterThan(8)
    })
  })

  describe('a link', () => {
    let target: string
    const laid = (above: string, owner: number): void => {
      folder = mkdtempSync(join(above, 'lbprov-link-'))
      path = join(folder, 'file')
      mkdirSync(join(folder, 'other'))
      target = join(folder, 'other', 'target')
      symlinkSync('other/target', path)
      chownSync(folder, owner, owner)
    }
    afterEach(() => rmSync(folder, { recursive: true, force: true }))

    it.each([
      ['in a closed folder', '/run', 0, false],
      ['in a folder of a user, where that is meant', '/run', user, true],
    ] as const)(
      '%s is followed, also one to nothing, and stays a link',
      (_, above, owner, follow) => {
        laid(above, owner)
        for (const each of ['first', 'second']) {
          runOn(here, [replaceFile({ path, content: [each], follow })], shell)
          expect(readFileSync(target, 'utf8')).toBe(each)
        }
        expect(lstatSync(path).isSymbolicLink()).toBe(true)
        expect(readdirSync(join(folder, 'other'))).toEqual(['target'])
      },
    )

    it('in a folder of a user is not', () => {
      laid('/run', user)
      expect(trip(here, [replaceFile({ path, content: ['x'] })], shell)[0]).toMatchObject({
        exit: 1,
        err: `${path} is a link to other/target, and others than root may write to ${folder} (UNKNOWN:UNKNOWN, drwx------), so it is not followed: it could lead anywhere.\n`,
      })
      expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['file', 'other'])
    })

    it('on the way is not either, and a hard link to another file is replaced and not written to', () => {
      laid('/run', user)
      const away = mkdtempSync('/run/lbprov-away-')
      symlinkSync(away, join(folder, 'way'))
      const on = replaceFile({ path: join(folder, 'way', 'file'), content: ['x'] })
      expect(trip(here, [on], shell)[0]?.exit).toBe(1)
      expect(readdirSync(away)).toEqual([])
      const theirs = join(away, 'theirs')
      writeFileSync(theirs, 'theirs', { mode: 0o600 })
      linkSync(theirs, join(folder, 'hard'))
      const wish = { path: join(folder, 'hard'), content: ['x'], owner: String(user), mode: '0666' }
      runOn(here, [replaceFile(wish)], shell)
      expect([readFileSync(theirs, 'utf8'), mode(theirs)]).toEqual(['theirs', '600'])
      rmSync(away, { recursive: true })
    })
  })
})
