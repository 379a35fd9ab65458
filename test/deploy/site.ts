import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { program } from '../../src/cli/program.ts'
import type { World } from '../../src/cli/world.ts'
import { LbprovError } from '../../src/errors.ts'
import type { Terminal } from '../../src/ui/terminal.ts'
import { makeKey } from '../toy/keys.ts'
import type { Account } from '../toy/seed.ts'
import { toyHost, type Toy, type ToyOptions } from '../toy/toy.ts'

/** What one command line said, and how it ended. */
export interface Ran {
  readonly exit: number
  readonly out: string
  readonly err: string
}

/** A cluster of toy hosts, and a controller's home to run lbprov from. */
export interface Site {
  readonly hosts: Readonly<Record<string, Toy>>
  readonly host: (name: string) => Toy
  /** Writes a file beside the inventory; its path. */
  readonly put: (name: string, text: string) => string
  /** The inventory's path; `edit` changes its text first. */
  readonly inventory: (edit?: (text: string) => string) => string
  /** How the inventory says to reach a host. */
  readonly sshOf: (name: string) => string
  readonly lbprov: (...words: readonly string[]) => Promise<Ran>
  /** The same in another world. */
  readonly lbprovIn: (world: Elsewhere, ...words: readonly string[]) => Promise<Ran>
  readonly home: string
  readonly close: () => Promise<void>
}

const cards: Readonly<Record<string, readonly string[]>> = {
  lb1: ['eth0', 'eth1'],
  lb2: ['eth0', 'eth1'],
  lb3: ['eth0', 'eth1'],
  rs1: ['eth0'],
  rs2: ['eth0'],
  rs3: ['eth0'],
}

const rocky =
  'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\nPRETTY_NAME="Rocky Linux 8.10"\n'

const startHost = async (
  name: string,
  publicKey: string,
  { files, accounts = {}, ...options }: ToyOptions = {},
): Promise<Toy> => {
  const withKey = ({ authorizedKeys = [], ...account }: Account): Account => ({
    ...account,
    authorizedKeys: [...authorizedKeys, publicKey],
  })
  const toy = await toyHost({
    name,
    osRelease: rocky,
    ...options,
    accounts: Object.fromEntries(
      Object.entries({ root: {}, ...accounts }).map(([user, each]) => [user, withKey(each)]),
    ),
    files: {
      '/run/systemd/system/.here': '',
      '/etc/sysconfig/network-scripts/.here': '',
      ...files,
    },
  })
  // Or an address of each card would come into use a second later, whatever a test does.
  toy.run(['sysctl', '-qw', 'net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.all.accept_dad=0'])
  for (const card of cards[name] ?? []) toy.addLink(card)
  return toy
}

const hostOf = (hosts: Readonly<Record<string, Toy>>, name: string): Toy => {
  const found = hosts[name]
  if (found === undefined) throw new Error(`no host ${name} in this site`)
  return found
}

/** Of the operator: one key for all hosts, and one file of known hosts. */
interface Files {
  readonly key: string
  readonly knownHosts: string
}

const sshWords = ({ ssh: { host, port } }: Toy, { key, knownHosts }: Files): string =>
  `{ host: ${host}, port: ${String(port)}, identity_file: ${key}, user_known_hosts_file: ${knownHosts} }`

const baseText = (hosts: Readonly<Record<string, Toy>>, files: Files): string => {
  const ssh = (name: string): string => sshWords(hostOf(hosts, name), files)
  const routers = Object.keys(hosts)
    .filter((name) => name.startsWith('lb'))
    .map((name) => {
      const n = Number(name.slice(2))
      const card = (network: string, subnet: string): string =>
        `{ network: ${network}, address: ${subnet}.${String(10 - n)} }`
      return `  ${name}:
    ssh: ${ssh(name)}
    priority: ${String(101 - n)}
    interfaces:
      eth0: ${card('public', '203.0.113')}
      eth1: ${card('private', '10.11.12')}`
    })
  const realServers = Object.keys(hosts)
    .filter((name) => name.startsWith('rs'))
    .map(
      (name) =>
        `  ${name}: { ssh: ${ssh(name)}, interfaces: { eth0: { network: private, address: 10.11.12.2${name.slice(2)} } } }`,
    )
  return `cluster: toys
forwarding: nat
networks:
  public: { subnet: 203.0.113.0/24, gateway: 203.0.113.254 }
  private: { subnet: 10.11.12.0/24, gateway: inside }
vips:
  www: 203.0.113.10
  inside: 10.11.12.10
vrrp:
  auth_pass: { env: VRRP_PASS }
routers:
${routers.join('\n')}
real_servers:
${realServers.join('\n')}
services:
  http:
    vip: www
    port: 80
    scheduler: wrr
    check: { tcp: { connect_timeout: 10 } }
`
}

/** The password of every site: no output may ever hold it. */
export const password = 'passw123'

/** What is not as usual. */
export type Elsewhere = Partial<Omit<World, 'terminal'>> & { readonly terminal?: Partial<Terminal> }

/** A process of its own would have this: no terminal, and what it says is kept. */
export const makeWorld = (
  home: string,
  said: { out: string; err: string },
  { terminal, ...elsewhere }: Elsewhere = {},
): World => ({
  terminal: {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    interactive: false,
    drawn: false,
    colour: false,
    ask: () => Promise.resolve(''),
    ...terminal,
  },
  env: { VRRP_PASS: password },
  home,
  user: 'operator',
  hostname: 'controller',
  signal: new AbortController().signal,
  ...elsewhere,
})

/** Runs one command line in this process, over the true wire. */
const run = async (
  home: string,
  words: readonly string[],
  elsewhere: Elsewhere = {},
): Promise<Ran> => {
  const said = { out: '', err: '' }
  const exit = await program(words, makeWorld(home, said, elsewhere)).catch((error: unknown) => {
    if (!(error instanceof LbprovError)) throw error
    said.err += `${error.message}\n`
    return error.exit
  })
  if (`${said.out}${said.err}`.includes(password)) throw new Error('the password was printed')
  return { exit, ...said }
}

/** Starts the hosts side by side; each is bare but for its cards, and what `options` says of it. */
export const openSite = async (
  names: readonly string[] = ['lb1', 'lb2', 'rs1', 'rs2'],
  options: Readonly<Record<string, ToyOptions>> = {},
): Promise<Site> => {
  const home = mkdtempSync(join(tmpdir(), 'lbprov-site-'))
  const key = makeKey(join(home, 'id_ed25519'))
  const toys = await Promise.all(
    names.map(async (name) => [name, await startHost(name, key.publicKey, options[name])] as const),
  )
  const hosts = Object.fromEntries(toys)
  const files = { key: key.file, knownHosts: join(home, 'known_hosts') }
  writeFileSync(
    files.knownHosts,
    toys
      .flatMap(([, { ssh }]) => ssh.userKnownHostsFiles)
      .map((file) => readFileSync(file, 'utf8'))
      .join(''),
  )
  const put = (name: string, text: string): string => {
    const path = join(home, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  return {
    hosts,
    home,
    host: (name) => hostOf(hosts, name),
    put,
    inventory: (edit = (text) => text) => put('inventory.yaml', edit(baseText(hosts, files))),
    sshOf: (name) => sshWords(hostOf(hosts, name), files),
    lbprov: (...words) => run(home, words),
    lbprovIn: (elsewhere, ...words) => run(home, words, elsewhere),
    close: async () => {
      await Promise.all(Object.values(hosts).map((toy) => toy.close()))
      rmSync(home, { recursive: true, force: true })
    },
  }
}
