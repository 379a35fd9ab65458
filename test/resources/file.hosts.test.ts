import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { file } from '../../src/resources/file.ts'
import { replaceFile } from '../../src/resources/replace-file.ts'
import { pack } from '../../src/sh/frame.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, shells, trip } from './on-host.ts'

let toy: Toy
const script = (text: string): string => toy.run(['sh', '-c', text]).out

beforeAll(async () => {
  toy = await toyHost()
})
afterAll(() => toy.close())

describe.each(shells)('with %s', (...shell) => {
  it('a full disk leaves the old file whole, and nothing beside it', () => {
    script(
      'mkdir -p /srv/disk; mount -t tmpfs -o size=64k disk /srv/disk; echo old >/srv/disk/file',
    )
    const wish = replaceFile({ path: '/srv/disk/file', content: ['x'.repeat(100_000)] })
    const answer = trip(toy, [wish], shell)[0]
    expect(answer?.exit).not.toBe(0)
    expect(answer?.err).toContain('/srv/disk/file could not be written whole; is its disk full?')
    expect(script('cd /srv/disk; ls -A; cat file; umount /srv/disk')).toBe('file\nold\n')
  })

  it('owner and group are the old ones, or the wished ones', () => {
    script('echo old >/srv/owned; chown nobody:games /srv/owned; chmod 4750 /srv/owned')
    applyOn(toy, file.bind({ path: '/srv/owned', content: 'new\n' }), shell)
    expect(script('stat -c "%U %G %a" /srv/owned')).toBe('nobody games 4750\n')
    const wish = file.bind({ path: '/srv/owned', content: 'new\n', group: 'adm', mode: '0040' })
    expect(applyOn(toy, wish, shell)).toHaveLength(2)
    expect(script('stat -c "%U %G %a" /srv/owned')).toBe('nobody adm 40\n')
    expect(judgeOn(toy, wish, shell)).toEqual([])
  })

  it('a link to nothing is filled', () => {
    script('rm -f /srv/link /srv/aim; ln -s aim /srv/link')
    const wish = file.bind({ path: '/srv/link', content: 'new\n' })
    applyOn(toy, wish, shell)
    expect(judgeOn(toy, wish, shell)).toEqual([])
    expect(script('readlink /srv/link; cat /srv/aim')).toBe('aim\nnew\n')
  })

  it('killed at any moment, the file is the old one or the new one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lbprov-killed-'))
    const path = join(folder, 'file')
    const text = 'the new text\n'.repeat(100_000)
    const input = shell[2] + pack([{ run: replaceFile({ path, content: [text] }) }], 'mark')
    for (let ms = 2; ms <= 60; ms += 2) {
      writeFileSync(path, 'old')
      const child = spawn(shell[1][0], shell[1].slice(1), {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
      const ended = once(child, 'exit')
      await wait(ms)
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await ended
      const after = readFileSync(path, 'utf8')
      expect(after === 'old' || after === text).toBe(true)
    }
    expect(readdirSync(folder).every((name) => ['file', '.file.lbprov'].includes(name))).toBe(true)
    rmSync(folder, { recursive: true })
  })
})
