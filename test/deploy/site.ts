import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { program } from '../../src/cli/program.ts'
import type { World } from '../../src/cli/world.ts'
import { LbprovError } from '../../src/errors.ts'
import { toyHost, type Toy } from '../toy/toy.ts'

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
  readonly lbprov: (...words: readonly string[]) => Promise<Ran>
  readonly home: string
  readonly close: () => Promise<void>
}

const cards: Readonly<Record<string, readonly string[]>> = {
  lb1: ['eth0', 'eth1'],
  lb2: ['eth0', 'eth1'],
  rs1: ['eth0'],
  rs2: ['eth0'],
  rs3: ['eth0'],
}

const rocky = 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\nPRETTY_NAME="Rocky Linux 8.10"\n'

const startHost = async (name: string): Promise<Toy> => {
  const toy = await toyHost({
    name,
    osRelease: rocky,
    files: {
      '/run/systemd/system/.here': '',
      '/etc/sysconfig/network-scripts/.here': '',
    },
  })
  for (const card of cards[name] ?? []) toy.addLink(card)
  return toy
}

const baseText = (hosts: Readonly<Record<string, Toy>>): string => {
  const ssh = (name: string): string => {
    const { host, port, identityFiles, userKnownHostsFiles } = (hosts[name] as Toy).ssh
    return `{ host: ${host}, port: ${String(port)}, identity_file: ${String(identityFiles[0])}, user_known_hosts_file: ${String(userKnownHostsFiles[0])} }`
  }
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
  lb1:
    ssh: ${ssh('lb1')}
    priority: 100
    interfaces:
      eth0: { network: public, address: 203.0.113.9 }
      eth1: { network: private, address: 10.11.12.9 }
  lb2:
    ssh: ${ssh('lb2')}
    priority: 99
    interfaces:
      eth0: { network: public, address: 203.0.113.8 }
      eth1: { network: private, address: 10.11.12.8 }
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

/** A process of its own would have this: no terminal, and what it says is kept. */
export const makeWorld = (home: string, said: { out: string; err: string }): World => ({
  terminal: {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    interactive: false,
    drawn: false,
    colour: false,
    ask: () => Promise.resolve(''),
  },
  env: { VRRP_PASS: password },
  home,
  signal: new AbortController().signal,
})

/** Runs one command line in this process, over the true wire. */
const run = async (home: string, words: readonly string[]): Promise<Ran> => {
  const said = { out: '', err: '' }
  const exit = await program(words, makeWorld(home, said)).catch((error: unknown) => {
    if (!(error instanceof LbprovError)) throw error
    said.err += `${error.message}\n`
    return error.exit
  })
  if (`${said.out}${said.err}`.includes(password)) throw new Error('the password was printed')
  return { exit, ...said }
}

/** Starts the hosts side by side; each is bare but for its cards. */
export const openSite = async (
  names: readonly string[] = ['lb1', 'lb2', 'rs1', 'rs2'],
): Promise<Site> => {
  const home = mkdtempSync(join(tmpdir(), 'lbprov-site-'))
  const toys = await Promise.all(names.map(async (name) => [name, await startHost(name)] as const))
  const hosts = Object.fromEntries(toys)
  const put = (name: string, text: string): string => {
    const path = join(home, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  return {
    hosts,
    home,
    host: (name) => hosts[name] as Toy,
    put,
    inventory: (edit = (text) => text) => put('inventory.yaml', edit(baseText(hosts))),
    lbprov: (...words) => run(home, words),
    close: async () => {
      await Promise.all(Object.values(hosts).map((toy) => toy.close()))
      rmSync(home, { recursive: true, force: true })
    },
  }
}
