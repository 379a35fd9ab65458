import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { beforeAll, describe, expect, it } from 'vitest'

import { readHolder } from '../../src/engine/holder.ts'
import { liveness, type Liveness } from '../../src/engine/liveness.ts'
import { lockStep } from '../../src/engine/lock.ts'
import type { Ssh, Transport } from '../../src/inventory/cluster.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { pack, unpack } from '../../src/sh/frame.ts'
import { atEnd, folder, toy } from '../ssh/endings.ts'
import { unsaid } from '../../src/ssh/jump-words.ts'
import { overTcp, type OverTcp } from '../toy/over-tcp.ts'
import type { Toy } from '../toy/toy.ts'
import { makeRun } from './runs.ts'

/*
 * Real kernels, real sshd, real time: each of these waits for as long as a host waits for a run that says nothing. They
 * wait all at once.
 */

const mark = '00112233445566778899aabbccddeeff'
const place = folder()

/** What ssh_config says of the sign of life. */
const configs = {
  absent: '',
  '0': 'Host *\n  ServerAliveInterval 0\n',
  '60': 'Host *\n  ServerAliveInterval 60\n  ServerAliveCountMax 10\n',
}
type Config = keyof typeof configs

for (const [name, text] of Object.entries(configs)) writeFileSync(join(place, name), text)

/** A program of its own that holds the lock. */
interface Controller {
  readonly child: ChildProcess
  /** What it says when it asks the host something. */
  readonly ask: () => Promise<string>
  /** Stops it, but nothing that it has started. */
  readonly stop: () => void
  readonly goOn: () => void
}

const lineOf = async (lines: AsyncIterator<string>): Promise<string> => {
  const next = await lines.next()
  if (next.done === true) throw new Error('the controller has ended')
  return next.value
}

const controller = async (
  ssh: Ssh,
  config: Config,
  [file, ...enter]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv = {},
): Promise<Controller> => {
  const program = fileURLToPath(new URL('holder.ts', import.meta.url))
  const wish = { ssh, config: join(place, config), run: makeRun('a') }
  const words = [process.execPath, '--import', 'tsx', program, JSON.stringify(wish)]
  const child = spawn(file, [...enter, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...env },
  })
  atEnd(() => child.kill('SIGKILL'))
  child.stdin.on('error', () => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  expect(await lineOf(lines)).toBe('held')
  return {
    child,
    ask: () => {
      child.stdin.write('answered\n')
      return lineOf(lines)
    },
    stop: () => child.kill('SIGSTOP'),
    goOn: () => child.kill('SIGCONT'),
  }
}

/** The lock, wanted by another run for so many seconds, in a root's shell on the host. */
const wanted = async (
  [file, ...enter]: readonly [string, ...string[]],
  seconds: number,
  limits: Partial<Liveness> = {},
): Promise<Answer | undefined> => {
  const child = spawn(file, [...enter, 'sh'], { stdio: ['pipe', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.on('data', (bytes: Buffer) => (said.out += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (said.err += bytes.toString()))
  const step = lockStep(makeRun('b'), seconds, undefined, { ...liveness, ...limits })
  child.stdin.end(pack([step], mark))
  await once(child, 'close')
  return unpack(said, mark)[0]
}

/** A run that has the lock of a host of its own. */
interface Held {
  readonly host: Toy
  readonly way: OverTcp
  readonly run: Controller
  readonly wanted: (seconds: number, limits?: Partial<Liveness>) => Promise<Answer | undefined>
}

const inside = ({ pid }: Toy) =>
  ['nsenter', '-t', String(pid), '-m', '-u', '-n', '-p', '--'] as const

const hold = async (
  transport: Transport,
  config: Config = 'absent',
  ssh: (way: OverTcp, host: Toy) => Ssh = (way) => way.ssh,
): Promise<Held> => {
  const host = await toy({ name: 'lb1' })
  const way = overTcp(host)
  const run = await controller({ ...ssh(way, host), transport }, config, host.outside)
  return { host, way, run, wanted: (...how) => wanted(inside(host), ...how) }
}

type Cases = Readonly<Record<string, () => Promise<void>>>

/** Longer than a host waits for a run of which it hears nothing. */
const longer = liveness.deadMs / 1000 + liveness.sampleSeconds + 5

const isRefused = (answer: Answer | undefined): void => {
  expect(answer).toMatchObject({ exit: 4, err: '' })
  expect(readHolder(answer?.out ?? '')).toMatchObject({ run: makeRun('a').id, busy: false })
}
const isTaken = (answer: Answer | undefined): void => {
  expect(answer).toEqual({ exit: 0, out: '', err: '' })
}

/** The numbers of a process and all that it has started. */
const family = (pid: number): readonly number[] => {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        return stat.slice(stat.lastIndexOf(')')).split(' ')[2] === String(pid)
      } catch {
        return false
      }
    })
  return [pid, ...children.flatMap((child) => family(Number(child)))]
}

/** Waits until the run itself has given up its connection. */
const givesUp = async ({ host, way }: Held): Promise<void> => {
  const words = ['ss', '-tnH', 'state', 'established', 'dst', way.ssh.host]
  while (host.runOutside(words).out !== '') await new Promise((resolve) => setTimeout(resolve, 500))
}

/** The run gives up, and only then another has the lock. */
const isFreedInOrder = async (held: Held, limits: Partial<Liveness> = {}): Promise<void> => {
  const order: string[] = []
  await Promise.all([
    givesUp(held).then(() => order.push('given up')),
    held.wanted(2 * longer, limits).then((answer) => {
      isTaken(answer)
      order.push('taken')
    }),
  ])
  expect(order).toEqual(['given up', 'taken'])
}

const throughJump = ({ ssh }: OverTcp, host: Toy): Ssh => {
  const words = ['/usr/sbin/sshd', '-f', '/etc/ssh/toy_config', '-p', '2222']
  expect(host.runOutside(words)).toMatchObject({ exit: 0 })
  const [file = ''] = ssh.userKnownHostsFiles
  writeFileSync(file, host.hostKeys.map((key) => `[192.0.2.2]:2222 ${key}\n`).join(''), {
    flag: 'a',
  })
  return { ...ssh, proxyJump: [{ ...ssh, host: '192.0.2.2', port: 2222 }] }
}

/** This machine as a host, with a /run of its own, below somebody's login of which nothing was heard for long. */
const onThisMachine = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const [accepted, client] = [once(server, 'connection'), connect(port, '127.0.0.1')]
  await Promise.all([accepted, once(client, 'connect')])
  atEnd(() => {
    client.destroy()
    server.close()
  })
  const from = `127.0.0.1 ${String(client.localPort)} 127.0.0.1 ${String(port)}`
  const own = 'mount -t tmpfs none /run && exec "$@"'
  const enter = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', own, 'sh'] as const
  const ssh: Ssh = { ...unsaid, host: 'localhost', transport: 'local' }
  const run = await controller(ssh, '60', enter, { SSH_CONNECTION: from })
  // It keeps that /run when the controller is no more.
  const there = 'echo there; exec sleep 1000'
  const keeper = spawn('nsenter', ['-t', String(run.child.pid), '-m', '--', 'sh', '-c', there])
  atEnd(() => keeper.kill())
  await once(keeper.stdout, 'data')
  const into = ['nsenter', '-t', String(keeper.pid), '-m', '--'] as const
  return { run, wanted: (seconds: number) => wanted(into, seconds) }
}

/** Whatever is heard of it or not, it keeps the lock; and leaves it once it is no more, whatever else it has started. */
const isKept = async ({ run, wanted }: Pick<Held, 'run' | 'wanted'>): Promise<void> => {
  isRefused(await wanted(longer))
  expect(await run.ask()).toBe('answered')
  run.child.kill('SIGKILL')
  // Far less than a silence.
  isTaken(await wanted(15))
}

const alive: Cases = {
  ...Object.fromEntries(
    (['ssh2', 'openssh'] as const).flatMap((transport) =>
      (['absent', '0', '60'] as const).map((config) => [
        `${transport}, ServerAliveInterval ${config}`,
        async () => isKept(await hold(transport, config)),
      ]),
    ),
  ),
  'ssh2 through a jump host, ServerAliveInterval 0': async () =>
    isKept(await hold('ssh2', '0', throughJump)),
  'local, below a login that says nothing': async () => isKept(await onThisMachine()),
  'ssh2, over a line that is slow and loses a tenth': async () => {
    const held = await hold('ssh2', '60')
    held.way.impair()
    isRefused(await held.wanted(longer))
    expect(await held.run.ask()).toBe('answered')
  },
}

const stopped: Cases = {
  ...Object.fromEntries(
    (['ssh', 'ssh6'] as const).map((family) => [
      `ssh2, over ${family === 'ssh' ? 'IPv4' : 'IPv6'}`,
      async () => {
        const held = await hold('ssh2', 'absent', (way) => way[family])
        held.run.stop()
        const answer = await held.wanted(longer)
        isRefused(answer)
        const { quiet, answers } = readHolder(answer?.out ?? '') ?? {}
        expect(quiet).toBeGreaterThan(30)
        expect(answers).toBe(true)
        held.run.goOn()
        expect(await held.run.ask()).toBe('answered')
      },
    ]),
  ),
  'ssh2, over a line that is slow and loses a tenth': async () => {
    const held = await hold('ssh2')
    held.way.impair()
    held.run.stop()
    isRefused(await held.wanted(longer))
    held.run.goOn()
    expect(await held.run.ask()).toBe('answered')
  },
  'openssh, whose ssh goes on': async () => {
    const held = await hold('openssh')
    held.run.stop()
    const answer = await held.wanted(longer)
    isRefused(answer)
    expect(readHolder(answer?.out ?? '')?.quiet).toBeLessThan(30)
    held.run.goOn()
    expect(await held.run.ask()).toBe('answered')
  },
  'openssh, with all that it has started': async () => {
    const held = await hold('openssh')
    for (const pid of family(held.run.child.pid ?? 0)) process.kill(pid, 'SIGSTOP')
    const answer = await held.wanted(longer)
    isRefused(answer)
    expect(readHolder(answer?.out ?? '')?.quiet).toBeGreaterThan(30)
    for (const pid of family(held.run.child.pid ?? 0)) process.kill(pid, 'SIGCONT')
    expect(await held.run.ask()).toBe('answered')
  },
  'ssh2 through a jump host, until it has been silent for very long': async () => {
    const held = await hold('ssh2', 'absent', throughJump)
    held.run.stop()
    isRefused(await held.wanted(longer))
    isTaken(await held.wanted(0, { stoppedMs: 30_000 }))
    held.run.goOn()
    expect(await held.run.ask()).toMatch(/^lost: .* its shell ended/)
  },
  local: async () => {
    const held = await onThisMachine()
    held.run.stop()
    isRefused(await held.wanted(longer))
    held.run.goOn()
    expect(await held.run.ask()).toBe('answered')
  },
}

const cut: Cases = {
  'ssh2, ServerAliveInterval 60': async () => {
    const held = await hold('ssh2', '60')
    held.way.cut()
    await isFreedInOrder(held)
  },
  'ssh2, stopped': async () => {
    const held = await hold('ssh2')
    held.run.stop()
    held.way.cut()
    isTaken(await held.wanted(2 * longer))
  },
  'ssh2, towards the host alone': async () => {
    const held = await hold('ssh2', '0')
    held.way.drop('in')
    await isFreedInOrder(held)
  },
  'ssh2, from the host alone': async () => {
    const held = await hold('ssh2', '0')
    held.way.drop('out')
    await isFreedInOrder(held)
  },
  'openssh, ServerAliveInterval 0': async () => {
    const held = await hold('openssh', '0')
    held.way.cut()
    await isFreedInOrder(held, { stoppedMs: liveness.deadMs })
  },
}

const groups = {
  'a run that waits for its person keeps its lock until it ends': alive,
  'a run that is stopped keeps its lock': stopped,
  'a run that is cut off has given up itself before another has its lock': cut,
}

const all = new Map<() => Promise<void>, Promise<void>>()
beforeAll(() => {
  for (const run of Object.values(groups).flatMap((cases) => Object.values(cases))) {
    const done = run()
    done.catch(() => undefined)
    all.set(run, done)
  }
})

describe.each(Object.entries(groups))('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', (_name, run) => all.get(run), 300_000)
})
