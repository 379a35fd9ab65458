import { beforeEach, describe, expect, it } from 'vitest'

import { password } from './site.ts'
import type { Elsewhere, Ran } from './site.ts'
import { open } from './sites.ts'
import type { Site } from './site.ts'

/** The text that the running keepalived of a router has read; undefined: none runs. */
const running = (site: Site, name: string): string | undefined => {
  const toy = site.host(name)
  return toy.run(['systemctl', 'is-active', 'keepalived']).exit === 0
    ? toy.read('/var/lib/toy/loaded/keepalived')
    : undefined
}

/** The VRRP passwords with which routers run: two of them are two masters. */
const passwords = (site: Site, names: readonly string[]): readonly (string | undefined)[] =>
  names.map((name) => /auth_pass (\S+)/.exec(running(site, name) ?? '')?.[1])

const rotated: Elsewhere = { env: { VRRP_PASS: 'rotated4' } }

/** The VIPs are on lb1. */
const hold = (site: Site): void => {
  for (const vip of ['203.0.113.10/32 dev eth0', '10.11.12.10/32 dev eth1'])
    expect(site.host('lb1').run(['ip', 'addr', 'add', ...vip.split(' ')]).exit).toBe(0)
}

/** The inventory of a site of routers alone: its real servers are looked after by others. */
const inventoryOf = (site: Site, edit = (text: string): string => text): string =>
  site.inventory((text) =>
    edit(text).replace(
      'real_servers:\n',
      'real_servers:\n  rs3: { managed: false, address: 10.11.12.22 }\n  rs4: { managed: false, address: 10.11.12.23 }\n',
    ),
  )

const without = (text: string): string => text.replace(/ {2}lb3:\n(?: {4}.*\n)+/, '')

const notBegun = ({ out }: Ran): readonly string[] =>
  out.split('\n').filter((line) => line.includes('not begun') || line.includes('will not begin'))

describe('a router whose keepalived does not run', () => {
  let site: Site
  beforeEach(async () => {
    site = await open(['lb1', 'lb2'])
    expect(await site.lbprov('apply', inventoryOf(site), '--yes')).toMatchObject({ exit: 0 })
    hold(site)
    site.host('lb2').run(['systemctl', 'stop', 'keepalived'])
  })

  it('is not started with a password that the others do not have', async () => {
    const ran = await site.lbprovIn(rotated, 'apply', inventoryOf(site), '--limit', 'lb2', '--yes')
    expect(ran.exit).toBe(1)
    expect(passwords(site, ['lb1', 'lb2'])).toEqual([password, undefined])
    expect(site.host('lb2').read('/etc/keepalived/keepalived.conf')).toContain(password)
    expect(notBegun(ran).join('\n')).toContain(
      'lb1 cannot change with it: its keepalived has VRRP settings that reject the new ones, and it is not in this run; run without --limit, or name it there',
    )
  })

  it('is not started where others than root may write what a router remembers', async () => {
    site.host('lb1').run(['chmod', '777', '/var/lib/lbprov'])
    const ran = await site.lbprovIn(rotated, 'apply', inventoryOf(site), '--limit', 'lb2', '--yes')
    expect(ran.exit).toBe(1)
    expect(passwords(site, ['lb1', 'lb2'])).toEqual([password, undefined])
    expect(notBegun(ran).join('\n')).toContain(
      'lb1 cannot change with it: it is not in this run, and cannot be asked; if it is off for good, take it out of the inventory',
    )
  })

  it('is started with what they have, by a run on it alone', async () => {
    const ran = await site.lbprov('apply', inventoryOf(site), '--limit', 'lb2', '--yes')
    expect(ran).toMatchObject({ exit: 0 })
    expect(passwords(site, ['lb1', 'lb2'])).toEqual([password, password])
  })

  it('changes with the others, where all are in the run', async () => {
    const ran = await site.lbprovIn(rotated, 'apply', inventoryOf(site), '--yes')
    expect(ran).toMatchObject({ exit: 0 })
    expect(passwords(site, ['lb1', 'lb2'])).toEqual(['rotated4', 'rotated4'])
  })
})

it('a router that may run any settings is taken to reject new ones', async () => {
  const site = await open(['lb1', 'lb2'])
  expect(await site.lbprov('apply', inventoryOf(site), '--yes')).toMatchObject({ exit: 0 })
  hold(site)
  // Its file is younger than its run, and no note says which one it has read.
  site.host('lb2').run(['rm', '/run/lbprov/keepalived.service.loaded'])
  site.host('lb2').run(['touch', '/etc/keepalived/keepalived.conf'])
  const ran = await site.lbprovIn(rotated, 'apply', inventoryOf(site), '--limit', 'lb1', '--yes')
  expect(ran.exit).toBe(1)
  expect(passwords(site, ['lb1', 'lb2'])).toEqual([password, password])
  expect(notBegun(ran).join('\n')).toContain(
    'lb2 cannot change with it: it cannot be known which VRRP settings its keepalived runs, and it is not in this run; run without --limit, or name it there',
  )
  const both = await site.lbprovIn(rotated, 'apply', inventoryOf(site), '--yes')
  expect(both).toMatchObject({ exit: 0 })
  expect(passwords(site, ['lb1', 'lb2'])).toEqual(['rotated4', 'rotated4'])
})

it('an interrupt while the standby waits has it run as before', async () => {
  const site = await open(['lb1', 'lb2'])
  expect(await site.lbprov('apply', inventoryOf(site), '--yes')).toMatchObject({ exit: 0 })
  hold(site)
  const interrupt = new AbortController()
  const ran = await site.lbprovIn(
    {
      ...rotated,
      signal: interrupt.signal,
      terminal: {
        out: (text) => {
          if (/✔ stand_down *lb2/.test(text)) interrupt.abort()
        },
      },
    },
    ...['apply', inventoryOf(site), '--yes'],
  )
  expect(ran.exit).toBe(130)
  expect(passwords(site, ['lb1', 'lb2'])).toEqual([password, password])
  expect(site.host('lb2').run(['systemctl', 'is-enabled', 'keepalived']).exit).toBe(0)
})

it('the standby runs as before where the active router will not take the new file', async () => {
  const site = await open(['lb1', 'lb2'])
  expect(await site.lbprov('apply', inventoryOf(site), '--yes')).toMatchObject({ exit: 0 })
  hold(site)
  site.host('lb1').write('/var/lib/toy/refuse/reload-keepalived', '')
  const ran = await site.lbprovIn(rotated, 'apply', inventoryOf(site), '--yes')
  expect(ran.exit).toBe(1)
  expect(ran.out).toContain('lb2  taken back, because the change that needed it did not begin')
  expect(passwords(site, ['lb1', 'lb2'])).toEqual([password, password])
})

describe('a router that leaves the inventory while VRRP changes', () => {
  let site: Site
  beforeEach(async () => {
    site = await open(['lb1', 'lb2', 'lb3'])
    expect(await site.lbprov('apply', inventoryOf(site), '--yes')).toMatchObject({ exit: 0 })
    hold(site)
  })

  it('stops nobody, says what to do next, and that works', async () => {
    const inventory = inventoryOf(site, without)
    const shown = await site.lbprovIn(rotated, 'apply', inventory, '--dry-run')
    expect(shown.exit).toBe(1)
    const ran = await site.lbprovIn(rotated, 'apply', inventory, '--yes')
    expect(ran.exit).toBe(1)
    expect(passwords(site, ['lb1', 'lb2', 'lb3'])).toEqual([password, password, password])
    for (const each of [shown, ran]) {
      expect(notBegun(each).join('\n')).toContain(
        `lb3 cannot change with it: it left the inventory, and may still run with the old VRRP settings; run "lbprov remove ${inventory} lb3" first, with --forget if it is gone for good`,
      )
    }
    // Run again, as often as you like.
    expect((await site.lbprovIn(rotated, 'apply', inventory, '--yes')).exit).toBe(1)
    expect(passwords(site, ['lb1', 'lb2', 'lb3'])).toEqual([password, password, password])

    expect(await site.lbprovIn(rotated, 'remove', inventory, 'lb3', '--yes')).toMatchObject({
      exit: 0,
    })
    expect(running(site, 'lb3')).toBeUndefined()
    expect(await site.lbprovIn(rotated, 'apply', inventory, '--yes')).toMatchObject({ exit: 0 })
    expect(passwords(site, ['lb1', 'lb2'])).toEqual(['rotated4', 'rotated4'])
  })

  it('can be forgotten, where it is gone for good', async () => {
    const inventory = inventoryOf(site, without)
    expect((await site.lbprovIn(rotated, 'apply', inventory, '--yes')).exit).toBe(1)
    site.host('lb3').run(['systemctl', 'stop', 'keepalived'])
    expect(
      await site.lbprovIn(rotated, 'remove', inventory, 'lb3', '--forget', '--yes'),
    ).toMatchObject({ exit: 0 })
    // Nothing but that was done.
    expect(passwords(site, ['lb1', 'lb2'])).toEqual([password, password])
    expect(await site.lbprovIn(rotated, 'apply', inventory, '--yes')).toMatchObject({ exit: 0 })
    expect(passwords(site, ['lb1', 'lb2'])).toEqual(['rotated4', 'rotated4'])
  })
})

it('a router that goes back to VRRP settings of its own waits for its person', async () => {
  const site = await open(['lb1', 'lb2', 'lb3'])
  const own =
    'vrrp_instance own {\n  virtual_router_id 51\n  authentication {\n    auth_type PASS\n    auth_pass handmade\n  }\n  virtual_ipaddress {\n    203.0.113.10\n  }\n}\n'
  // Its real servers need not answer: they are not there.
  const datagrams = (text: string): string =>
    text
      .replace('scheduler: wrr', 'scheduler: wrr\n    protocol: udp')
      .replace('check: { tcp: { connect_timeout: 10 } }', 'check: none')
  const lb3 = site.host('lb3')
  lb3.write('/etc/keepalived/keepalived.conf', own)
  lb3.run(['systemctl', 'enable', '--now', 'keepalived'])
  expect(await site.lbprov('apply', inventoryOf(site, datagrams), '--yes')).toMatchObject({
    exit: 0,
  })
  hold(site)
  const inventory = inventoryOf(site, (text) => without(datagrams(text)))
  expect(await site.lbprov('apply', inventory, '--yes')).toMatchObject({ exit: 0 })
  const remove = (...words: readonly string[]) =>
    site.lbprov('remove', inventory, 'lb3', '--yes', ...words)

  const waits = await remove()
  expect(waits.exit).toBe(1)
  expect(notBegun(waits).join('\n')).toContain(
    `lb1, lb2 cannot change with it: its keepalived has VRRP settings that reject the new ones, and it stays; disable and stop keepalived on lb3 by hand, and run "lbprov remove ${inventory} lb3" again`,
  )
  expect(passwords(site, ['lb1', 'lb2', 'lb3'])).toEqual([password, password, password])

  lb3.run(['systemctl', 'disable', '--now', 'keepalived'])
  expect(await remove()).toMatchObject({ exit: 0 })
  expect(passwords(site, ['lb1', 'lb2', 'lb3'])).toEqual([password, password, undefined])
  expect(lb3.read('/etc/keepalived/keepalived.conf')).toBe(own)
  expect(lb3.run(['systemctl', 'is-enabled', 'keepalived']).exit).not.toBe(0)
})

it('a package that is installed does not start keepalived with a file of long ago', async () => {
  const site = await open(['lb1', 'lb2'])
  const text = inventoryOf(site)
  const calls = (): string => site.host('lb2').read('/var/log/toy-calls')
  const old =
    'vrrp_instance old {\n  virtual_router_id 7\n  virtual_ipaddress {\n    203.0.113.10\n  }\n}\n'
  site.host('lb2').write('/etc/keepalived/keepalived.conf', old)
  const ran = await site.lbprov('apply', text, '--phase', 'packages', '--yes')
  expect(ran).toMatchObject({ exit: 0 })
  expect(calls()).toContain('apt-get')
  expect(running(site, 'lb2')).toBeUndefined()
  expect(site.host('lb2').run(['systemctl', 'is-enabled', 'keepalived']).exit).not.toBe(0)
  expect(await site.lbprov('apply', text, '--yes')).toMatchObject({ exit: 0 })
  expect(passwords(site, ['lb1', 'lb2'])).toEqual([password, password])
})
