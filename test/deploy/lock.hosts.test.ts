import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { openSite, password, type Site } from './site.ts'

let site: Site
beforeEach(async () => {
  site = await openSite(['lb1', 'rs1'])
})
afterEach(() => site.close())

/** The program itself, at the question whether to apply: it has looked at every host, and holds them. */
const atTheQuestion = async (): Promise<ChildProcess> => {
  const words = ['--import', 'tsx', 'src/main.ts', 'apply', site.inventory()]
  const line = `exec ${process.execPath} ${words.join(' ')}`
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { PATH: process.env.PATH, VRRP_PASS: password, HOME: site.home, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  while (!said.includes('[y/N]')) {
    const [bytes] = (await once(child.stdout, 'data')) as [Buffer]
    said += bytes.toString()
  }
  return child
}

it('a second run is told who is at work, and changes nothing; a dead run holds nothing', async () => {
  const first = await atTheQuestion()
  const before = site.host('rs1').run(['ip', 'addr']).out
  const second = await site.lbprov('apply', site.inventory(), '--yes')
  expect(second.exit).toBe(1)
  expect(second.out.replaceAll(/since [\d:]+, \d+ seconds? ago/g, 'since T')).toMatch(
    /✘ lb1: [\w.-]+@[\w.-]+ has been at work here since T; wait until that run ends, or stop it there, and run again\.\n/,
  )
  expect(site.host('rs1').run(['ip', 'addr']).out).toBe(before)
  // Who only looks is in nobody's way.
  expect((await site.lbprov('apply', site.inventory(), '--dry-run')).exit).toBe(0)

  const ended = once(first, 'close')
  const { pid } = first
  expect(pid).toBeDefined()
  // script's child is lbprov: both die as in a power cut.
  spawn('pkill', ['-9', '-P', String(pid)])
  await ended
  const third = await site.lbprov('apply', site.inventory(), '--yes')
  expect(third.exit).toBe(0)
  // What it left says who was there.
  expect(site.host('lb1').read('/var/lib/lbprov/journal')).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \S+@\S+ cluster toys, \d+ changes, run [0-9a-f]{16}, lbprov \d+\.\d+\.\d+\n$/,
  )
})
