import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { overTcp } from '../toy/over-tcp.ts'
import { openSite, password, type Site } from './site.ts'

let site: Site
let first: ChildProcess | undefined
beforeEach(async () => {
  site = await openSite(['lb1', 'rs1'])
})
afterEach(async () => {
  first?.kill()
  await site.close()
})

const program = [process.execPath, '--import', 'tsx', 'src/main.ts']
const env = () => ({
  PATH: process.env.PATH,
  VRRP_PASS: password,
  HOME: site.home,
  TERM: 'xterm',
})

/** The program itself, at the question whether to apply: it has looked at every host, and holds them. */
const atTheQuestion = async (
  words: readonly string[] = ['apply', site.inventory()],
  enter: readonly string[] = [],
): Promise<ChildProcess> => {
  const line = `exec ${[...enter, ...program, ...words].join(' ')}`
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: env(),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  const asks = new Promise<void>((resolve) => {
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      if (said.includes('[y/N]')) resolve()
    })
  })
  const ends = once(child, 'close').then(() => {
    throw new Error(`it did not ask: ${said}`)
  })
  await Promise.race([asks, ends])
  ends.catch(() => undefined)
  return child
}

it('a second run is told who is at work, and changes nothing; a dead run holds nothing', async () => {
  first = await atTheQuestion()
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

it('a run that waits for its person is alive, whatever ssh_config says of ServerAliveInterval', async () => {
  const host = site.host('lb1')
  const { ssh } = overTcp(host)
  const [known = ''] = ssh.userKnownHostsFiles
  const inventory = site.inventory((text) =>
    text
      .replace(/port: \d+/, 'port: 22')
      .replace('127.0.0.1', ssh.host)
      .replace(/user_known_hosts_file: [^ ]+/, `user_known_hosts_file: ${known}`),
  )
  const config = site.put('ssh_config', 'Host *\n  ServerAliveInterval 60\n')
  const words = ['apply', inventory, '--limit', 'lb1', '--phase', 'kernel']
  first = await atTheQuestion([...words, '-F', config], host.outside)
  // Longer than a host waits for a sign of life of a run that has the lock.
  await wait(40_000)
  const again = [...host.outside.slice(1), ...program, ...words, '--yes']
  const second = spawnSync(host.outside[0], again, { env: env(), encoding: 'utf8' })
  expect(second.stdout).toMatch(/✘ lb1: \S+ \(192\.0\.2\.2\) has been at work here since /)
  expect(second.status).toBe(1)
  const ended = once(first, 'close')
  first.stdin?.write('y\r')
  expect(await ended).toEqual([0, null])
}, 120_000)
