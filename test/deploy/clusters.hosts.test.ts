import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { shown } from './shown.ts'
import { open, jsonLines } from './sites.ts'
import { openSite, type Elsewhere, type Site } from './site.ts'

const conf = '/etc/keepalived/keepalived.conf'
const records = '/var/lib/lbprov/records'

/** Everything of a host that a run could change. */
const state = (site: Site, name: string): string =>
  site
    .host(name)
    .run([
      'sh',
      '-c',
      'find /etc/sysconfig /etc/keepalived /var/lib/lbprov -type f -exec sha256sum {} + | sort; ip -o -4 addr; ip route; systemctl is-active keepalived',
    ]).out

/** Another cluster, with a router at the very address of lb1. */
const beta = (site: Site): string =>
  site.put(
    'beta.yaml',
    `cluster: beta
forwarding: nat
networks:
  public: { subnet: 198.51.100.0/24, gateway: 198.51.100.254 }
  private: { subnet: 10.20.30.0/24, gateway: inside }
vips: { www: 198.51.100.10, inside: 10.20.30.10 }
routers:
  edge1:
    ssh: ${site.sshOf('lb1')}
    priority: 100
    interfaces:
      eth0: { network: public, address: 198.51.100.9 }
      eth1: { network: private, address: 10.20.30.9 }
real_servers: { rs3: { managed: false, address: 10.20.30.22 } }
services: { http: { vip: www, port: 80, check: { tcp: {} } } }
`,
  )

describe('a host of one cluster', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(['lb1', 'rs1', 'rs2'])
    expect(await site.lbprov('apply', site.inventory(), '--yes')).toMatchObject({ exit: 0 })
  })
  afterAll(() => site.close())

  it.each([
    ['apply', '--dry-run'],
    ['apply', '--yes'],
    ['plan'],
    ['destroy', '--yes'],
    ['destroy', '--dry-run'],
  ])('is left alone by the inventory of another: %s %s', async (command, ...words) => {
    const before = state(site, 'lb1')
    const ran = await site.lbprov(command, beta(site), ...words)
    expect(ran.exit).toBe(1)
    expect(shown(ran.out)).toContain(
      `edge1: belongs to the cluster "toys", as lbprov's manifest there says, and this inventory is of "beta"; nothing was changed. If beta is only a new name for it, write "renamed_from: toys" into the inventory; else correct how edge1 is reached, or clean the host by the inventory of toys first.`,
    )
    expect(state(site, 'lb1')).toBe(before)
  })

  it('is drained by no other either', async () => {
    const ran = await site.lbprov('drain', beta(site), 'rs3')
    expect(ran.exit).toBe(1)
    expect(ran.err).toContain('belongs to the cluster "toys"')
  })

  it('goes on under a new name, and is then known by that alone', async () => {
    const renamed = site.inventory((text) =>
      text.replace('cluster: toys', 'cluster: toyland\nrenamed_from: toys'),
    )
    const plan = await site.lbprov('apply', renamed, '--dry-run')
    expect(plan.out).toContain(
      'what lbprov remembers here  of the cluster toys → of the cluster toyland',
    )
    expect(await site.lbprov('apply', renamed, '--yes')).toMatchObject({ exit: 0 })
    const again = await site.lbprov('apply', renamed, '--yes', '--json')
    expect(jsonLines(again).at(-1)).toMatchObject({ changed: 0, failed: 0 })
    const former = await site.lbprov('apply', site.inventory(), '--dry-run')
    expect(former.out).toContain('belongs to the cluster "toyland"')
    const alone = site.inventory((text) => text.replace('cluster: toys', 'cluster: toyland'))
    expect(await site.lbprov('destroy', alone, '--yes')).toMatchObject({ exit: 0 })
    expect(site.host('lb1').run(['ls', '/var/lib/lbprov']).exit).not.toBe(0)
  })
})

describe('what a router remembers of other hosts', () => {
  let site: Site
  let alpha: Site
  beforeAll(async () => {
    ;[site, alpha] = await Promise.all([openSite(['lb1', 'rs1', 'rs2']), openSite(['lb1', 'rs1'])])
    expect(await site.lbprov('apply', site.inventory(), '--yes')).toMatchObject({ exit: 0 })
    const inventory = alpha.inventory((text) => text.replace('cluster: toys', 'cluster: alpha'))
    expect(await alpha.lbprov('apply', inventory, '--yes')).toMatchObject({ exit: 0 })
  })
  afterAll(() => Promise.all([site.close(), alpha.close()]))

  /** lb1 says that it knows rs9, at another host's place. */
  const lie = (host: { readonly host: string; readonly port: number | undefined }): void => {
    const known = JSON.parse(site.host('lb1').read(`${records}/roster.json`)) as unknown[]
    const ssh = { host: host.host, port: host.port, identityFiles: [], userKnownHostsFiles: [] }
    const others = known.filter((each) => (each as { name: string }).name !== 'rs9')
    site
      .host('lb1')
      .write(
        `${records}/roster.json`,
        JSON.stringify([...others, { name: 'rs9', role: 'real_server', ssh }]),
      )
  }
  /** The operator knows that host as well: its key, and by his own. */
  const asOperator = (other: Site, name: string): readonly string[] => {
    const { ssh } = other.host(name)
    const config = site.put(
      'ssh_config',
      `Host *\n  IdentityFile ${String(ssh.identityFiles[0])}\n  UserKnownHostsFile ${String(ssh.userKnownHostsFiles[0])}\n`,
    )
    return ['-F', config]
  }

  it('is said with its place and its source, and takes no host of another cluster apart', async () => {
    const target = alpha.host('lb1')
    lie(target.ssh)
    const before = state(alpha, 'lb1')
    const inventory = site.inventory()
    const words = asOperator(alpha, 'lb1')
    const plan = await site.lbprov('apply', inventory, '--dry-run', ...words)
    expect(plan.err).toContain(
      `rs9 (root@127.0.0.1 port ${String(target.ssh.port)}, as lb1 remembers) left the inventory`,
    )
    const ran = await site.lbprov('remove', inventory, 'rs9', '--yes', ...words)
    expect(ran.exit).toBe(1)
    expect(ran.err).toContain(
      `rs9 is root@127.0.0.1 port ${String(target.ssh.port)}, as lb1 remembers it.`,
    )
    expect(ran.out).toContain('rs9: belongs to the cluster "alpha"')
    expect(state(alpha, 'lb1')).toBe(before)
  })

  it('takes no host apart that is in the inventory by another name', async () => {
    const { ssh } = site.host('rs1')
    lie({ host: 'rs1.other.name', port: ssh.port })
    const before = state(site, 'rs1')
    const config = site.put(
      'ssh_config',
      `Host rs1.other.name\n  HostName 127.0.0.1\n  HostKeyAlias [127.0.0.1]:${String(ssh.port)}\n  IdentityFile ${String(ssh.identityFiles[0])}\n  UserKnownHostsFile ${String(ssh.userKnownHostsFiles[0])}\n`,
    )
    const ran = await site.lbprov('remove', site.inventory(), 'rs9', '--yes', '-F', config)
    expect(ran.exit).toBe(1)
    expect(ran.out).toContain(
      'rs9: has the address 10.11.12.21, which the inventory gives to rs1, so it is rs1 that would be taken apart',
    )
    expect(state(site, 'rs1')).toBe(before)
  })

  it("reads none of the operator's files that his inventory does not name", async () => {
    const { ssh } = alpha.host('rs1')
    const known = JSON.parse(site.host('lb1').read(`${records}/roster.json`)) as unknown[]
    const others = known.filter((each) => (each as { name: string }).name !== 'rs9')
    const hop = {
      host: '127.0.0.1',
      port: ssh.port,
      identityFiles: ssh.identityFiles,
      userKnownHostsFiles: ssh.userKnownHostsFiles,
    }
    site
      .host('lb1')
      .write(
        `${records}/roster.json`,
        JSON.stringify([...others, { name: 'rs9', role: 'real_server', ssh: hop }]),
      )
    const ran = await site.lbprov('remove', site.inventory(), 'rs9', '--yes', '-F', 'none')
    expect(ran.exit).toBe(1)
    // The key is in the file that the router named, and in no other.
    expect(ran.out).toContain('which no known_hosts file holds')
  })

  it('is typed by name before it is followed', async () => {
    lie(alpha.host('rs1').ssh)
    const asked: string[] = []
    const answering = (answer: string): Elsewhere => ({
      terminal: {
        interactive: true,
        ask: (question) => {
          asked.push(question)
          return Promise.resolve(answer)
        },
      },
    })
    const inventory = site.inventory()
    // A host of lbprov's own cluster, which it is not: so it is refused before anybody is asked.
    const words = [...asOperator(alpha, 'rs1')]
    const refused = await site.lbprovIn(answering('rs9'), 'remove', inventory, 'rs9', ...words)
    expect([refused.exit, asked]).toEqual([1, []])
    alpha.host('rs1').run(['rm', '-rf', '/var/lib/lbprov'])
    alpha.host('rs1').run(['ip', 'addr', 'flush', 'dev', 'eth0'])
    const ran = await site.lbprovIn(answering('y'), 'remove', inventory, 'rs9', ...words)
    expect(asked).toEqual([
      `\nTake rs9, which is root@127.0.0.1 port ${String(alpha.host('rs1').ssh.port)}, out of toys? Type "rs9" to go on: `,
    ])
    expect(ran.out).toContain('nothing was changed')
  })
})

describe('a drain that only one router remembers', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(['lb1', 'lb2', 'rs1', 'rs2'])
    expect(await site.lbprov('apply', site.inventory(), '--yes')).toMatchObject({ exit: 0 })
    site.host('lb2').write(`${records}/drained.json`, '["rs1","rs2"]\n')
  })
  afterAll(() => site.close())

  const weights = (name: string): readonly string[] =>
    [
      ...site
        .host(name)
        .read(conf)
        .matchAll(/weight (\d+)/g),
    ].map(([, weight]) => weight ?? '')

  it('is said with its source, and is not followed without a person', async () => {
    const inventory = site.inventory()
    const source = 'lb2 remembers rs1 as drained, and lb1 does not: now no router would send to it.'
    const emptied =
      'Every real server of the service http would be drained, as lb2 remembers (rs1, rs2)'
    const plan = await site.lbprov('apply', inventory, '--dry-run')
    expect(plan.err).toContain(source)
    expect(plan.err).toContain(emptied)
    const ran = await site.lbprov('apply', inventory, '--yes')
    expect(ran.exit).toBe(1)
    expect(ran.out).toContain('--yes is no answer to that, so nothing was changed')
    expect([weights('lb1'), weights('lb2')]).toEqual([
      ['1', '1'],
      ['1', '1'],
    ])
  })

  it('is settled by name', async () => {
    const inventory = site.inventory()
    expect(await site.lbprov('undrain', inventory, 'rs1')).toMatchObject({ exit: 0 })
    expect(await site.lbprov('drain', inventory, 'rs2', '--timeout', '1')).toMatchObject({
      exit: 0,
    })
    expect([weights('lb1'), weights('lb2')]).toEqual([
      ['1', '0'],
      ['1', '0'],
    ])
    const again = await site.lbprov('apply', inventory, '--yes', '--json')
    expect(jsonLines(again).at(-1)).toMatchObject({ changed: 0 })
  })

  it('is refused of the last one of a service', async () => {
    const ran = await site.lbprov('drain', site.inventory(), 'rs1', '--timeout', '1')
    expect(ran.exit).toBe(2)
    expect(ran.err).toContain(
      'rs1 is the last real server of http that is not drained, and nothing would be sent there any more',
    )
    expect(weights('lb1')).toEqual(['1', '0'])
  })
})

describe('what lbprov left on a host', () => {
  /** A grep that meets a bad sector: one file cannot be read, the others are told. */
  const badSector = (bad: string): string => `#!/bin/sh
case "$*" in *'-aH'*manifest*)
  for each; do case $each in "${bad}") echo "grep: ${bad}: Input/output error" >&2 ;; /*) /usr/bin/grep -aH '' -- "$each" ;; esac; done
  exit 2 ;;
esac
exec /usr/bin/grep "$@"
`
  const lines = (site: Site): readonly string[] =>
    site.host('lb1').run(['sh', '-c', 'ls /var/lib/lbprov/manifest/*.json']).out.trim().split('\n')

  it('is whole, or nothing is planned', async () => {
    const site = await open(['lb1', 'rs1', 'rs2'])
    expect(await site.lbprov('apply', site.inventory(), '--yes')).toMatchObject({ exit: 0 })
    const other = site.inventory((text) => text.replace('scheduler: wrr', 'scheduler: wlc'))
    const lb1 = site.host('lb1')
    const refused = async (sentence: string): Promise<void> => {
      const before = state(site, 'lb1')
      for (const words of [
        ['apply', other, '--yes'],
        ['destroy', other, '--yes'],
      ]) {
        const ran = await site.lbprov(...words)
        expect(ran.exit).toBe(1)
        expect(ran.out).toContain(sentence)
        expect(state(site, 'lb1')).toBe(before)
      }
    }
    const [bad = ''] = lines(site)
    lb1.write('/usr/local/sbin/grep', badSector(bad))
    lb1.run(['chmod', '755', '/usr/local/sbin/grep'])
    await refused(
      `lb1: what lbprov remembers there cannot be read (its manifest): grep: ${bad}: Input/output error.`,
    )
    lb1.write('/usr/local/sbin/grep', '#!/bin/sh\nexit 127\n')
    await refused('lb1: what lbprov remembers there cannot be read (its manifest)')
    lb1.run(['rm', '/usr/local/sbin/grep'])

    lb1.run(['mkdir', '/var/lib/lbprov/manifest/odd.json'])
    await refused('/var/lib/lbprov/manifest/odd.json is no regular file')
    lb1.run(['rmdir', '/var/lib/lbprov/manifest/odd.json'])

    const roster = lb1.read(`${records}/roster.json`)
    for (const damaged of ['', '[{"name":"lb1"', 'null\n']) {
      lb1.write(`${records}/roster.json`, damaged)
      await refused(`lb1: ${records}/roster.json is not as lbprov writes it`)
    }
    lb1.write(`${records}/roster.json`, roster)

    lb1.run(['sh', '-c', 'mv /var/lib/lbprov/journal /tmp/journal; mkdir /var/lib/lbprov/journal'])
    await refused('cannot be read (its journal): /var/lib/lbprov/journal is no regular file')
    lb1.run(['sh', '-c', 'rmdir /var/lib/lbprov/journal; mv /tmp/journal /var/lib/lbprov/journal'])
    expect(await site.lbprov('destroy', other, '--yes')).toMatchObject({ exit: 0 })
  }, 600_000)
})
