import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { nft_table } from '../../src/resources/nft_table.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, shells } from './on-host.ts'

let toy: Toy
const script = (text: string): string => {
  const { exit, out, err } = toy.run(['sh', '-euc', text])
  if (exit !== 0) throw new Error(`${text}: ${err}`)
  return out
}

beforeEach(async () => {
  toy = await toyHost()
})
afterEach(() => toy.close())

const saved = '/etc/lbprov/nft-arp.nft'

const silent = (...vips: readonly string[]) =>
  nft_table.bind({
    family: 'arp',
    name: 'lbprov',
    chains: [
      {
        name: 'input',
        type: 'filter',
        hook: 'input',
        priority: 0,
        rules: vips.map((vip) => `arp daddr ip ${vip} drop`),
      },
      {
        name: 'output',
        type: 'filter',
        hook: 'output',
        priority: 0,
        rules: vips.map((vip) => `arp saddr ip ${vip} arp saddr ip set 10.0.0.5`),
      },
    ],
  })
const nothing = nft_table.bind({ family: 'arp', name: 'lbprov', chains: [] })

/** Words as a person may put them, not as nft prints them. */
const marks = (family: 'ip' | 'ip6' | 'inet', ...more: readonly string[]) => {
  const [header, vip] = family === 'ip6' ? ['ip6', '2001:db8::10'] : ['ip', '10.0.0.10']
  return nft_table.bind({
    family,
    name: 'lbprov',
    chains: [
      {
        name: 'marks',
        type: 'filter',
        hook: 'prerouting',
        priority: -150,
        rules: [
          `${header} daddr ${vip} meta mark set 80`,
          `${header} daddr ${vip} tcp dport { 443, 80 } mark set 0x51`,
          `${header} daddr ${vip} udp dport { 53 } meta mark set 0x52`,
          `${header} daddr ${vip} sctp dport { 22, 21, 10000-20000, 20001 } meta mark set 0x53`,
          `${header} daddr ${vip}/${family === 'ip6' ? '128' : '32'} meta l4proto tcp tcp dport 25 counter meta mark set 0x54`,
          `iifname "eth0" ${header} daddr ${vip} ct state related,established accept comment "it is lbprov"`,
          'iifname { eth0, "eth1" } meta l4proto 112 accept',
          ...more,
        ],
      },
      {
        name: 'active_ftp',
        type: 'nat',
        hook: 'postrouting',
        priority: 105,
        rules: [`${header} saddr ${vip} oifname eth0 tcp sport 20 masquerade`],
      },
    ],
  })
}

describe('nft_table', () => {
  it.each(shells)('comes, stays and goes, with its file (%s)', (...shell) => {
    script('nft add table arp other; nft add table ip lbprov')
    const before = script('nft list ruleset')
    expect(applyOn(toy, silent('10.0.0.10', '10.0.0.11'), shell)).toHaveLength(2)
    expect(judgeOn(toy, silent('10.0.0.10', '10.0.0.11'), shell)).toEqual([])
    expect(judgeOn(toy, silent('10.0.0.10'), shell)).toHaveLength(2)

    const table = script('nft list table arp lbprov')
    const fresh = toy.run(['unshare', '-n', 'sh', '-c', `nft -f ${saved} && nft list ruleset`])
    expect(fresh.out).toBe(table)
    // A second load of the same file leaves the same, not everything twice.
    script(`nft -f ${saved}`)
    expect(script('nft list table arp lbprov')).toBe(table)

    expect(applyOn(toy, nothing, shell)).toHaveLength(2)
    expect(judgeOn(toy, nothing, shell)).toEqual([])
    expect(script('nft list ruleset')).toBe(before)
    expect(script('ls -d /etc/lbprov 2>&1 || :')).toContain('No such file')
  })

  it.each(['ip', 'ip6', 'inet'] as const)('knows its rules in the words of nft (%s)', (family) => {
    applyOn(toy, marks(family))
    expect(judgeOn(toy, marks(family))).toEqual([])
    const [change] = judgeOn(toy, marks(family, 'meta mark 0x50 counter'))
    const rules = change?.before?.split('\n') ?? []
    // What is as wished is not shown as a difference.
    expect(change?.after?.split('\n').filter((line) => !rules.includes(line))).toEqual([
      '\t\tmeta mark 0x50 counter',
    ])
  })

  it('puts right what somebody changed by hand', () => {
    const wish = silent('10.0.0.10')
    applyOn(toy, wish)
    const table = script('nft list table arp lbprov')
    for (const change of [
      'add rule arp lbprov input arp operation request drop',
      'insert rule arp lbprov input accept',
      'flush chain arp lbprov output',
      'add chain arp lbprov input { policy drop; }',
      'add chain arp lbprov another',
      'add set arp lbprov friends { type ipv4_addr; }',
    ]) {
      script(`nft '${change}'`)
      expect(applyOn(toy, wish), change).toHaveLength(1)
      expect(script('nft list table arp lbprov')).toBe(table)
    }
  })

  it('is refused as a whole when one rule is wrong, and what was there stays', () => {
    const wish = silent('10.0.0.10')
    applyOn(toy, wish)
    const table = script('nft list table arp lbprov')
    expect(() => applyOn(toy, silent('10.0.0.11', 'nonsense'))).toThrow(/syntax error|resolve/)
    expect(script('nft list table arp lbprov')).toBe(table)
    expect(judgeOn(toy, wish)).toEqual([])
  })

  it('a mark is on the packets that come for the VIP, and on no others', () => {
    toy.addLink('eth0')
    script('ip addr add 10.0.0.5/24 dev eth0; ip addr add 10.0.0.10/32 dev lo')
    toy.runOutside(['ip', 'addr', 'add', '10.0.0.1/24', 'dev', 'eth0'])
    applyOn(toy, marks('ip', 'meta mark 0x50 counter'))
    for (const address of ['10.0.0.10', '10.0.0.5']) {
      expect(toy.runOutside(['ping', '-c', '1', '-W', '5', address]).exit).toBe(0)
    }
    expect(script('nft list table ip lbprov')).toMatch(/mark 0x00000050 counter packets 1 /)
    // What it counted is no difference.
    expect(judgeOn(toy, marks('ip', 'meta mark 0x50 counter'))).toEqual([])
  })
})

describe('the silence of a real server', () => {
  const answers = (address: string): boolean =>
    toy.runOutside(['arping', '-q', '-f', '-c', '2', '-w', '2', '-I', 'eth0', address]).exit === 0

  beforeEach(() => {
    toy.addLink('eth0')
    script('ip addr add 10.0.0.5/24 dev eth0; ip addr add 10.0.0.10/32 dev lo')
    toy.runOutside(['ip', 'addr', 'add', '10.0.0.1/24', 'dev', 'eth0'])
  })

  it('nobody hears of the VIP, and the host itself is heard', () => {
    expect(answers('10.0.0.10')).toBe(true)
    applyOn(toy, silent('10.0.0.10'))
    expect(answers('10.0.0.10')).toBe(false)
    expect(answers('10.0.0.5')).toBe(true)
    applyOn(toy, nothing)
    expect(answers('10.0.0.10')).toBe(true)
  })

  it('what it asks in the name of the VIP, it asks in its own', () => {
    /** Whose addresses the other side knows after this side has asked for one of its. */
    const learned = (): readonly (string | undefined)[] => {
      script('ip neigh flush all')
      toy.runOutside(['ip', 'neigh', 'flush', 'all'])
      toy.run(['ping', '-c', '1', '-W', '1', '-I', '10.0.0.10', '10.0.0.1'])
      const known = toy.runOutside(['ip', 'neigh', 'show', 'dev', 'eth0']).out
      return [...known.matchAll(/^(\S+) lladdr/gm)].map(([, address]) => address)
    }
    expect(learned()).toEqual(['10.0.0.10'])
    applyOn(toy, silent('10.0.0.10'))
    expect(learned()).toEqual(['10.0.0.5'])
  })
})
