import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { AnswerError } from '../../src/errors.ts'
import type { Change, ManifestEntry, Resource } from '../../src/resource.ts'
import { arptables } from '../../src/resources/arptables.ts'
import { boot_unit } from '../../src/resources/boot_unit.ts'
import { command } from '../../src/resources/command.ts'
import { file } from '../../src/resources/file.ts'
import { firewalld } from '../../src/resources/firewalld.ts'
import { ifupdown_sources } from '../../src/resources/ifupdown_sources.ts'
import { resourceKinds } from '../../src/resources/index.ts'
import { iptables } from '../../src/resources/iptables.ts'
import { ipvs_drain } from '../../src/resources/ipvs_drain.ts'
import { keepalived_daemon } from '../../src/resources/keepalived_daemon.ts'
import { kernel_module } from '../../src/resources/kernel_module.ts'
import { loopback_vips } from '../../src/resources/loopback_vips.ts'
import { nft_table } from '../../src/resources/nft_table.ts'
import { pool_gate } from '../../src/resources/pool_gate.ts'
import { service } from '../../src/resources/service.ts'
import { sysctl } from '../../src/resources/sysctl.ts'
import type { Answers } from '../../src/sh/answer.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { answersOn, trip } from './on-host.ts'
import { kindOf } from './way-back.ts'

const conf = '/etc/keepalived/keepalived.conf'

/** A wish of each kind that reads or writes a file, and its files. */
const wishes: readonly (readonly [Resource, ...(readonly string[])])[] = [
  [
    arptables.bind({
      rules: [{ vip: '203.0.113.24', source: '203.0.113.21' }],
      saved: '/etc/sysconfig/arptables',
    }),
    '/etc/sysconfig/arptables',
    '/etc/lbprov/arptables',
  ],
  [
    boot_unit.bind({
      name: 'lbprov-vips.service',
      description: 'VIPs',
      commands: [{ words: ['/bin/true'] }],
    }),
    '/etc/systemd/system/lbprov-vips.service',
  ],
  [command.bind({ argv: ['/bin/true'], creates: '/srv/made' }), '/srv/made'],
  [
    file.bind({ path: '/srv/app.conf', content: 'x\n', mode: '0644', copy: '/srv/was' }),
    '/srv/app.conf',
    '/srv/was',
  ],
  [firewalld.bind({ redirects: [], accepts: [], direct: [] }), '/etc/lbprov/firewalld'],
  [
    ifupdown_sources.bind({ devices: ['eth0'] }),
    '/etc/network/interfaces',
    '/etc/network/interfaces.d/other',
  ],
  [
    iptables.bind({
      family: 4,
      table: 'mangle',
      rules: [{ chain: 'PREROUTING', match: [], target: ['-j', 'ACCEPT'] }],
      saved: '/etc/iptables/rules.v4',
    }),
    '/etc/iptables/rules.v4',
  ],
  [ipvs_drain.bind({ conf, keep: [], vips: [], timeoutSeconds: 0 }), conf],
  [
    keepalived_daemon.bind({
      part: 'run',
      conf: { path: conf },
      adverts: '-',
      vips: [],
      table: [],
      routers: 1,
    }),
    conf,
  ],
  [kernel_module.bind({ name: 'ip_vs_toy' }), '/etc/modules-load.d/lbprov-ip_vs_toy.conf'],
  [
    loopback_vips.bind({ part: 'present', addresses: ['203.0.113.24'] }),
    '/etc/systemd/system/lbprov-vips.service',
  ],
  [
    nft_table.bind({
      family: 'arp',
      name: 'lbprov',
      chains: [
        {
          name: 'input',
          type: 'filter',
          hook: 'input',
          priority: 0,
          rules: ['arp operation reply drop'],
        },
      ],
    }),
    '/etc/lbprov/nft-arp.nft',
  ],
  [pool_gate.bind({ conf, seenFrom: 'lb1', members: [] }), conf],
  [service.bind({ name: 'ssh', loads: [{ path: '/srv/app.conf' }] }), '/srv/app.conf'],
  [
    sysctl.bind({ key: 'net.ipv4.ip_forward', value: 1 }),
    '/etc/sysctl.d/90-lbprov-net.ipv4.ip_forward.conf',
    '/etc/sysctl.d/other.conf',
  ],
]

/** Kinds that touch no file but the kernel's own. */
const withoutFiles = [
  'address',
  'link',
  'package',
  'route',
  'silent_segment',
  'sysctl_condition',
  'vrrp_condition',
]

const secret = 'net.ipv4.ip_forward = what-nobody-may-see\niface eth0 inet what-nobody-may-see\n'

/** What a user puts in the place of a file, in shell; $1 is the place. */
const plants: readonly (readonly [string, string])[] = [
  ['a link to a file of root', 'ln -s /root/canary "$1"'],
  ['a link to a file that is not there', 'ln -s /root/new "$1"'],
  ['another name of a file of root', 'cp -p /root/canary "$1.own"; ln "$1.own" "$1"'],
  ['a FIFO', 'mkfifo "$1"'],
  ['a link to what never ends', 'ln -s /proc/kmsg "$1"'],
]

let toy: Toy
const script = (text: string, ...words: readonly string[]): string => {
  const { exit, out, err } = toy.run(['sh', '-c', text, 'script', ...words], secret)
  if (exit !== 0) throw new Error(`${text}: ${err}`)
  return out
}
beforeAll(async () => {
  toy = await toyHost({ accounts: { deploy: {} } })
  script('umask 077; cat >/root/canary; mkdir -p /etc/network /etc/iptables /etc/sysconfig')
})
afterAll(() => toy.close())

const canary = (): string =>
  script(
    "cat /root/canary; stat -c '%U %G %a %h' /root/canary; ls /root/new 2>/dev/null || echo no new file",
  )

it('there is a wish of each kind that touches a file', () => {
  const kinds = [...wishes.map(([{ kind }]) => kind), ...withoutFiles]
  expect([...new Set(kinds)].sort()).toEqual(resourceKinds.map(({ name }) => name).sort())
})

/** Its line of the manifest, once it has been on a host's disk; undefined: there would be none. */
const remembered = (wish: Resource, answers: Answers): ManifestEntry | undefined => {
  try {
    const entry = wish.remember(answers)
    return entry && (JSON.parse(JSON.stringify(entry)) as ManifestEntry)
  } catch (error) {
    if (error instanceof AnswerError) return undefined
    throw error
  }
}

/** What is asked, and every change that comes of it, there and back; what was said in all of it. */
const everything = (wish: Resource): string => {
  const said: string[] = []
  const run = (changes: readonly Change[]): void => {
    for (const change of changes) {
      const [answer] = trip(toy, [change.run])
      said.push(answer?.out ?? '', answer?.err ?? '', change.run.shown)
      said.push(change.before ?? '', change.after ?? '', change.note ?? '')
    }
  }
  const judged = (resource: Resource): readonly Change[] => {
    const answers = answersOn(toy, resource)
    said.push(JSON.stringify(answers))
    try {
      return resource.judge(answers)
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error
      said.push(error.message)
      return []
    }
  }
  run(judged(wish))
  const entry = remembered(wish, answersOn(toy, wish))
  if (entry !== undefined) run(judged(kindOf(wish).orphan(entry)))
  return said.join('\n')
}

describe.each(plants)('%s', (_, plant) => {
  it.each(
    wishes.flatMap(([wish, ...paths]) => paths.map((path) => [wish.id, path, wish] as const)),
  )('in the folder of a user leads %s nowhere: %s', (_id, path, wish) => {
    const folder = path.slice(0, path.lastIndexOf('/'))
    const before = canary()
    script(
      `set -eu; folder=$2; rm -rf /root/folder; if [ -e "$folder" ]; then mv "$folder" /root/folder; fi
        mkdir -p "$folder"; ${plant}; chown -h deploy:deploy "$folder"`,
      path,
      folder,
    )
    const said = everything(wish)
    expect(canary()).toBe(before)
    expect(said).not.toContain('what-nobody-may-see')
    script('rm -rf "$1"; if [ -e /root/folder ]; then mv /root/folder "$1"; fi', folder)
  })
})
