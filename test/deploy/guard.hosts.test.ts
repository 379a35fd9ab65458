import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { patience } from '../../src/engine/patience.ts'
import type { Toy } from '../toy/toy.ts'
import { openSite, type Site } from './site.ts'

const oldGateway = '192.0.2.1'

/** Whether the default route leads to the NAT VIP, 10.11.12.10, as proc_net_route has it. */
const isChanged = ({ pid }: Toy): boolean =>
  readFileSync(`/proc/${String(pid)}/net/route`, 'utf8').includes('\t00000000\t0A0C0B0A\t')

const defaultRoute = (toy: Toy): string => toy.run(['ip', 'route', 'show', 'default']).out.trim()

/** What was changed locks out: while it is there, for `ms` at most, nobody gets through. */
const severed = (
  toy: Toy,
  ms: number,
  isThere: (toy: Toy) => boolean = isChanged,
): { readonly stop: () => Promise<void> } => {
  let since: number | undefined
  let refusing = false
  let last: Promise<unknown> = Promise.resolve()
  const look = async (): Promise<void> => {
    const changed = isThere(toy)
    if (changed) since ??= Date.now()
    const wanted = changed && Date.now() - (since ?? 0) < ms
    if (wanted === refusing) return
    refusing = wanted
    if (!wanted) return toy.accept()
    toy.cut()
    await toy.refuse()
  }
  const timer = setInterval(() => {
    last = last.then(look)
  }, 5)
  return {
    stop: async () => {
      clearInterval(timer)
      await last
    },
  }
}

describe('a gateway that cuts the connection', () => {
  let site: Site
  let rs1: Toy
  beforeAll(async () => {
    site = await openSite(['lb1', 'rs1'])
    rs1 = site.host('rs1')
    rs1.run(['ip', 'addr', 'add', '192.0.2.7/24', 'dev', 'eth0'])
    rs1.run(['ip', 'route', 'add', 'default', 'via', oldGateway])
  })
  afterAll(() => site.close())

  it('is taken back by the host itself, and the run says so and ends there', async () => {
    const before = defaultRoute(rs1)
    const cut = severed(rs1, Infinity)
    const ran = await site.lbprovIn(
      { patience: { ...patience, guardSeconds: 3 } },
      'apply',
      site.inventory(),
      '--yes',
    )
    await cut.stop()
    expect(defaultRoute(rs1)).toBe(before)
    expect(ran.exit).toBe(5)
    expect(ran.out.slice(ran.out.indexOf('✔ network')).replace(/\d+\.\d s/, 'N s'))
      .toMatchInlineSnapshot(`
        "✔ network   lb1  5 changed, proved
          gateway   rs1 …
        ✘ gateway   rs1  rolled back
        ✘ balance   lb1  not begun: rs1 failed
        ✘ rs1: phase "gateway": no new connection came through within 3 s of "address on eth0, live 10.11.12.21/24; default route, live 10.11.12.10 dev eth0", so the host took it back by itself. Check the addresses and the gateway in the inventory against how you reach rs1: what is reached through its old gateway needs proxy_jump through a router. Then run again.
          address on eth0, live: is not there, wished 10.11.12.21/24
          default route, live: is 192.0.2.1 dev eth0, wished 10.11.12.10 dev eth0
          /etc/sysconfig/network-scripts/ifcfg-eth0: is not as wished
        13 changed, 0 failed, 1 rolled back, 1 not begun · N s · run again when it is mended
        "
      `)
    expect(site.host('lb1').run(['test', '-e', '/etc/keepalived/keepalived.conf']).exit).toBe(1)
    // Nor would a reboot bring the gateway back.
    const saved = '/etc/sysconfig/network-scripts/ifcfg-eth0'
    expect(rs1.run(['test', '-e', saved]).exit).toBe(1)
  })

  it('is kept when a new connection comes through in time, though not at once', async () => {
    const cut = severed(rs1, 1500)
    const ran = await site.lbprov('apply', site.inventory(), '--yes', '--json')
    await cut.stop()
    expect(defaultRoute(rs1)).toBe('default via 10.11.12.10 dev eth0')
    expect(ran.exit).toBe(0)
    expect(ran.out.trimEnd().split('\n').at(-1)).toContain('"rs1":{"changed":3,"status":"changed"}')
  })
})

describe('a command of somebody’s own that locks lbprov out', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(['lb1', 'rs1'])
  })
  afterAll(() => site.close())

  it('is taken back with the words that the playbook has for that', async () => {
    const rs1 = site.host('rs1')
    const playbook = site.put(
      'own.yaml',
      `name: own
phases:
  - name: wall
    hosts: real_servers
    tasks:
      - command: { argv: [touch, /tmp/wall], creates: /tmp/wall, undo: [rm, /tmp/wall] }
`,
    )
    const isWalled = ({ pid }: Toy): boolean => existsSync(`/proc/${String(pid)}/root/tmp/wall`)
    const cut = severed(rs1, Infinity, isWalled)
    const ran = await site.lbprovIn(
      { patience: { ...patience, guardSeconds: 3 } },
      ...['apply', site.inventory(), '--yes', '--playbook', playbook],
    )
    await cut.stop()
    expect(ran.exit).toBe(5)
    expect(isWalled(rs1)).toBe(false)
    expect(ran.out).toContain('of "touch /tmp/wall run", so the host took it back by itself.')
    expect(ran.out).toContain('  touch /tmp/wall: is not there, wished run\n')
  })

  it('is kept when the old connection falls silent behind a change that is safe, whatever ssh_config says of silence', async () => {
    const rs1 = site.host('rs1')
    const playbook = site.put(
      'two.yaml',
      `name: two
phases:
  - name: wall
    hosts: real_servers
    tasks:
      - command: { argv: [touch, /tmp/safe], creates: /tmp/safe }
      - command: { argv: [sh, -c, touch /tmp/moved; sleep 3], creates: /tmp/moved, undo: [rm, /tmp/moved] }
`,
    )
    const config = site.put('ssh_config', 'Host *\n  ServerAliveInterval 0\n')
    const work = site.lbprov(
      ...['apply', site.inventory(), '--yes', '--playbook', playbook, '-F', config],
    )
    while (!existsSync(`/proc/${String(rs1.pid)}/root/tmp/moved`)) await wait(5)
    const connection = rs1.connections
    const afterBytes = rs1.passed(connection, 'out')
    rs1.breakAt({ connection, direction: 'out', afterBytes, then: 'stall' })
    const { exit, out } = await work
    expect(out).toContain('✔ wall      rs1  2 changed, proved')
    expect(exit).toBe(0)
    rs1.heal()
  })
})
