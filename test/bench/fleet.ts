import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { setTimeout as later } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { makeKey } from '../toy/keys.ts'
import { allShims, seedToy } from '../toy/seed.ts'
import { startSshd } from './sshd.ts'

/** Where a host is found. */
export interface FleetHost {
  readonly name: string
  /** Of the loopback's: 127.1.x.y. */
  readonly address: string
}

/**
 * Hosts without a process: each is a mount and a network namespace, kept by descriptors of this process. One sshd serves
 * them all, and enters that of the address that was connected to. To be used in the namespaces that run.sh makes.
 */
export interface Fleet {
  readonly hosts: readonly FleetHost[]
  /** The private key that may log in as root everywhere. */
  readonly keyFile: string
  /** `ssh-ed25519 AAAA…`, the same for all. */
  readonly hostKey: string
  /** Makes it `size` hosts, all as new. */
  readonly renew: (size: number) => Promise<void>
  readonly close: () => Promise<void>
}

interface Held extends FleetHost {
  readonly descriptors: readonly number[]
}

const hostScript = fileURLToPath(new URL('host.sh', import.meta.url))

/** Namespaces by address. */
const namespaceFolder = '/mnt/hosts'

const rocky =
  'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\nPRETTY_NAME="Rocky Linux 8.10"\n'

/** lb1, lb2, rs1, rs2, …: routers first, so that a smaller fleet is the beginning of a larger one. */
const hostNames = (size: number): readonly string[] =>
  Array.from({ length: size }, (_, n) => (n < 2 ? `lb${String(n + 1)}` : `rs${String(n - 1)}`))

const addressOf = (n: number): string =>
  `127.1.${String(Math.floor(n / 250))}.${String((n % 250) + 1)}`

/** Runs `work` for all, `width` at once. */
const sideBySide = async <Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const waiting = [...items]
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}

/** A process that makes namespaces and waits in them; the descriptors that keep them. */
const holdNamespaces = async (
  words: readonly string[],
  kinds: readonly string[],
): Promise<readonly number[]> => {
  const maker = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  maker.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()))
  const ended = once(maker, 'close')
  const isReady = await Promise.race([
    once(maker.stdout, 'data').then(() => true),
    ended.then(() => false),
  ])
  if (!isReady) throw new Error(`unshare ${words.join(' ')}: ${complaint}`)
  const held = kinds.map((kind) => openSync(`/proc/${String(maker.pid)}/ns/${kind}`, 'r'))
  maker.stdin.end()
  await ended
  return held
}

const pathOf = (descriptor: number): string =>
  `/proc/${String(process.pid)}/fd/${String(descriptor)}`

/** Ends whatever runs in these mount namespaces: daemons that were started there, and guards. */
const endProcesses = (namespaces: ReadonlySet<string>): void => {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (namespaces.has(readlinkSync(`/proc/${pid}/ns/mnt`))) process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

export const openFleet = async (): Promise<Fleet> => {
  const key = makeKey('/mnt/home/id_ed25519')
  const [hostKey = ''] = seedToy('/mnt/seed', {
    hostKeys: ['ed25519'],
    // Somebody's own .bashrc would be run in the middle of what is measured.
    accounts: { root: { bashrc: '' } },
    publicKey: key.publicKey,
    sshd: '',
    sudoers: undefined,
    doas: undefined,
    osRelease: rocky,
    files: {
      '/etc/sysconfig/network-scripts/.here': '',
      // Root's shell is a plain sh here; inside.sh has seen to it.
      '/etc/passwd': readFileSync('/etc/passwd', 'utf8'),
    },
    shims: allShims,
  })
  mkdirSync(namespaceFolder)
  const sshd = await startSshd(namespaceFolder)
  const quiet = 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; echo; read -r line || :'
  const [far = -1] = await holdNamespaces(['--net', 'sh', '-c', quiet], ['net'])

  let held: readonly Held[] = []
  let cables = 0

  const inFar = (words: readonly string[]): string =>
    spawnSync('nsenter', [`--net=${pathOf(far)}`, ...words], { encoding: 'utf8' }).stdout
  /** The kernel takes a namespace apart, and notes a card's carrier, when it comes to it: nobody should be measured meanwhile. */
  const settle = async (cards: number): Promise<void> => {
    for (;;) {
      const links = inFar(['ip', '-br', 'link']).split('\n')
      const up = links.filter((line) => /^f\d+\S* +UP /.test(line)).length
      if (up === cards && links.filter((line) => line.startsWith('f')).length === cards) return
      await later(50)
    }
  }

  const make = async (name: string, n: number): Promise<Held> => {
    const cards = name.startsWith('lb') ? ['eth0', 'eth1'] : ['eth0']
    const cabled = cards.flatMap((card) => [card, `f${String((cables += 1))}`])
    const descriptors = await holdNamespaces(
      ['--mount', '--net', 'sh', hostScript, name, pathOf(far), ...cabled],
      ['mnt', 'net'],
    )
    const address = addressOf(n)
    const folder = `${namespaceFolder}/${address}`
    mkdirSync(folder)
    for (const [which, kind] of ['mnt', 'net'].entries()) {
      symlinkSync(pathOf(descriptors[which] ?? -1), `${folder}/${kind}`)
    }
    return { name, address, descriptors }
  }
  const drop = async (): Promise<void> => {
    endProcesses(new Set(held.map(({ descriptors: [mnt = -1] }) => readlinkSync(pathOf(mnt)))))
    for (const { address, descriptors } of held) {
      rmSync(`${namespaceFolder}/${address}`, { recursive: true })
      for (const descriptor of descriptors) closeSync(descriptor)
    }
    held = []
    await settle(0)
  }

  return {
    keyFile: key.file,
    hostKey,
    get hosts() {
      return held
    },
    renew: async (size) => {
      await drop()
      const made: Held[] = []
      const names = hostNames(size).map((name, n) => ({ name, n }))
      await sideBySide(names, 3, async ({ name, n }) => {
        made[n] = await make(name, n)
      })
      held = made
      await settle(size + Math.min(size, 2))
    },
    close: async () => {
      await drop()
      closeSync(far)
      await sshd.close()
    },
  }
}
