import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { World } from '../../src/cli/world.ts'
import { stripped } from './shown.ts'
import { openSite, type Elsewhere, type Site } from './site.ts'

let site: Site
beforeEach(async () => {
  site = await openSite(['lb1', 'rs1'])
})
afterEach(() => site.close())

const isBare = (name: string): boolean =>
  site.host(name).run(['ip', '-o', '-4', 'addr', 'show', 'eth0']).out === ''

/** A person at the terminal, who answers; what was asked. */
const person = (
  answer: () => string | Promise<string>,
  more: Elsewhere = {},
): { readonly world: Elsewhere; readonly asked: string[] } => {
  const asked: string[] = []
  const ask: World['terminal']['ask'] = async (question) => {
    asked.push(question)
    return answer()
  }
  return { world: { ...more, terminal: { interactive: true, ask } }, asked }
}

const lastLine = (out: string): string | undefined => stripped(out).trimEnd().split('\n').at(-1)

describe('a person is asked', () => {
  it.each(['y', 'Yes', ' y '])('and says "%s"', async (answer) => {
    const { world, asked } = person(() => answer)
    const ran = await site.lbprovIn(world, 'apply', site.inventory())
    expect(asked).toEqual(['\nApply? [y/N] '])
    expect(ran.out).toContain('\n19 changes on 2 hosts.\n')
    expect(ran.exit).toBe(0)
    expect(isBare('rs1')).toBe(false)
    expect((await site.lbprovIn(world, 'apply', site.inventory())).exit).toBe(0)
    expect(asked).toHaveLength(1)
  })

  it.each(['n', '', 'yess'])('and says "%s"', async (answer) => {
    const ran = await site.lbprovIn(person(() => answer).world, 'apply', site.inventory())
    expect(ran.exit).toBe(1)
    expect(lastLine(ran.out)).toBe('0 changed, 0 failed, 2 not begun · N s · nothing was changed')
    expect([isBare('lb1'), isBare('rs1')]).toEqual([true, true])
  })

  it('and a host moves meanwhile', async () => {
    const move = (): string => {
      site.host('lb1').run(['sysctl', '-qw', 'net.ipv4.ip_forward=1'])
      return 'y'
    }
    const ran = await site.lbprovIn(person(move).world, 'apply', site.inventory())
    expect(ran.exit).toBe(1)
    expect(ran.out).toContain(
      '✘ lb1: changed while the plan was being looked at, so nothing was done; run again to see the new plan.\n',
    )
    expect(lastLine(ran.out)).toBe('0 changed, 1 failed, 1 not begun · N s · nothing was changed')
    expect([isBare('lb1'), isBare('rs1')]).toEqual([true, true])
  })

  it('and a host is lost meanwhile', async () => {
    const lose = (): string => {
      site.host('rs1').cut()
      return 'y'
    }
    const ran = await site.lbprovIn(person(lose).world, 'apply', site.inventory())
    expect(ran.exit).toBe(1)
    expect(ran.out).toMatch(/^✘ rs1 .* was lost/m)
    expect([isBare('lb1'), isBare('rs1')]).toEqual([true, true])
  })
})

describe('Ctrl-C', () => {
  const rerun = async (): Promise<void> => {
    expect((await site.lbprov('apply', site.inventory(), '--yes')).exit).toBe(0)
    const third = await site.lbprov('apply', site.inventory(), '--yes')
    expect(third.out).toContain('0 changed, 0 failed')
  }

  it('at the question changes nothing', async () => {
    const stop = new AbortController()
    const { world } = person(
      () => {
        stop.abort()
        return ''
      },
      { signal: stop.signal },
    )
    const ran = await site.lbprovIn(world, 'apply', site.inventory())
    expect(ran.exit).toBe(130)
    expect(lastLine(ran.out)).toBe(
      '0 changed, 0 failed, 2 not begun, interrupted · N s · nothing was changed',
    )
    expect([isBare('lb1'), isBare('rs1')]).toEqual([true, true])
  })

  /** Interrupts when the run says something. */
  const interruptedAt = (words: RegExp): Elsewhere & { readonly said: { out: string } } => {
    const stop = new AbortController()
    const said = { out: '' }
    const out = (text: string): void => {
      said.out += text
      if (words.test(text)) stop.abort()
    }
    return { said, signal: stop.signal, terminal: { out } }
  }

  it('in the middle of a phase lets its scripts end, and begins nothing more', async () => {
    const { said, ...world } = interruptedAt(/^ {2}kernel +lb1 …/)
    const ran = await site.lbprovIn(world, 'apply', site.inventory(), '--yes')
    expect(ran.exit).toBe(130)
    expect(said.out).toContain('✔ kernel    lb1  6 changed, proved')
    expect(said.out).toContain('✘ network   lb1  not begun: interrupted')
    expect(lastLine(said.out)).toBe(
      '8 changed, 0 failed, 2 not begun, interrupted · N s · run again to finish',
    )
    expect(isBare('lb1')).toBe(true)
    await rerun()
  })

  it('between phases begins nothing more', async () => {
    const { said, ...world } = interruptedAt(/"type":"outcome","host":"rs1","phase":"gateway"/)
    const ran = await site.lbprovIn(world, 'apply', site.inventory(), '--yes', '--json')
    expect(ran.exit).toBe(130)
    expect(said.out.trimEnd().split('\n').at(-1)).toMatch(
      /"hosts":\{"lb1":\{"changed":\d+,"status":"not-begun"\},"rs1":\{"changed":\d,"status":"changed"\}\}\}$/,
    )
    expect(site.host('lb1').run(['test', '-e', '/etc/keepalived/keepalived.conf']).exit).toBe(1)
    await rerun()
  })
})
