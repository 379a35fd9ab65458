import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { apply, lbprov, on, written } from './controller.ts'
import { differences, fingerprint, type Fingerprint } from './fingerprint.ts'
import { natCluster, web, type NatWish } from './inventories.ts'
import { poolsFilled } from './ipvs.ts'
import { killedRun, watchedRun } from './kill-at.ts'
import { openLab, type Lab } from './lab.ts'
import { tally } from './requests.ts'

const names = ['lb1', 'lb2', 'rs1', 'rs2']
// rs2 may have any gateway: it has no clients to answer.
const wish: NatWish = { weights: { rs1: 1 }, idle: ['rs2'], drainSeconds: 3 }

// What the kernel tells of connections and of its memory.
const asBefore = { except: ['ipvs', 'sysctl by memory'] }

const deafPlaybook = `name: deaf
phases:
  - name: deaf
    hosts: real_servers
    tasks:
      - command:
          argv: [iptables, -I, INPUT, -p, tcp, --dport, "22", -j, DROP]
          unless: [iptables, -C, INPUT, -p, tcp, --dport, "22", -j, DROP]
          undo: [iptables, -D, INPUT, -p, tcp, --dport, "22", -j, DROP]
`

/** What lbprov must never do to its operator; each claim stands on those before it. */
describe('a cluster and its operator', () => {
  let lab: Lab
  let path: string
  let bare: readonly Fingerprint[]

  const taken = (of = names): Promise<readonly Fingerprint[]> =>
    Promise.all(of.map((name) => fingerprint(lab.machine(name))))

  const changedSince = async (before: readonly Fingerprint[], of = names) => {
    const after = await taken(of)
    return before.flatMap((one, n) =>
      differences(one, after[n] ?? {}, asBefore).map((line) => `${of[n] ?? ''}: ${line}`),
    )
  }

  /** Beside the journal, the manifest (what is tried is remembered before it is tried), and a guard's word. */
  const changedByRuns = async (before: readonly Fingerprint[], of = names) =>
    (await changedSince(before, of)).filter(
      (line) => !/\/lbprov\/(journal|manifest|guard-)/.test(line),
    )

  /** The inventory, changed, under a name of its own. */
  const variant = (name: string, edit: (text: string) => string): string => {
    const before = natCluster(wish)
    const after = edit(before)
    expect(after).not.toBe(before)
    return written(lab, name, after)
  }

  // rs2 is reached through its own network, by a route that leads to this one address.
  const throughItsGateway = (text: string): string =>
    text.replace(
      'rs2: { ssh: 192.0.2.22,',
      'rs2: { ssh: { host: 10.11.12.21, strict_host_key_checking: accept-new },',
    )

  /** A run that would lock the controller out of rs2: it says so, and rs2 is as it was and within reach. */
  const lockedOut = async (inventory: string, ...words: readonly string[]): Promise<void> => {
    const before = await taken(['rs2'])
    const began = Date.now()
    const { code, stdout } = await apply(lab, inventory, '--limit', 'rs2', ...words)
    expect({ code, stdout: code === 5 ? '' : stdout }).toEqual({ code: 5, stdout: '' })
    // The guard waits 60 s; the run, and what it asks before, take their time too.
    expect(Date.now() - began).toBeLessThan(120_000)
    expect(await changedByRuns(before, ['rs2'])).toEqual([])
    const again = await apply(lab, variant('routed', throughItsGateway), '--limit', 'rs2')
    expect(again.summary, again.stdout).toMatchObject({ changed: 0, failed: 0, unreachable: 0 })
  }

  beforeAll(async () => {
    lab = openLab({ name: 'lockout' })
    await lab.down()
    await lab.up(names)
    path = written(lab, 'wish', natCluster(wish))
    await Promise.all(
      ['lb1', 'lb2'].map((name) =>
        on(lab, name, 'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq keepalived ipvsadm'),
      ),
    )
    // A table of a packet filter stays once it was looked at, and so does the queue of a card that was up once.
    const seen =
      'iptables -C INPUT -p tcp --dport 22 -j DROP; for n in 0 1; do ip link set eth$n up && ip link set eth$n down; done; :'
    await Promise.all(names.map((name) => on(lab, name, seen)))
    bare = await taken()
    const { code, stdout } = await apply(lab, path)
    expect(code, stdout).toBe(0)
    await on(lab, 'lb1', `until ip -o addr | grep -q '${web.inside}/'; do sleep 0.2; done`)
    await poolsFilled(lab, 'lb1', 1)
    const route = await lab.inNamespace([
      ...['ip', 'route', 'replace', '10.11.12.21', 'via', '203.0.113.9'],
    ])
    expect(route).toMatchObject({ code: 0 })
  })
  afterAll(() => lab.down())

  it('is not locked out by a gateway', async () => {
    await lockedOut(
      variant('gateway', (text) =>
        throughItsGateway(text).replace(
          'address: 10.11.12.21 }',
          'address: 10.11.12.21, gateway: 10.11.12.99 }',
        ),
      ),
    )
  })

  it('is not locked out by an address: the one that the operator comes by stays', async () => {
    const moved = variant('address', (text) =>
      throughItsGateway(text).replace('address: 10.11.12.21 }', 'address: 10.11.12.60 }'),
    )
    const { code, stdout } = await apply(lab, moved)
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' })
    expect(stdout).toContain('10.11.12.21 is no longer wished there')
    expect((await apply(lab, moved)).summary).toMatchObject({ changed: 0, unreachable: 0 })
    const held = await on(lab, 'rs2', 'ip -o -4 addr show eth0')
    expect(held).toMatch(
      /10\.11\.12\.21\/24.*\n.*10\.11\.12\.60\/24|10\.11\.12\.60\/24.*\n.*10\.11\.12\.21\/24/,
    )
    const back = await apply(lab, variant('routed', throughItsGateway))
    expect(back.code, back.stdout).toBe(0)
    expect(await on(lab, 'rs2', 'ip -o -4 addr show eth0')).not.toContain('10.11.12.60')
  })

  it('is not locked out by a command of a playbook', async () => {
    const playbook = join(lab.home, 'deaf.yaml')
    writeFileSync(playbook, deafPlaybook)
    await lockedOut(variant('routed', throughItsGateway), '--playbook', playbook)
  })

  it('lets one of two applies in, and names the other to its operator', async () => {
    const other = written(lab, 'other', natCluster({ ...wish, scheduler: 'wlc' }))
    let second: Awaited<ReturnType<typeof apply>> | undefined
    // Each host answered twice: what comes next is at work on them.
    const first = await watchedRun(lab, ['apply', other, '--yes', '--json'], {
      trip: 2 * names.length + 1,
      moment: 'sending',
      deed: async () => {
        second = await apply(lab, path)
      },
    })
    expect(first.code, first.stdout).toBe(0)
    expect(first.stopped).toBe(true)
    expect(second?.code).toBe(1)
    expect(second?.summary).toMatchObject({ changed: 0 })
    expect(second?.stdout).toContain('E_LOCKED')
    expect(second?.stdout).toMatch(/root@\S+/)
    expect(second?.stdout).toMatch(/since /)
  })

  it('is not kept out by a run that was killed', async () => {
    const killed = await killedRun(
      lab,
      ['apply', path, '--yes', '--json'],
      2 * names.length + 1,
      'answered',
    )
    expect(killed).toMatchObject({ code: 137, stopped: true })
    const { code, stdout } = await apply(lab, path)
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' })
  })

  it('refuses a keepalived.conf that keepalived refuses, and replaces nothing', async () => {
    const bad = written(lab, 'bad', natCluster({ ...wish, extra: 'no_such_word 1' }))
    const line = natCluster({ ...wish, extra: 'no_such_word 1' })
      .split('\n')
      .findIndex((each) => each.includes('no_such_word'))
    const before = await taken()
    const { code, stdout } = await apply(lab, bad)
    expect(code).toBe(1)
    expect(stdout).toContain(`bad.yaml:${String(line + 1)}`)
    expect(await changedByRuns(before)).toEqual([])
    expect(Object.keys(await tally(lab, `${web.url}/`, 6))).toEqual(['rs1'])
  })

  it('is destroyed without a trace', async () => {
    const { code, stdout, stderr } = await lbprov(lab, 'destroy', path, '--yes')
    expect({ code, said: code === 0 ? '' : `${stdout}${stderr}` }).toEqual({ code: 0, said: '' })
    // A guard that is not needed any more looks for that once a second.
    const guarding = "systemctl list-units --no-legend 'lbprov-guard-*' | grep -q ."
    await Promise.all(names.map((name) => on(lab, name, `while ${guarding}; do sleep 0.2; done`)))
    expect(await changedSince(bare)).toEqual([])
  })
})
