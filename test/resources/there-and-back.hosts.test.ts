import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { arptables } from '../../src/resources/arptables.ts'
import { boot_unit } from '../../src/resources/boot_unit.ts'
import { file } from '../../src/resources/file.ts'
import { iptables } from '../../src/resources/iptables.ts'
import { loopback_vips } from '../../src/resources/loopback_vips.ts'
import { nft_table } from '../../src/resources/nft_table.ts'
import { sysctl } from '../../src/resources/sysctl.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { answersOn, applyOn, judgeOn, runOn, shells } from './on-host.ts'
import { kept, kindOf } from './way-back.ts'

let toy: Toy
const script = (text: string): string => {
  const { exit, out, err } = toy.run(['sh', '-euc', text])
  if (exit !== 0) throw new Error(`${text}: ${err}`)
  return out
}

const redirect = (vip: string) => ({
  chain: 'PREROUTING',
  match: ['-d', `${vip}/32`, '-p', 'tcp', '-m', 'tcp', '--dport', '80'],
  target: ['-j', 'REDIRECT'],
})
const mark = (vip: string) => ({
  chain: 'PREROUTING',
  match: ['-d', `${vip}/32`],
  target: ['-j', 'MARK', '--set-xmark', '0x50/0xffffffff'],
})
const saved = '/etc/iptables/rules.v4'
const silent = (vips: readonly string[], kind: 'input' | 'output') => ({
  name: kind,
  type: 'filter' as const,
  hook: kind,
  priority: 0,
  rules: vips.map((vip) =>
    kind === 'input' ? `arp daddr ip ${vip} drop` : `arp saddr ip ${vip} arp saddr ip set 10.0.0.5`,
  ),
})
const key = 'net.ipv4.conf.lo.arp_ignore'

/** Everything that is exact, in an order that a run might have. */
const wish = (...vips: readonly string[]): readonly Resource[] => [
  sysctl.bind({ key, value: vips.length, reason: vips.join(' and ') }),
  loopback_vips.bind({ addresses: [...vips], part: 'leaving' }),
  nft_table.bind({
    family: 'arp',
    name: 'lbprov',
    chains: [silent(vips, 'input'), silent(vips, 'output')],
  }),
  arptables.bind({
    rules: vips.map((vip) => ({ vip, source: '10.0.0.5' })),
    saved: '/etc/sysconfig/arptables',
  }),
  file.bind({ path: '/srv/vips', content: `${vips.join('\n')}\n`, mode: '600' }),
  boot_unit.bind({
    name: 'lbprov-vips.service',
    description: 'VIPs',
    commands: vips.map((vip) => ({
      words: ['/sbin/ip', 'addr', 'replace', `${vip}/32`, 'dev', 'lo'],
    })),
  }),
  iptables.bind({ family: 4, table: 'nat', rules: vips.map(redirect), saved }),
  iptables.bind({ family: 4, table: 'mangle', rules: vips.map(mark), saved }),
  loopback_vips.bind({ addresses: [...vips], part: 'present' }),
]

/** All of it as a person may look at it. Tables of nft that iptables and arptables made for themselves stay, empty. */
const everything = (): string =>
  script(`find /etc /srv -printf '%p %y %m %u %g %l\\n' | sort
    find /etc/lbprov /etc/iptables /etc/sysconfig /etc/sysctl.d /etc/systemd/system /srv -type f \
      -exec sha256sum {} + 2>/dev/null | sort || :
    ip -o addr show dev lo; cat /proc/sys/net/ipv4/conf/lo/arp_ignore
    iptables -t nat -S; iptables -t mangle -S; arptables -n -L; nft list tables | grep lbprov || :
    systemctl is-enabled lbprov-vips.service 2>&1 || :`)

const [one, two, three] = ['203.0.113.1', '203.0.113.2', '203.0.113.3'] as const

beforeEach(async () => {
  toy = await toyHost()
})
afterEach(() => toy.close())

/** All that somebody had there before. */
const furnish = (): void => {
  script(`ip addr add ${two}/32 dev lo; echo 3 >/proc/sys/net/ipv4/conf/lo/arp_ignore
    iptables -t nat -A PREROUTING -d ${one} -j ACCEPT; arptables -A INPUT -d ${one} -j DROP
    mkdir -p /etc/iptables /etc/sysconfig; chmod 640 /etc/sysconfig
    printf '# mine\\n*nat\\n:PREROUTING ACCEPT [1:2]\\n-A PREROUTING -j ACCEPT\\nCOMMIT\\n' >${saved}
    printf '# Configure prior to use\\n' >/etc/sysconfig/arptables`)
}

describe.each(shells)('with %s', (...shell) => {
  it.each([
    ['an empty host', () => undefined],
    ['a furnished one', furnish],
  ])('%s is as it was once all is taken back', (_, prepare) => {
    prepare()
    everything()
    const before = everything()
    const wishes = wish(one, two)
    const found = wishes.map((each) => kept(each, answersOn(toy, each, shell)))
    for (const each of wishes) applyOn(toy, each, shell)
    expect(wishes.flatMap((each) => judgeOn(toy, each, shell))).toEqual([])
    expect(everything()).not.toBe(before)

    const orphans = wishes
      .map((each, n) => kindOf(each).orphan(found[n] as Parameters<Orphan>[0]))
      .reverse()
    const changes = orphans.flatMap((each) => judgeOn(toy, each, shell))
    runOn(
      toy,
      changes.map(({ run }) => run),
      shell,
    )
    expect(orphans.flatMap((each) => judgeOn(toy, each, shell))).toEqual([])
    expect(orphans.flatMap((each) => each.left?.(answersOn(toy, each, shell)))).toEqual([])
    expect(everything()).toBe(before)
  })

  it.each([
    ['an empty host', () => undefined],
    [
      'one that has the former',
      () => {
        for (const each of wish(one, three)) applyOn(toy, each, shell)
      },
    ],
  ])('%s: wider and then narrow, planned before either is done', (_, prepare) => {
    prepare()
    const wide = wish(one, two, three)
    const narrow = wish(one, two)
    const asked = narrow.map((each) => answersOn(toy, each, shell))
    const changes = [
      ...wide.flatMap((each) => judgeOn(toy, each, shell)),
      ...narrow.flatMap((each, n) => each.judge(asked[n] ?? {}, [wide[n] ?? each])),
    ]
    runOn(
      toy,
      changes.map(({ run }) => run),
      shell,
    )
    expect(narrow.flatMap((each) => judgeOn(toy, each, shell))).toEqual([])
    expect(everything()).not.toContain(three)
  })
})

type Orphan = ReturnType<typeof kindOf>['orphan']
