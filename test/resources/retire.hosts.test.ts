import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { ManifestEntry, Resource } from '../../src/resource.ts'
import { address } from '../../src/resources/address.ts'
import { command } from '../../src/resources/command.ts'
import { file } from '../../src/resources/file.ts'
import { ifupdown_sources } from '../../src/resources/ifupdown_sources.ts'
import { resourceKinds } from '../../src/resources/index.ts'
import { kernel_module } from '../../src/resources/kernel_module.ts'
import { link } from '../../src/resources/link.ts'
import { packageResource, removePackages } from '../../src/resources/package.ts'
import { route } from '../../src/resources/route.ts'
import { service } from '../../src/resources/service.ts'
import { sha256 } from '../../src/resources/sha256.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, runOn, shells, trip, type Shell } from './on-host.ts'

let toy: Toy
const script = (text: string): string => toy.run(['sh', '-c', text]).out

const ask = ({ probe }: Resource, shell: Shell): Readonly<Record<string, Answer>> => {
  const answers = Object.values(probe).map((question) => trip(toy, [question], shell)[0])
  return Object.fromEntries(
    Object.keys(probe).map((part, n) => [part, answers[n] ?? { exit: 255, out: '', err: '' }]),
  )
}

// The wish, the manifest's line and what it says once more: all as they come back from a host.
const orphanOf = (entry: ManifestEntry): Resource => {
  const kind = resourceKinds.find(({ name }) => name === entry.kind)
  if (kind === undefined) throw new Error(`no kind ${entry.kind}`)
  return kind.orphan(JSON.parse(JSON.stringify(entry)) as ManifestEntry)
}

/** Waits for the carrier of a card that went down and came up: the kernel tells of it in its own time. */
const settle = (): void => {
  script(`left=400
    until ! ip -o link | grep -q '<NO-CARRIER' && [ "$(ip -o link | grep -c '[<,]UP')" = \
      "$(( $(ip -6 route show table all type multicast | wc -l) + 1 ))" ]
    do [ $left != 0 ] || exit 1; left=$((left - 1)); sleep 0.05; done`)
}

/** Does the wishes in order, as one run, and returns what a manifest would hold of those that were changed. */
const provision = (wishes: readonly Resource[], shell: Shell): readonly ManifestEntry[] => {
  const found = wishes.map((wish) => {
    const answers = ask(wish, shell)
    return wish.judge(answers).length === 0 ? undefined : wish.remember(answers)
  })
  for (const wish of wishes) applyOn(toy, wish, shell)
  for (const wish of wishes) expect(judgeOn(toy, wish, shell)).toEqual([])
  settle()
  return found.filter((entry) => entry !== undefined)
}

/** Takes all back, judged before the first change, as a run does it; returns what is left. */
const takeBack = (entries: readonly ManifestEntry[], shell: Shell): readonly string[] => {
  const orphans = entries.map(orphanOf)
  const changes = orphans.flatMap((orphan) => judgeOn(toy, orphan, shell))
  const left = orphans.flatMap((orphan) => orphan.left?.(ask(orphan, shell)) ?? [])
  runOn(
    toy,
    changes.map(({ run }) => run),
    shell,
  )
  for (const orphan of orphans) expect(judgeOn(toy, orphan, shell)).toEqual([])
  return left
}

// Every file with its bytes, the network, its parameters, and what systemd would do.
const everything = (): string =>
  script(`find /etc /srv /usr/local/bin -printf '%p %y %m %u %g %l\\n' 2>/dev/null | sort
    find /etc/network /etc/modules-load.d /srv /etc/keepalived -type f -exec sha256sum {} + 2>/dev/null | sort
    ip -o addr; ip -o link; ip -4 route show table all; ip -6 route show table all
    grep -r . /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/ip_forward 2>/dev/null | sort
    systemctl show -p ActiveState -p UnitFileState toyd; systemctl show -p ActiveState -p UnitFileState oldd`).replace(
    / tentative| valid_lft.*/g,
    '',
  )

const unit = '[Service]\nExecStart=/usr/sbin/toyd\nExecReload=kill -HUP\n[Install]\nWantedBy=x\n'

const wishes: readonly Resource[] = [
  packageResource.bind({ manager: 'apt', names: ['toypackage', 'there-already'] }),
  kernel_module.bind({ name: 'ip_vs_toy' }),
  link.bind({ device: 'eth1' }),
  address.bind({ device: 'eth0', address: '10.0.0.5', prefix: 25 }),
  address.bind({ device: 'eth0', address: '10.0.0.77', prefix: 24 }),
  address.bind({ device: 'eth0', address: '2001:db8::5', prefix: 48 }),
  address.bind({ device: 'lo', address: '192.0.2.10', prefix: 32 }),
  route.bind({ via: '10.0.0.9', device: 'eth0' }),
  route.bind({ via: '2001:db8::9', device: 'eth0' }),
  file.bind({ path: '/etc/network/interfaces.d/lbprov-eth0', content: 'iface eth0 inet static\n' }),
  ifupdown_sources.bind({ devices: ['eth0'] }),
  file.bind({ path: '/srv/new/deep/one', content: "it's ours\n", owner: 'nobody', mode: '0640' }),
  file.bind({ path: '/srv/new/deep/two', content: '' }),
  file.bind({ path: '/srv/old', content: 'ours\n', owner: 'root', group: 'root', mode: '0755' }),
  file.bind({ path: '/srv/mode', content: 'the same\n', owner: 'nobody', mode: '0600' }),
  file.bind({ path: '/srv/link', content: 'ours\n' }),
  file.bind({ path: '/srv/edited', content: 'ours\n' }),
  service.bind({ name: 'toyd', loads: [{ path: '/srv/new/deep/one' }] }),
  service.bind({ name: 'oldd', loads: [{ path: '/srv/old', sha256: sha256('ours\n') }] }),
  command.bind({ argv: ['touch', '/srv/made'], creates: '/srv/made' }),
]

/** As a run orders them: what serves stops first; one that keeps running reads its file once that is back. */
const wayBack = (entries: readonly ManifestEntry[]): readonly ManifestEntry[] => {
  const last = ({ id }: ManifestEntry): boolean => id.endsWith(' oldd.service')
  const newestFirst = [...entries].reverse()
  return [...newestFirst.filter((each) => !last(each)), ...newestFirst.filter(last)]
}

describe.each(shells)('with %s', (...shell) => {
  beforeAll(async () => {
    toy = await toyHost()
    script('cd /proc/sys/net/ipv6/conf/default; echo 0 >accept_dad; echo 1 >addr_gen_mode')
    for (const device of ['eth0', 'eth1']) toy.addLink(device)
    for (const name of ['toyd', 'oldd']) toy.write(`/etc/systemd/system/${name}.service`, unit)
    script(`ip link set eth1 down
      ip addr add 10.0.0.5/24 broadcast + dev eth0 label eth0:main
      ip addr add 10.0.0.10/32 dev eth0
      ip route add default via 10.0.0.1 dev eth0 proto static src 10.0.0.5 mtu 1400
      ip addr add 2001:db8::5/64 dev eth0
      ip -6 route add default via 2001:db8::1 dev eth0 metric 100
      mkdir -p /etc/network/interfaces.d /etc/modules-load.d /var/lib/toy/packages
      printf 'auto lo' >/etc/network/interfaces; echo 1 >/var/lib/toy/packages/there-already
      printf 'caf\\303\\251 $(id) \\047\\n\\n' >/srv/old; chown nobody:games /srv/old; chmod 2750 /srv/old
      echo 'the same' >/srv/mode; chmod 664 /srv/mode
      ln -s aim /srv/link
      systemctl enable --now oldd`)
  })
  afterAll(() => toy.close())

  it('a host that was provisioned and given up is as it was found', () => {
    const before = everything()
    const entries = provision(wishes, shell)
    expect(entries.map(({ id }) => id)).toEqual(wishes.map(({ id }) => id))
    const provisioned = everything()
    expect(provisioned).not.toBe(before)
    for (const entry of entries) judgeOn(toy, orphanOf(entry), shell)
    expect(everything()).toBe(provisioned)

    script('echo by hand >/srv/edited; rm /srv/made; touch /srv/made')
    const left = takeBack(wayBack(entries), shell)
    expect(left).toEqual([
      expect.stringMatching(/^"touch \/srv\/made" was run by lbprov/),
      expect.stringMatching(/^\/srv\/edited was edited since/),
      'toypackage was installed by lbprov and stays; "apt-get purge toypackage" removes it.',
    ])
    expect(toy.read('/srv/edited')).toBe('by hand\n')
    script('rm /srv/edited /srv/made')
    expect(everything().split('\n').sort()).toEqual(before.split('\n').sort())
    expect(script('cat /var/log/toy-calls')).toContain('modprobe -r -q -- ip_vs_toy')
    expect(script('cat /var/log/toy-calls')).toContain('systemctl reload oldd.service')
    expect(script('cat /var/log/toy-calls')).not.toContain('systemctl stop oldd.service')

    runOn(toy, [removePackages('apt', ['toypackage'])], shell)
    expect(script('ls /var/lib/toy/packages')).toBe('there-already\n')
  })

  it('an address that goes takes none of its subnet with it', () => {
    const before = everything()
    const wish = address.bind({ device: 'eth0', address: '10.2.0.5', prefix: 24 })
    const [entry] = provision([wish], shell)
    if (entry === undefined) throw new Error('nothing was changed')
    script('ip addr add 10.2.0.9/24 dev eth0; ip route add 10.3.0.0/24 via 10.2.0.1')
    expect(takeBack([entry], shell)).toEqual([])
    const now = script('ip -o addr show dev eth0; ip route')
    expect(now).toContain('inet 10.2.0.9/24')
    expect(now).toContain('10.3.0.0/24 via 10.2.0.1')
    expect(now).not.toContain('10.2.0.5')
    script('ip route del 10.3.0.0/24; ip addr del 10.2.0.9/24 dev eth0')
    expect(everything()).toBe(before)
  })

  it('each change that severs can be undone, and leads back all the same', () => {
    const before = everything()
    const severing = wishes.filter(({ kind }) => ['address', 'route', 'link'].includes(kind))
    const entries = provision(severing, shell)
    for (const orphan of wayBack(entries).map(orphanOf)) {
      const known = everything()
      for (const change of judgeOn(toy, orphan, shell)) {
        if (change.severs !== true) throw new Error(`${change.what} does not sever`)
        runOn(toy, [change.run], shell)
        expect(everything()).not.toBe(known)
        runOn(toy, [change.undo], shell)
      }
      settle()
      // The kernel lists addresses in the order in which they came.
      expect(everything().split('\n').sort()).toEqual(known.split('\n').sort())
      applyOn(toy, orphan, shell)
    }
    expect(everything().split('\n').sort()).toEqual(before.split('\n').sort())
  })
})
