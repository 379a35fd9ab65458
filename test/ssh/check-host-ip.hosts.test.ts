import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import type { Transport } from '../../src/inventory/cluster.ts'
import { makeKey } from '../toy/keys.ts'
import { folder, toy } from './scene.ts'
import type { Question, Went } from './there/dial.ts'
import { listenAt, runThere } from './there/there.ts'

const place = folder()
const host = await toy({ name: 'lb1' })
const right = host.hostKeys[0] ?? ''
const wrong = makeKey(join(place, 'other')).publicKey
host.run(['ip', 'address', 'add', '192.0.2.1/32', 'dev', 'lo'])
for (const port of ['22', '2222']) {
  listenAt(host, `192.0.2.1:${port}`)
  listenAt(host, `127.0.0.1:${port}`)
}
const hosts = '192.0.2.1 lb1.example.test\n127.0.0.1 here.example.test'
const program = fileURLToPath(new URL('there/dial.ts', import.meta.url))

interface Row {
  readonly what: string
  readonly known: string
  readonly name?: string
  readonly more?: string
  /** Whether ssh lets it through, and what its file has then. */
  readonly goes: boolean
  readonly adds?: string
}

const rows: readonly Row[] = [
  {
    what: 'the address has another key',
    known: `lb1.example.test ${right}\n192.0.2.1 ${wrong}\n`,
    goes: false,
  },
  {
    what: 'the address has the key, too',
    known: `lb1.example.test ${right}\n192.0.2.1 ${right}\n`,
    goes: true,
  },
  {
    what: 'the address is new',
    known: `lb1.example.test ${right}\n`,
    goes: true,
    adds: `192.0.2.1 ${right}\n`,
  },
  {
    what: 'the address has another key on another port',
    known: `lb1.example.test ${right}\n[192.0.2.1]:2222 ${wrong}\n`,
    goes: true,
    adds: `192.0.2.1 ${right}\n`,
  },
  {
    what: 'the address has another key on its own port',
    known: `[lb1.example.test]:2222 ${right}\n[192.0.2.1]:2222 ${wrong}\n`,
    more: 'Port 2222',
    goes: false,
  },
  {
    what: 'only the name without the port is known, and the address without it has another key',
    known: `lb1.example.test ${right}\n192.0.2.1 ${wrong}\n`,
    more: 'Port 2222',
    goes: false,
  },
  {
    what: 'only the name without the port is known',
    known: `lb1.example.test ${right}\n`,
    more: 'Port 2222',
    goes: true,
  },
  {
    what: 'an alias is known, and the address has another key',
    known: `farm ${right}\n192.0.2.1 ${wrong}\n`,
    more: 'HostKeyAlias farm',
    goes: false,
  },
  {
    what: 'an alias is known, and the host is named by its address',
    known: `farm ${right}\n192.0.2.1 ${wrong}\n`,
    name: '192.0.2.1',
    more: 'HostKeyAlias farm',
    goes: true,
  },
  {
    what: 'it is this machine itself',
    known: `here.example.test ${right}\n127.0.0.1 ${wrong}\n`,
    name: 'here.example.test',
    goes: true,
  },
  {
    what: 'a command leads there',
    known: `lb1.example.test ${right}\n192.0.2.1 ${wrong}\n`,
    more: 'ProxyCommand busybox nc %h %p',
    goes: true,
  },
  {
    what: 'the address is revoked alone',
    known: `lb1.example.test ${right}\n@revoked 192.0.2.1 ${right}\n`,
    goes: true,
  },
  {
    what: 'name and address are new, and new ones are taken',
    known: '',
    more: 'StrictHostKeyChecking accept-new',
    goes: true,
    adds: `lb1.example.test,192.0.2.1 ${right}\n`,
  },
  {
    what: 'the name is new, and new ones are taken, but the address has another key',
    known: `192.0.2.1 ${wrong}\n`,
    more: 'StrictHostKeyChecking accept-new',
    goes: false,
  },
  {
    what: 'nobody asks for it',
    known: `lb1.example.test ${right}\n192.0.2.1 ${wrong}\n`,
    more: 'CheckHostIP no',
    goes: true,
  },
]

const fileOf = (name: string, text: string): string => {
  const file = join(place, name)
  writeFileSync(file, text)
  return file
}

/** A row's files for one of those that try it. */
const lay = ({ known, more = '' }: Row, who: string) => {
  const file = fileOf(`known_hosts.${who}`, known)
  const config = fileOf(
    `config.${who}`,
    `${more}\nCheckHostIP yes\nStrictHostKeyChecking yes\nUserKnownHostsFile ${file}\nGlobalKnownHostsFile none\nHashKnownHosts no\n`,
  )
  return { file, config }
}
const added = (file: string, { known }: Row): string =>
  readFileSync(file, 'utf8').slice(known.length)

describe('CheckHostIP yes', async () => {
  const transports: readonly Transport[] = ['ssh2', 'openssh']
  const asked = rows.flatMap((row, n) =>
    transports.map((transport) => ({ row, transport, ...lay(row, `${String(n)}.${transport}`) })),
  )
  const questions = asked.map(({ row, config, transport }): Question => ({
    config,
    ssh: {
      host: row.name ?? 'lb1.example.test',
      user: 'root',
      identityFiles: host.ssh.identityFiles,
      transport,
    },
  }))
  const words = ['node', '--import', 'tsx', program]
  const { out, err } = await runThere(host, hosts, words, { input: JSON.stringify(questions) })
  const went = JSON.parse(out === '' ? JSON.stringify(err) : out) as readonly Went[]

  it.each(rows.map((row, n) => [row.what, n] as const))('%s', async (_, n) => {
    const row = rows[n] ?? { what: '', known: '', goes: false }
    const { file, config } = lay(row, `${String(n)}.ssh`)
    const name = row.name ?? 'lb1.example.test'
    const ssh = [
      'ssh',
      '-F',
      config,
      '-i',
      host.ssh.identityFiles[0] ?? '',
      `root@${name}`,
      'id -un',
    ]
    const theirs = await runThere(host, hosts, ssh)
    expect({ goes: theirs.out === 'root\n' }).toEqual({ goes: row.goes })
    if (row.goes) expect(added(file, row)).toBe(row.adds ?? '')
    for (const [m, each] of asked.entries()) {
      if (each.row !== row) continue
      const ours = went[m]
      const shown = ours?.user ?? ours?.failed?.replace(/:.*/s, '')
      expect(`${each.transport}: ${String(shown)}`).toBe(
        `${each.transport}: ${row.goes ? 'root' : 'host key'}`,
      )
      if (row.goes) expect(added(each.file, row)).toBe(row.adds ?? '')
    }
  })

  it('is a sentence that names the line', () => {
    const sentences = went
      .slice(0, 2)
      .map(({ failed = '' }) =>
        failed.replaceAll(place, 'FOLDER').replaceAll(/SHA256:\S+/g, 'SHA256:…'),
      )
    expect(sentences.join('\n')).toMatchInlineSnapshot(`
      "host key: lb1 (lb1.example.test port 22) shows the ED25519 key SHA256:… while FOLDER/known_hosts.0.ssh2:2 holds SHA256:… for its address (CheckHostIP in ssh_config). Somebody may answer in its name; if another host had the address before, forget that key and run again:
      ssh-keygen -R 192.0.2.1 -f FOLDER/known_hosts.0.ssh2
      host key: lb1 (lb1.example.test port 22) shows a key that is right for its name, while FOLDER/known_hosts.0.openssh:2 holds another for its address (CheckHostIP in ssh_config). Somebody may answer in its name; if another host had the address before, forget that key and run again:
      ssh-keygen -R 192.0.2.1 -f FOLDER/known_hosts.0.openssh"
    `)
  })
})
