import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'

import type { Ssh } from '../../src/inventory/cluster.ts'
import { makeKey } from './keys.ts'
import { startRelay, type Relay } from './relay.ts'
import { allShims, seedToy, type Seed } from './seed.ts'

export type ToyOptions = Partial<Omit<Seed, 'publicKey'>> & {
  readonly name?: string
  /** No network of its own: it stands on the machine's loopback, as a jump host must to reach other toys. */
  readonly sharesNetwork?: boolean
  /** What speaks SSH on its stdin and stdout, once for each connection. Default: sshd. */
  readonly server?: readonly string[]
}

/** What a command inside a toy said. */
export interface Said {
  readonly exit: number
  readonly out: string
  readonly err: string
}

/**
 * A host to try things on: the machine's own sshd and userland in namespaces of their own. Real files,
 * a real `ip`, real sysctls, and no change that reaches the machine.
 */
export interface Toy extends Omit<Relay, 'close'> {
  readonly name: string
  /** Its first process, by the machine's number: `nsenter -t PID` gets in. */
  readonly pid: number
  /** How to reach it: root, by the toy's own key, with its host keys known. */
  readonly ssh: Ssh
  /** `ssh-ed25519 AAAA…`, one for each of its host keys. */
  readonly hostKeys: readonly string[]
  /** @throws Error when there is no such file */
  read(path: string): string
  /** Replaces the text; owner, mode and folder are made as a shell's `>` would make them. */
  write(path: string, text: string): void
  run(argv: readonly string[], input?: string): Said
  /** At the other end of the host's cables. */
  runOutside(argv: readonly string[]): Said
  /** What a command begins with to run there, with the machine's own files. */
  readonly outside: readonly [string, ...string[]]
  /** A card (a veth pair's near end, up); its far end has the same name at the other end. */
  addLink(name: string): void
  /** What its sshd noted. */
  sshdLog(): string
  close(): Promise<void>
}

const initScript = fileURLToPath(new URL('init.sh', import.meta.url))

const startInit = async (name: string, ownNetwork: boolean) => {
  const init = spawn(
    'unshare',
    [
      ...['--mount', '--uts', '--pid', '--fork', '--kill-child', '--propagation', 'private'],
      ...(ownNetwork ? ['--net'] : []),
      // bash, because it buries the processes that an init inherits.
      ...['--', 'bash', initScript, name, ownNetwork ? 'yes' : 'no'],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  let complaint = ''
  init.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()))
  init.stdin.on('error', () => undefined)
  const ready = await Promise.race([
    once(init.stdout, 'data').then(([bytes]) => String(bytes)),
    once(init, 'exit').then(() => undefined),
  ])
  if (ready === undefined) throw new Error(`the toy ${name} did not start: ${complaint}`)
  const [pid, far] = ready.trim().split(' ').map(Number) as [number, number]
  return { init, pid, far }
}

const inside = (pid: number): readonly string[] => ['-t', String(pid), '-m', '-u', '-n', '-p', '--']

/** What answers a connection, one each. */
export const sshd = ['/usr/sbin/sshd', '-i', '-f', '/etc/ssh/toy_config', '-E', '/var/log/sshd.log']

const startServer = (pid: number, server: readonly string[]): ChildProcess =>
  // The connection is on its stdin, both ways; Node makes only further streams two-way.
  spawn(
    'nsenter',
    [
      ...inside(pid),
      ...['sh', '-c', 'exec "$@" <&3 >&3 3>&- 2>>/var/log/sshd.log', 'server', ...server],
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )

const folders = new Set<string>()
const forget = (folder: string): void => {
  folders.delete(folder)
  rmSync(folder, { recursive: true, force: true })
}
// For those who end without closing, and what is left of those who were killed.
process.once('exit', () => folders.forEach(forget))
for (const name of readdirSync(tmpdir())) {
  const pid = /^lbprov-toy-(\d+)-/.exec(name)?.[1]
  if (pid !== undefined && !existsSync(`/proc/${pid}`)) forget(join(tmpdir(), name))
}

/** Starts a toy host; it needs root, and the packages that test/run.sh installs. */
export const toyHost = async (options: ToyOptions = {}): Promise<Toy> => {
  const name = options.name ?? 'toy'
  const ownNetwork = options.sharesNetwork !== true
  const folder = mkdtempSync(join(tmpdir(), `lbprov-toy-${String(process.pid)}-`))
  folders.add(folder)
  const key = makeKey(join(folder, 'id_ed25519'))
  const { init, pid, far } = await startInit(name, ownNetwork)
  const ended = once(init, 'exit')
  const hostKeys = seedToy(`/proc/${String(pid)}/root`, {
    hostKeys: options.hostKeys ?? ['ed25519'],
    accounts: options.accounts ?? {},
    publicKey: key.publicKey,
    sshd: options.sshd ?? '',
    sudoers: options.sudoers,
    doas: options.doas,
    osRelease: options.osRelease,
    files: options.files ?? {},
    shims: options.shims ?? allShims,
  })
  const answer = (): Duplex =>
    startServer(pid, options.server ?? sshd).stdio[3] as unknown as Duplex
  const relay = await startRelay(answer)

  const knownHosts = join(folder, 'known_hosts')
  const known = hostKeys.map((line) => `[127.0.0.1]:${String(relay.port)} ${line}\n`)
  writeFileSync(knownHosts, known.join(''))

  const run = (argv: readonly string[], input = ''): Said => {
    const { status, stdout, stderr } = spawnSync('nsenter', [...inside(pid), ...argv], {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    return { exit: status ?? 255, out: stdout, err: stderr }
  }
  const must = (argv: readonly string[], input?: string): string => {
    const { exit, out, err } = run(argv, input)
    if (exit !== 0) throw new Error(`${name}: ${argv.join(' ')}: exit ${String(exit)}: ${err}`)
    return out
  }
  const outside = ['nsenter', '-t', String(far), '-n', '--']

  const close = async (): Promise<void> => {
    await relay.close()
    init.stdin.end()
    await ended
    forget(folder)
  }

  // The relay's counts are getters; a spread would freeze them.
  const toy = {
    name,
    pid,
    hostKeys,
    ssh: {
      host: '127.0.0.1',
      port: relay.port,
      user: 'root',
      identityFiles: [key.file],
      userKnownHostsFiles: [knownHosts],
      strictHostKeyChecking: 'yes',
      connectTimeout: 10,
      transport: undefined,
      become: undefined,
      proxyJump: [],
    },
    read: (path) => must(['cat', path]),
    write: (path, text) => {
      must(['sh', '-c', 'mkdir -p "$(dirname "$1")" && cat >"$1"', 'write', path], text)
    },
    run,
    // `far` is a number of the toy's own processes.
    outside: ['nsenter', `--net=/proc/${String(pid)}/root/proc/${String(far)}/ns/net`, '--'],
    runOutside: (argv) => run([...outside, ...argv]),
    addLink: (link) => {
      const peer = ['peer', 'name', link, 'netns', String(far)]
      must(['ip', 'link', 'add', link, 'type', 'veth', ...peer])
      must(['ip', 'link', 'set', link, 'up'])
      must([...outside, 'ip', 'link', 'set', link, 'up'])
      // The kernel takes note of the carrier when it comes to it; nobody should see it do so.
      const state = `/sys/class/net/${link}/operstate`
      must([
        'timeout',
        '20',
        'sh',
        '-c',
        'until [ "$(cat "$1")" = up ]; do sleep 0.01; done',
        'up',
        state,
      ])
    },
    sshdLog: () => run(['cat', '/var/log/sshd.log']).out,
  } satisfies Omit<Toy, keyof Relay>
  const faults = Object.getOwnPropertyDescriptors(relay)
  return Object.defineProperties(toy as unknown as Toy, { ...faults, close: { value: close } })
}
