import fc from 'fast-check'

import { boot_unit } from '../../src/resources/boot_unit.ts'
import { file } from '../../src/resources/file.ts'
import { nft_table } from '../../src/resources/nft_table.ts'
import { silent_segment } from '../../src/resources/silent_segment.ts'
import { sysctl } from '../../src/resources/sysctl.ts'
import { sha256 } from '../../src/resources/sha256.ts'
import { Secret } from '../../src/secret.ts'
import {
  some,
  answers,
  arp,
  marks,
  walls,
  loopback,
  held,
  onLo,
  fourth,
  lines,
  said,
  type Answers,
  type Name,
  type Sets,
} from './sets.ts'

export const tables = (wished: readonly Name[]) =>
  nft_table.bind({
    family: 'ip',
    name: 'lbprov',
    chains: wished.map((name) => ({
      name: `chain_${name}`,
      type: 'filter',
      hook: 'prerouting',
      priority: -150,
      rules: [`ip daddr ${fourth[name]} meta mark set 80`],
    })),
  })
const table: fc.Arbitrary<Answers> = fc.tuple(some, fc.string()).map(([live, saved]) =>
  answers({
    live:
      live.length === 0
        ? ''
        : lines([
            'table ip lbprov {',
            ...live.flatMap((name) => [
              `\tchain chain_${name} {`,
              '\t\ttype filter hook prerouting priority mangle; policy accept;',
              '\t}',
            ]),
            '}',
          ]),
    saved,
  }),
)

export const units = (wished: readonly Name[]) =>
  boot_unit.bind({
    name: 'lbprov-vips.service',
    description: 'VIPs',
    commands: wished.map((name) => ({
      words: ['/sbin/ip', 'addr', 'add', onLo(name), 'dev', 'lo'],
    })),
  })
const unit: fc.Arbitrary<Answers> = fc.record({
  text: fc.string().map(said),
  enabled: fc.constantFrom('enabled\n', 'disabled\n', '').map(said),
})

const path = '/etc/sysctl.d/90-lbprov-net.ipv4.conf.eth0.arp_ignore.conf'
export const settings = (wished: readonly Name[]) =>
  sysctl.bind({
    key: 'net.ipv4.conf.eth0.arp_ignore',
    ...(wished.length === 0
      ? { absent: { otherwise: 0 } }
      : { value: wished.length, reason: wished.join() }),
  })
const setting: fc.Arbitrary<Answers> = fc
  .tuple(
    fc.nat(4),
    fc.constantFrom('', '# of old\nnet.ipv4.conf.eth0.arp_ignore = 3\n', '\n'),
    fc.nat(3),
  )
  .map(([live, own, other]) =>
    answers({
      live: `${String(live)}\n`,
      own,
      saved: lines([
        '/etc/sysctl.d/10-other.conf:',
        `/etc/sysctl.d/10-other.conf:net.ipv4.conf.eth0.arp_ignore = ${String(other)}`,
        ...(own === '' ? [] : [`${path}:`]),
      ]),
    }),
  )

export const files = (wished: readonly Name[]) =>
  file.bind({
    path: '/etc/motd',
    content: wished.flatMap((name) => [`auth ${name} `, new Secret(`secret-${name}`), '\n']),
    ...(wished.includes('a') && { owner: 'nobody', mode: '600' }),
    ...(wished.includes('b') && { group: 'adm' }),
  })
export const found: fc.Arbitrary<Answers> = fc.oneof(
  fc.constant(answers({ stat: 'absent\n', sum: '', text: '' })),
  fc
    .string()
    .map((text) =>
      answers({ stat: 'regular file/root/root/644\n', sum: `${sha256(text)}  -\n`, text }),
    ),
)

const segments = (wished: readonly Name[]) =>
  silent_segment.bind({ subnets: ['203.0.113.0/24'], devices: wished.map((name) => `eth-${name}`) })
const segment: fc.Arbitrary<Answers> = fc.constant(
  answers({ addresses: '', links: '', settings: '' }),
)

export const kinds: readonly (readonly [string, Sets['wish'], fc.Arbitrary<Answers>])[] = [
  ['arptables', arp.wish, arp.host],
  ['iptables', marks.wish, marks.host],
  ['firewalld', walls.wish, walls.host],
  ['loopback_vips, leaving', loopback('leaving'), held],
  ['loopback_vips, present', loopback('present'), held],
  ['nft_table', tables, table],
  ['boot_unit', units, unit],
  ['sysctl', settings, setting],
  ['file', files, found],
  ['silent_segment', segments, segment],
]
