import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { jsonLines } from './sites.ts'
import { openSite, type Site } from './site.ts'

/*
 * What lbprov 0.1 left on the hosts of this very inventory: manifests, records, notes. Ports and paths, which are others
 * for each site, stand in it by name.
 */
const left = JSON.parse(
  readFileSync(join(import.meta.dirname, 'left-by-0.1.json'), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, string>>>>

const note = '/run/lbprov/keepalived.service.loaded'

let site: Site
let bare: Readonly<Record<string, string>>

const state = (name: string): string =>
  site.host(name).run([
    'sh',
    '-c',
    `find /etc /var/lib/lbprov -type f -exec sha256sum {} + | sort -k 2; ip -o addr; ip route; ip -6 route
     systemctl is-active keepalived; systemctl is-enabled keepalived; sysctl -n net.ipv4.ip_forward`,
  ]).out

const states = (): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(left).map((name) => [name, state(name)]))

/** Has the hosts remember what 0.1 would have them remember. */
const asLeft = (): void => {
  for (const [name, files] of Object.entries(left)) {
    const toy = site.host(name)
    const [running = ''] = name.startsWith('lb') ? toy.read(note).split('\n') : []
    toy.run(['rm', '-rf', '/var/lib/lbprov/manifest', '/var/lib/lbprov/records'])
    const own = /\{ host: \S+, port: (\d+), identity_file: (\S+), user_known_hosts_file: (\S+) \}/
    for (const [path, text] of Object.entries(files)) {
      const [, , key = '', knownHosts = ''] = own.exec(site.sshOf(name)) ?? []
      toy.write(
        path,
        text
          .replaceAll(/"PORT OF (\w+)"/g, (_, other: string) => String(site.host(other).ssh.port))
          .replaceAll('KNOWN HOSTS', knownHosts)
          .replaceAll('KEY', key)
          .replace('RUNNING', running),
      )
    }
  }
}

beforeAll(async () => {
  site = await openSite(Object.keys(left))
  bare = states()
  expect(await site.lbprov('apply', site.inventory(), '--yes')).toMatchObject({ exit: 0 })
  asLeft()
})
afterAll(() => site.close())

const changes = async (...words: readonly string[]): Promise<readonly unknown[]> => {
  const ran = await site.lbprov(...words, '--yes', '--json')
  expect(ran).toMatchObject({ exit: 0 })
  return jsonLines(ran).flatMap(({ type, host, what }) => (type === 'change' ? [[host, what]] : []))
}

it('a cluster of 0.1 is left alone by the next apply, but for what its routers remember of the hosts', async () => {
  const ran = await changes('apply', site.inventory())
  // 0.1 kept the paths of keys and known hosts there, which are the operator's to say.
  expect(ran).toEqual(['lb1', 'lb2'].map((name) => [name, 'what lbprov remembers here, roster']))
  expect(await changes('apply', site.inventory())).toEqual([])
})

it('its routers change their password with each other', async () => {
  const rotated = { env: { VRRP_PASS: 'rotated4' } }
  const ran = await site.lbprovIn(rotated, 'apply', site.inventory(), '--yes')
  expect(ran).toMatchObject({ exit: 0 })
  for (const name of ['lb1', 'lb2'])
    expect(site.host(name).read('/etc/keepalived/keepalived.conf')).toContain('rotated4')
  await changes('apply', site.inventory())
  asLeft()
})

it('its hosts are left as 0.1 found them', async () => {
  await changes('destroy', site.inventory())
  expect(states()).toEqual(bare)
})
