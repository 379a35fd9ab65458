import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { doJob, watchedJob } from './job.ts'
import { makeWorld, openSite, type Ran, type Site } from './site.ts'

/** The live network, and every file that was changed since `mark`; what sshd and the shims note is not counted. */
const imprint = (site: Site, name: string): string =>
  site.host(name).run([
    'sh',
    '-c',
    `[ -e /run/mark ] || touch /run/mark
     find /etc /run /tmp /var /usr/local /root/.ssh -xdev ! -type d -cnewer /run/mark ! -path '/var/log/*' ! -path '/var/lib/toy/*' ! -path '/var/lib/lbprov-lab/*' ! -path /run/lbprov/lock -ls
     find /etc /run /tmp /var/lib /usr/local -xdev -type d ! -path '/var/lib/toy*' ! -path '/var/lib/lbprov-lab*'
     ip -o link; ip -o addr | sed 's/ tentative//'; ip route show table all; ip -6 route show table all; ip rule
     grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/ip_forward; ls /sys/module`,
  ]).out

const summary = ({ out }: Ran): unknown => JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')

describe('a bare cluster', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite()
  })
  afterAll(() => site.close())

  it('is left byte for byte as it was by a dry run, which says what would change', async () => {
    const names = Object.keys(site.hosts)
    const before = names.map((name) => imprint(site, name))
    const ran = await site.lbprov('apply', site.inventory(), '--dry-run')
    expect(ran.exit).toBe(0)
    expect(ran.out).toContain('38 changes on 4 hosts.')
    expect(ran.out).toContain('+GATEWAY=10.11.12.10')
    expect(names.map((name) => imprint(site, name))).toEqual(before)
    const withCode = await site.lbprov(
      'apply',
      site.inventory(),
      '--dry-run',
      '--exit-code',
      '--json',
    )
    expect(withCode.exit).toBe(3)
    expect(summary(withCode)).toMatchObject({
      type: 'summary',
      changed: 38,
      failed: 0,
      unreachable: 0,
    })
  })

  it('is not touched when nobody can be asked', async () => {
    const ran = await site.lbprov('apply', site.inventory())
    expect(ran).toEqual({
      exit: 2,
      out: '',
      err: 'Nobody can be asked here; look with --dry-run, then give --yes to apply.\n',
    })
  })

  it('becomes what the inventory says', async () => {
    const ran = await site.lbprov('apply', site.inventory(), '--yes')
    expect(ran.err).toBe('')
    expect(ran.exit).toBe(0)
    expect(ran.out).toMatch(/38 changed, 0 failed · .* s · the next run will find nothing to do\n$/)
    expect(site.host('rs1').read('/etc/sysconfig/network-scripts/ifcfg-eth0')).toBe(
      'DEVICE=eth0\nBOOTPROTO=static\nONBOOT=yes\nIPADDR=10.11.12.21\nNETMASK=255.255.255.0\nGATEWAY=10.11.12.10\n',
    )
    expect(site.host('rs1').run(['ip', 'route', 'show', 'default']).out).toMatch(
      /^default via 10\.11\.12\.10 dev eth0/,
    )
    const lb1 = site.host('lb1')
    expect(lb1.run(['ip', '-o', 'addr', 'show', 'eth1']).out).toContain(
      '10.11.12.9/24 brd 10.11.12.255',
    )
    expect(lb1.run(['sysctl', '-n', 'net.ipv4.ip_forward']).out).toBe('1\n')
    expect(lb1.run(['stat', '-c', '%a %U', '/etc/keepalived/keepalived.conf']).out).toBe(
      '600 root\n',
    )
    expect(lb1.read('/etc/keepalived/keepalived.conf')).toContain('auth_pass passw123')
    expect(lb1.run(['systemctl', 'is-active', 'keepalived']).out).toBe('active\n')
  })

  it('is changed backup first, and no phase begins before the one before it has ended', async () => {
    const again = await openSite()
    const ran = await again.lbprov('apply', again.inventory(), '--yes')
    await again.close()
    const marks = ran.out.split('\n').filter((line) => line.startsWith('✔'))
    expect(marks.map((line) => line.split(/\s+/)[1])).toEqual(
      [
        ['packages', 2],
        ['kernel', 2],
        ['network', 2],
        ['gateway', 2],
        ['balance', 2],
      ].flatMap(([phase, n]) => Array<string>(Number(n)).fill(String(phase))),
    )
    expect(marks.slice(-2).map((line) => line.split(/\s+/)[2])).toEqual(['lb2', 'lb1'])
  })

  it('is left alone by the next run: one handshake and two round trips a host', async () => {
    const names = Object.keys(site.hosts)
    const before = names.map((name) => imprint(site, name))
    const handshakes = names.map((name) => site.host(name).connections)
    const trips: string[] = []
    const world = makeWorld(site.home, { out: '', err: '' })
    const report = await doJob(
      watchedJob(site.inventory(), world, { trip: (host) => trips.push(host) }),
    )
    expect(
      [...report.hosts.values()].every(
        ({ status, changed }) => status === 'unchanged' && changed === 0,
      ),
    ).toBe(true)
    expect([...trips].sort()).toEqual(names.flatMap((name) => [name, name]))
    expect(names.map((name) => site.host(name).connections)).toEqual(handshakes.map((n) => n + 1))
    expect(names.map((name) => imprint(site, name))).toEqual(before)
  })

  it('gets a new real server by one reload of each router, and nothing else', async () => {
    const grown = (text: string): string =>
      text.replace(/\nservices:/, '\n  rs9: { managed: false, address: 10.11.12.29 }\nservices:')
    const daemon = (): string =>
      site.host('lb1').run(['systemctl', 'show', '-p', 'MainPID', 'keepalived']).out
    const before = daemon()
    // Whoever is new to a pool must answer the routers: here it is an address of their own.
    for (const name of ['lb1', 'lb2']) {
      site.host(name).run(['ip', 'addr', 'add', '10.11.12.29/32', 'dev', 'lo'])
      site.host(name).run(['busybox', 'httpd', '-p', '10.11.12.29:80', '-h', '/run'])
    }
    const plan = await site.lbprov('apply', site.inventory(grown), '--dry-run')
    expect(
      plan.out
        .split('\n')
        .filter((line) => /^ {2}\w/.test(line) || line.includes('keepalived.service')),
    ).toEqual([
      '  ready     ~ real server rs9, 10.11.12.29:80  new in the pool → answers',
      '  balance   ~ /etc/keepalived/keepalived.conf',
      '            ~ keepalived.service, live  running with an older keepalived.conf → reloaded  (this router holds no VIP)',
    ])
    expect(plan.out).toContain('lb2, then lb1\n')
    expect(plan.out).toContain('rs1, rs2 · nothing to do\n')
    const ran = await site.lbprov('apply', site.inventory(grown), '--yes', '--json')
    expect(summary(ran)).toMatchObject({ changed: 6, failed: 0 })
    expect(daemon()).toBe(before)
    expect(
      summary(await site.lbprov('apply', site.inventory(grown), '--yes', '--json')),
    ).toMatchObject({ changed: 0 })
  })
})
