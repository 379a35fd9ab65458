import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { inventories, type Hostile } from './inventories.ts'

const main = resolve('dist/main.js')

// Run before the command; descriptor 3 is the test's: what the process needed in all, when it ends.
const measured = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs'
  process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS / 1024)))
`)}`

interface Ran {
  readonly exit: number | null
  readonly signal: NodeJS.Signals | null
  readonly said: string
  readonly megabytes: number
}

/** The command as it is shipped, with two seconds of CPU: the kernel ends it when it wants more. */
const check = async (file: string, cwd: string): Promise<Ran> => {
  const child = spawn(
    'sh',
    [
      ...['-c', 'ulimit -t 2; exec "$@"', 'check'],
      ...[process.execPath, '--import', measured, main, 'check', file],
    ],
    { cwd, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: cwd } },
  )
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((settle) => {
    child.on('close', (code, signal) => settle([code, signal]))
  })
  const streams = child.stdio.slice(1).map((stream) => text(stream as Readable))
  const [out = '', err = '', megabytes = ''] = await Promise.all(streams)
  const [exit, signal] = await ended
  return { exit, signal, said: out + err, megabytes: Number(megabytes || Infinity) }
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-hostile-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('there are two hundred of them, and no two are called the same', () => {
  expect(inventories).toHaveLength(200)
  expect(new Set(inventories.map(({ name }) => name)).size).toBe(200)
})

const judged = async ({ name, make }: Hostile, n: number): Promise<void> => {
  const own = join(folder, String(n))
  mkdirSync(own)
  const path = make(own)
  const before = readdirSync(own)
  const { exit, signal, said, megabytes } = await check(path, own)
  expect(signal, name).toBeNull()
  expect([0, 2], `${name}: ${said}`).toContain(exit)
  expect(said, name).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(said, name).not.toMatch(/bug in lbprov|^ +at /m)
  expect(said.length, name).toBeGreaterThan(0)
  expect(said.length, name).toBeLessThan(100_000)
  expect(said.split('\n').length, name).toBeLessThan(60)
  expect(megabytes, name).toBeLessThan(300)
  expect(readdirSync(own), name).toEqual(before)
}

// Two at once: more would only wait for each other.
const pairs = inventories.flatMap((one, n) => {
  const other = inventories[n + 1]
  return n % 2 === 0 && other !== undefined ? [{ one, other, n }] : []
})

it.each(pairs)(
  '$one.name, and $other.name: messages, in two seconds of CPU and 300 MB',
  async ({ one, other, n }) => {
    await Promise.all([judged(one, n), judged(other, n + 1)])
  },
)
