import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import { makeKey } from '../toy/keys.ts'
import { folder, toy } from './scene.ts'
import type { Question, Went } from './there/dial.ts'
import { listenAt, runThere } from './there/there.ts'

const place = folder()
const key = makeKey(join(place, 'ops'))
const other = makeKey(join(place, 'other')).publicKey
const accounts = {
  ops: { authorizedKeys: [key.publicKey] },
  root: { authorizedKeys: [key.publicKey] },
}
const host = await toy({ name: 'lb1', accounts })
const hostKey = host.hostKeys[0] ?? ''
listenAt(host, '127.0.0.1:22')
listenAt(host, '127.0.0.1:2222')

// As a resolver answers that knows the domain.
const hosts = '127.0.0.1 lb1.example.test lb1.example.test.'
const program = fileURLToPath(new URL('there/dial.ts', import.meta.url))

const known = (name: string, text: string): string => {
  const file = join(place, name)
  writeFileSync(file, text)
  return file
}
const knownByFullName = known(
  'known_hosts.ops',
  `lb1.example.test ${hostKey}\n[lb1.example.test]:2222 ${hostKey}\n`,
)
// Here it is a stranger by its full name, and its short name is another's.
const usual = known('known_hosts', `lb1 ${other}\n[lb1]:2222 ${other}\n`)

const configOf = (name: string, more = ''): string =>
  known(
    name,
    `CanonicalizeHostname yes
CanonicalDomains nowhere.test example.test
Host *.example.test
  User ops
  IdentityFile ${key.file}
  IdentitiesOnly yes
  UserKnownHostsFile ${knownByFullName}
${more}`,
  )
const config = configOf('config')

const ask = async (...questions: readonly Question[]): Promise<readonly Went[]> => {
  const input = JSON.stringify(questions)
  const { out, err } = await runThere(host, hosts, ['node', '--import', 'tsx', program], { input })
  try {
    return JSON.parse(out) as readonly Went[]
  } catch {
    throw new Error(`${out}${err}`)
  }
}

describe('a name that ssh makes a full one', () => {
  it('is logged in to as ssh does: by that name, as that user, by that file', async () => {
    const words = ['ssh', '-F', config, '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes']
    const theirs = await runThere(host, hosts, [...words, 'lb1', 'id -un'])
    expect(theirs.out).toBe('ops\n')
    const [ours] = await ask({ config, ssh: { host: 'lb1' } })
    expect(ours).toEqual({
      user: 'ops',
      at: 'lb1.example.test',
      remarks: [
        `reached by the system's ssh: the ssh_config for it asks for CanonicalizeHostname (${config}:1)`,
      ],
    })
  })

  it('has the inventory’s word before the file’s', async () => {
    const port = configOf('config.port', '  Port 2222\n')
    const went = await ask(
      { config, ssh: { host: 'lb1', user: 'root' } },
      { config: port, ssh: { host: 'lb1' } },
      { config: port, ssh: { host: 'lb1', port: 22, transport: 'openssh' } },
      { config, ssh: { host: 'lb1', userKnownHostsFiles: [usual] } },
      { config, ssh: { host: 'lb1', transport: 'ssh2' } },
    )
    expect(went.map(({ user, failed, at }) => [user ?? failed?.replace(/:.*/s, ''), at])).toEqual([
      ['root', 'lb1.example.test'],
      ['ops', 'lb1.example.test'],
      ['ops', 'lb1.example.test'],
      ['host key', 'lb1.example.test'],
      ['ops', 'lb1.example.test'],
    ])
  })

  it('is root’s where nobody says who logs in, and nobody else’s', async () => {
    const text = `CanonicalizeHostname yes\nCanonicalDomains example.test\nHost *.example.test\n`
    const nobody = known(
      'config.nobody',
      `${text}  IdentityFile ${key.file}\n  UserKnownHostsFile ${knownByFullName}\n`,
    )
    const [went] = await ask({ config: nobody, ssh: { host: 'lb1' } })
    expect(went).toMatchObject({ user: 'root', at: 'lb1.example.test' })
  })
})
