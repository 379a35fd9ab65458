import fc from 'fast-check'

import type { Resource } from '../../src/resource.ts'
import { arptables } from '../../src/resources/arptables.ts'
import { firewalld } from '../../src/resources/firewalld.ts'
import { iptables } from '../../src/resources/iptables.ts'
import { loopback_vips } from '../../src/resources/loopback_vips.ts'
import type { Answer } from '../../src/sh/answer.ts'

export type Answers = Readonly<Record<string, Answer>>

/** A few names, so that wishes and hosts meet. */
export const names = ['a', 'b', 'c', 'd'] as const
export type Name = (typeof names)[number]
export const some = fc.subarray([...names])

/** What a set of names looks like as a wish, and hosts that have some of it and some of others'. */
export interface Sets {
  readonly wish: (wished: readonly Name[]) => Resource
  readonly host: fc.Arbitrary<Answers>
  /** The live change that puts a name there or takes it away, as the plan says it. */
  readonly shown: (name: Name) => readonly string[]
}

export const said = (out: string): Answer => ({ exit: 0, out, err: '' })
export const answers = (texts: Readonly<Record<string, string>>): Answers =>
  Object.fromEntries(Object.entries(texts).map(([part, out]) => [part, said(out)]))
export const lines = (each: readonly string[]): string => each.map((line) => `${line}\n`).join('')

const vips: Readonly<Record<Name, string>> = {
  a: '203.0.113.1',
  b: '203.0.113.2',
  c: '203.0.113.3',
  d: '2001:db8::4',
}
export const fourth = { ...vips, d: '203.0.113.4' }

const arpRules = (name: Name): readonly (readonly [chain: string, words: string])[] => [
  ['INPUT', `-d ${fourth[name]} -j DROP`],
  ['OUTPUT', `-s ${fourth[name]} -j mangle --mangle-ip-s 203.0.113.99`],
]

export const arp: Sets = {
  wish: (wished) =>
    arptables.bind({
      rules: wished.map((name) => ({ vip: fourth[name], source: '203.0.113.99' })),
      saved: '/etc/sysconfig/arptables',
    }),
  host: fc.tuple(some, some, some).map(([live, record, saved]) => {
    const rules = (each: readonly Name[], chain: string): readonly string[] =>
      each.flatMap(arpRules).flatMap(([at, words]) => (at === chain ? [words] : []))
    const added = (each: readonly Name[]): readonly string[] =>
      each.flatMap(arpRules).map((rule) => `-A ${rule.join(' ')}`)
    return answers({
      live: lines(
        ['INPUT', 'OUTPUT'].flatMap((c) => [
          `Chain ${c} (policy ACCEPT)`,
          ...rules(live, c),
          '-j ACCEPT',
        ]),
      ),
      record: lines(added(record)),
      saved:
        saved.length === 0
          ? ''
          : lines(['*filter', ':INPUT ACCEPT', ...added(saved), '-A INPUT -j ACCEPT']),
      there: '',
    })
  }),
  shown: (name) => arpRules(name).map(([, words]) => words),
}

export const marked = (name: Name): string =>
  `-A PREROUTING -d ${fourth[name]}/32 -m comment --comment lbprov -j MARK --set-xmark 0x50/0xffffffff`

export const marks: Sets = {
  wish: (wished) =>
    iptables.bind({
      family: 4,
      table: 'mangle',
      rules: wished.map((name) => ({
        chain: 'PREROUTING',
        match: ['-d', `${fourth[name]}/32`],
        target: ['-j', 'MARK', '--set-xmark', '0x50/0xffffffff'],
      })),
      saved: '/etc/iptables/rules.v4',
    }),
  host: fc.tuple(some, some, fc.constantFrom('', '*nat\nCOMMIT\n')).map(([live, saved, others]) =>
    answers({
      live: lines(['-P PREROUTING ACCEPT', ...live.map(marked), '-A PREROUTING -j ACCEPT']),
      saved:
        others + (saved.length === 0 ? '' : lines(['*mangle', ...saved.map(marked), 'COMMIT'])),
      there: '',
      firewalld: '',
    }),
  ),
  shown: (name) => [marked(name)],
}

export const directRule = (name: Name): string =>
  `ipv4 mangle PREROUTING 0 -d ${fourth[name]} -m comment --comment lbprov-firewalld -j MARK --set-mark 1`
const richRule = (name: Name): string =>
  `rule family="ipv4" protocol value="vrrp" accept`.replace('vrrp', name)

/** Marks as direct rules, and VRRP let in by the zones of devices; d is in no zone. */
export const walls: Sets = {
  wish: (wished) =>
    firewalld.bind({
      redirects: [],
      accepts: wished.map((name) => ({ family: 4, protocol: 'vrrp', device: `eth-${name}` })),
      direct: wished.map((name) => ({
        family: 4,
        table: 'mangle',
        chain: 'PREROUTING',
        match: ['-d', fourth[name]],
        target: ['-j', 'MARK', '--set-mark', '1'],
      })),
    }),
  host: fc.tuple(some, some, some, some, some).map(([live, saved, rich, richSaved, known]) => {
    // What is there both now and permanently and is not in the record is somebody else's.
    const record = names.filter(
      (name) => known.includes(name) || (rich.includes(name) && richSaved.includes(name)),
    )
    const vrrp = '\trule family="ipv4" protocol value="vrrp" accept'
    const zones = (each: readonly Name[]): string =>
      names
        .map((name) =>
          lines([
            name === 'd' ? 'public (default)' : `zone-${name}`,
            ...(name === 'd' ? [] : [`  interfaces: eth-${name} other-${name}`]),
            '  rich rules: ',
            ...(each.includes(name) ? [vrrp] : []),
            `\t${richRule(name)}`,
            '',
          ]),
        )
        .join('')
    return answers({
      state: 'running\n',
      direct: lines(live.map(directRule)),
      directSaved: lines(saved.map(directRule)),
      rich: zones(rich),
      richSaved: zones(richSaved),
      defaultZone: 'public\n',
      record: lines(
        record.map((name) => `${zoneOf(name)} rule family="ipv4" protocol value="vrrp" accept`),
      ),
    })
  }),
  shown: (name) => [
    directRule(name),
    `zone ${zoneOf(name)}: rule family="ipv4" protocol value="vrrp" accept`,
  ],
}
const zoneOf = (name: Name): string => (name === 'd' ? 'public' : `zone-${name}`)

export const onLo = (name: Name): string => `${vips[name]}/${name === 'd' ? '128' : '32'}`

export const held: fc.Arbitrary<Answers> = fc.tuple(some, some).map(([live, ours]) =>
  answers({
    live: lines([
      '1: lo    inet 127.0.0.1/8 scope host lo',
      ...live.map(
        (name) => `1: lo    inet${name === 'd' ? '6' : ''} ${onLo(name)} scope global lo`,
      ),
    ]),
    unit: lines(ours.map((name) => `ExecStart=/sbin/ip addr replace ${onLo(name)} dev lo`)),
  }),
)
export const loopback = (part: 'leaving' | 'present') => (wished: readonly Name[]) =>
  loopback_vips.bind({ addresses: wished.map((name) => vips[name]), part })
