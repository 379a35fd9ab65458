import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { iptables } from '../../src/resources/iptables.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, runOn, shells } from './on-host.ts'

let toy: Toy
const script = (text: string): string => {
  const { exit, out, err } = toy.run(['sh', '-euc', text])
  if (exit !== 0) throw new Error(`${text}: ${err}`)
  return out
}

const saved = '/etc/sysconfig/iptables'

const redirect = (port: number) => ({
  chain: 'PREROUTING',
  match: ['-d', '192.0.2.10/32', '-p', 'tcp', '-m', 'tcp', '--dport', String(port)],
  target: ['-j', 'REDIRECT'],
})
const nat = (...ports: readonly number[]) =>
  iptables.bind({ family: 4, table: 'nat', rules: ports.map(redirect), saved })

const vrrp = (family: 4 | 6, ...devices: readonly string[]) =>
  iptables.bind({
    family,
    table: 'filter',
    rules: devices.map((device) => ({
      chain: 'INPUT',
      match: ['-i', device, '-p', 'vrrp'],
      target: ['-j', 'ACCEPT'],
      first: true,
    })),
    saved: family === 4 ? saved : '/etc/sysconfig/ip6tables',
  })

const mark = iptables.bind({
  family: 4,
  table: 'mangle',
  rules: [
    {
      chain: 'PREROUTING',
      match: ['-d', '10.0.0.10/32'],
      target: ['-j', 'MARK', '--set-xmark', '0x50/0xffffffff'],
    },
    {
      chain: 'PREROUTING',
      match: ['-d', '10.0.0.10/32', '-p', 'tcp', '-m', 'multiport', '--dports', '80,443,1000:2000'],
      target: ['-j', 'MARK', '--set-xmark', '0x51/0xffffffff'],
    },
  ],
  saved,
})

// Both are on one Debian; which of them `iptables` means, the host decides.
describe.each(['nft', 'legacy'])('iptables-%s', (flavour) => {
  beforeEach(async () => {
    toy = await toyHost()
    script(`for tool in iptables ip6tables; do for what in '' -restore -save; do
      ln -s /usr/sbin/$tool-${flavour}$what /usr/local/sbin/$tool$what; done; done`)
  })
  afterEach(() => toy.close())

  it.each(shells)('comes, stays and goes, with its saved side (%s)', (...shell) => {
    expect(applyOn(toy, nat(80, 443), shell)).toHaveLength(3)
    expect(judgeOn(toy, nat(80, 443), shell)).toEqual([])
    const rules = script('iptables -t nat -S')
    expect(rules).toContain('--dport 443 -m comment --comment lbprov -j REDIRECT')
    expect(script(`stat -c %a ${saved}`)).toBe('600\n')
    expect(
      toy.run(['unshare', '-n', 'sh', '-c', `iptables-restore <${saved}; iptables -t nat -S`]).out,
    ).toBe(rules)

    expect(applyOn(toy, nat(443), shell)).toHaveLength(2)
    expect(script('iptables -t nat -S | grep -c REDIRECT')).toBe('1\n')
    applyOn(toy, nat(), shell)
    expect(judgeOn(toy, nat(), shell)).toEqual([])
    expect(script('iptables -t nat -S')).not.toContain('-A')
    expect(script(`cat ${saved}`)).not.toContain('-A')
  })

  it('asked about, makes no table', () => {
    expect(judgeOn(toy, nat(80))).toHaveLength(2)
    expect(judgeOn(toy, nat())).toEqual([])
    expect(script('cat /proc/net/ip_tables_names; nft list tables')).toBe('')
  })

  it("leaves others' rules alone, before and behind, live and saved", () => {
    script(`iptables -t nat -A PREROUTING -d 192.0.2.10/32 -p tcp -m tcp --dport 80 -j ACCEPT
      iptables -t nat -N ours; iptables -t nat -A ours -m comment --comment "not lbprov's \\"own\\"" -j RETURN`)
    const before = script('iptables -t nat -S')
    toy.write(
      saved,
      '# by hand\n*nat\n:PREROUTING ACCEPT [1:2]\n[3:4] -A PREROUTING -j ACCEPT\n\nCOMMIT\n# the end',
    )
    applyOn(toy, nat(80))
    script('iptables -t nat -A PREROUTING -p udp -j ACCEPT')
    expect(judgeOn(toy, nat(80))).toEqual([])
    applyOn(toy, nat(443))
    expect(script('iptables -t nat -S PREROUTING').split('\n').slice(1)).toEqual([
      '-A PREROUTING -d 192.0.2.10/32 -p tcp -m tcp --dport 80 -j ACCEPT',
      '-A PREROUTING -p udp -j ACCEPT',
      '-A PREROUTING -d 192.0.2.10/32 -p tcp -m tcp --dport 443 -m comment --comment lbprov -j REDIRECT',
      '',
    ])
    applyOn(toy, nat())
    script('iptables -t nat -D PREROUTING -p udp -j ACCEPT')
    expect(script('iptables -t nat -S')).toBe(before)
    expect(toy.read(saved)).toBe(
      '# by hand\n*nat\n:PREROUTING ACCEPT [1:2]\n[3:4] -A PREROUTING -j ACCEPT\n\nCOMMIT\n# the end\n',
    )
  })

  it('a rule that is there twice goes once, and one in a chain of its own goes too', () => {
    applyOn(toy, nat(80))
    script(`iptables -t nat -A PREROUTING -d 192.0.2.10 -p tcp --dport 80 -m comment --comment lbprov -j REDIRECT
      iptables -t nat -N other; iptables -t nat -A other -m comment --comment lbprov -j RETURN`)
    expect(applyOn(toy, nat(80))).toHaveLength(2)
    expect(script('iptables -t nat -S | grep -c lbprov')).toBe('1\n')
    expect(judgeOn(toy, nat(80))).toEqual([])
  })

  it.each([4, 6] as const)('lets VRRP in before what rejects everything (IPv%s)', (family) => {
    const tool = family === 4 ? 'iptables' : 'ip6tables'
    script(`${tool} -A INPUT -j REJECT`)
    const wish = vrrp(family, 'eth0', 'eth1.100')
    applyOn(toy, wish)
    expect(judgeOn(toy, wish)).toEqual([])
    expect(script(`${tool} -S INPUT`)).toMatch(
      /ACCEPT\n-A INPUT -i eth0 -p (vrrp|112) .*\n-A INPUT -i eth1.100 -p (vrrp|112) .*\n-A INPUT -j REJECT/,
    )
  })

  it('a saved file that is a link stays one, with the mode of what it points to', () => {
    toy.write('/srv/rules', '# mine\n')
    script(`chmod 640 /srv/rules; mkdir -p /etc/sysconfig; ln -s /srv/rules ${saved}`)
    applyOn(toy, nat(80))
    expect(script(`readlink ${saved}; stat -c %a /srv/rules; head -n 2 /srv/rules`)).toBe(
      '/srv/rules\n640\n# mine\n*nat\n',
    )
  })

  it.each(shells)('a full disk is said, and the old file stays (%s)', (...shell) => {
    script('mkdir -p /etc/sysconfig; mount -t tmpfs -o size=8k toy /etc/sysconfig')
    toy.write(saved, `# ${'x'.repeat(3000)}\n`)
    const many = nat(...Array.from({ length: 60 }, (_, n) => n + 1))
    expect(() => applyOn(toy, many, shell)).toThrow(
      /could not be written whole; is its disk full\?/,
    )
    expect(script(`wc -c <${saved}; ls -A /etc/sysconfig`)).toBe('3003\niptables\n')
  })

  it('several tables in one file, planned before any is written', () => {
    const wishes = [nat(80), mark, vrrp(4, 'eth0')]
    const changes = wishes.flatMap((wish) => judgeOn(toy, wish))
    runOn(
      toy,
      changes.map(({ run }) => run),
    )
    for (const wish of wishes) expect(judgeOn(toy, wish)).toEqual([])
    const restored = `iptables-restore <${saved}; iptables-save`
    const rules = (text: string): readonly string[] =>
      text.split('\n').filter((line) => /^[-*]/.test(line))
    expect(rules(toy.run(['unshare', '-n', 'sh', '-c', restored]).out)).toEqual(
      rules(script('iptables-save')),
    )
  })

  it('a mark is on the packets that come for the VIP, and on no others', () => {
    toy.addLink('eth0')
    script('ip addr add 10.0.0.5/24 dev eth0; ip addr add 10.0.0.10/32 dev lo')
    toy.runOutside(['ip', 'addr', 'add', '10.0.0.1/24', 'dev', 'eth0'])
    applyOn(toy, mark)
    expect(judgeOn(toy, mark)).toEqual([])
    script('iptables -t mangle -A INPUT -m mark --mark 0x50')
    for (const address of ['10.0.0.10', '10.0.0.5']) {
      expect(toy.runOutside(['ping', '-c', '1', '-W', '5', address]).exit).toBe(0)
    }
    expect(script('iptables -t mangle -vxnL INPUT')).toMatch(/^ +1 .*mark match 0x50/m)
  })
})
