import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Change, Resource } from '../../src/resource.ts'
import { boot_unit } from '../../src/resources/boot_unit.ts'
import { loopback_vips } from '../../src/resources/loopback_vips.ts'
import { nft_table } from '../../src/resources/nft_table.ts'
import { sysctl } from '../../src/resources/sysctl.ts'
import { allCases, bound } from './case-files.ts'
import { kinds, settings, tables, units } from './every-set.ts'
import { answers, held, loopback, some, type Answers, type Name } from './sets.ts'
import { back, kept, kindOf, shown } from './way-back.ts'

const none = (is: Answers, ...parts: readonly string[]): Answers => ({
  ...is,
  ...answers(Object.fromEntries(parts.map((part) => [part, '']))),
})

describe('what the manifest keeps', () => {
  const exact = kinds.map(([, wish]) => wish([]).kind)
  const cases = allCases.filter(
    (each) =>
      exact.includes(each.kind.name) && each.error === undefined && each.refused === undefined,
  )

  it.each(cases.map((each) => [`${each.kind.name}: ${each.name}`, each] as const))(
    'of %s survives the disk',
    (_, each) => {
      const line = bound(each).remember(each.answers)
      expect(line === undefined ? line : kept(bound(each), each.answers)).toEqual(line)
    },
  )

  it.each(kinds)('of %s survives the disk, whatever was there', (_, wish, host) => {
    fc.assert(
      fc.property(host, some, (is, wished) => {
        const line = wish(wished).remember(is)
        if (line === undefined) return
        expect(kept(wish(wished), is)).toEqual(line)
        expect(kindOf(wish(wished)).orphan(line).id).toBe(wish(wished).id)
      }),
    )
  })
})

/** Hosts on which nothing is ours. */
const strangers: readonly (readonly [
  string,
  (wished: readonly Name[]) => Resource,
  fc.Arbitrary<Answers>,
])[] = kinds.flatMap(([name, wish, host]) => {
  if (name === 'silent_segment' || name === 'file') return []
  const ours: Readonly<Record<string, readonly string[]>> = {
    arptables: ['record'],
    iptables: ['live', 'saved'],
    firewalld: ['record', 'direct', 'directSaved'],
    'loopback_vips, leaving': ['unit'],
    'loopback_vips, present': ['unit'],
    nft_table: ['live', 'saved'],
    boot_unit: [],
    sysctl: ['own'],
  }
  return [[name, wish, host.map((is) => none(is, ...(ours[name] ?? [])))]]
})

describe.each(strangers)('a host without %s of ours', (_, wish, host) => {
  it('is as it was before, and nothing is done', () => {
    fc.assert(
      fc.property(host, some, (is, wished) => {
        const resource = wish(wished)
        expect(back(kindOf(resource), resource, is, is)).toEqual({ changes: [], left: [] })
      }),
    )
  })
})

describe('a whole file that is ours', () => {
  const path = '/etc/systemd/system/lbprov-vips.service'
  const before = answers({ text: '', enabled: '' })
  const unit = (text: string, enabled = 'enabled\n'): Answers => answers({ text, enabled })
  const [written = ''] = units(['a']).files.map(({ text }) => text)

  it('goes, as a unit, and starts at boot no more', () => {
    const { changes, left } = back(boot_unit, units(['a']), before, unit(written))
    expect([changes.map(({ what }) => what), left]).toEqual([
      ['lbprov-vips.service, saved', path],
      [],
    ])
  })

  it('is left as a unit that somebody edited, and said', () => {
    const edited = unit(`${written}# mine\n`)
    expect(back(boot_unit, units(['a']), before, edited)).toEqual({
      changes: [],
      left: [
        `${path} was edited since lbprov wrote it, so it is left; remove it by hand if nobody needs it.`,
      ],
    })
  })

  it('goes as a unit that an lbprov without a manifest wrote, and comes back as somebody’s', () => {
    const paths = (changes: readonly Change[]) => changes.map(({ after }) => after)
    const [older = ''] = units(['b']).files.map(({ text }) => text)
    expect(paths(back(boot_unit, units(['a']), unit(older), unit(written)).changes)).toEqual([
      undefined,
      undefined,
    ])
    const theirs = unit('[Service]\n', 'disabled\n')
    expect(shown(back(boot_unit, units(['a']), theirs, unit(written)).changes)).toEqual([
      'lbprov-vips.service, saved: enabled → -',
      `${path}: ${written} → [Service]\n`,
    ])
  })

  it('goes, as a table of nft, and is left where somebody edited it', () => {
    const [text = ''] = tables(['a']).files.map((each) => each.text)
    const nothing = answers({ live: '', saved: '' })
    const live = 'table ip lbprov {\n}\n'
    const whats = (saved: string): unknown => {
      const { changes, left } = back(nft_table, tables(['a']), nothing, answers({ live, saved }))
      return [changes.map(({ what }) => what), left]
    }
    const table = 'nft table ip lbprov, live'
    expect(whats(text)).toEqual([[table, '/etc/lbprov/nft-ip.nft'], []])
    expect(whats(`${text}# mine\n`)).toEqual([
      [table],
      [
        '/etc/lbprov/nft-ip.nft was edited since lbprov wrote it, so it is left; remove it by hand if nobody needs it.',
      ],
    ])
  })
})

describe('a sysctl', () => {
  const key = 'net.ipv4.conf.eth0.arp_ignore'
  const is = (live: string, own: string): Answers => answers({ live, own, saved: '' })
  const own = `# a\n${key} = 1\n`
  const after = (before: Answers, now: Answers): unknown => {
    const { changes, left } = back(sysctl, settings(['a']), before, now)
    return [shown(changes), left]
  }

  it('lives as it was found, and its file goes', () => {
    expect(after(is('2\n', ''), is('1\n', own))).toEqual([
      [`${key}, live: 1 → 2`, `${key}, saved: 1 → -`],
      [],
    ])
  })

  it('lives as it was found, though the run died before the file', () => {
    expect(after(is('2\n', ''), is('1\n', ''))).toEqual([[`${key}, live: 1 → 2`], []])
  })

  it('may be gone with its module, or have come with it', () => {
    const missing = { ...is('', own), live: { exit: 1, out: '', err: 'No such file' } }
    const gone = [[`${key}, saved: 1 → -`], []]
    expect(after(is('2\n', ''), missing)).toEqual(gone)
    expect(
      after({ ...missing, ...none(missing, 'own'), live: missing.live }, is('1\n', own)),
    ).toEqual(gone)
  })

  it('stays as it is in a file that somebody edited', () => {
    expect(after(is('2\n', ''), is('1\n', `${own}# mine\n`))).toEqual([
      [],
      [
        `/etc/sysctl.d/90-lbprov-${key}.conf was edited since lbprov wrote it, so it is left; remove it by hand if nobody needs it.`,
      ],
    ])
  })
})

describe('VIPs on lo', () => {
  it('go all, but for those that somebody had put there; once, whichever parts are remembered', () => {
    fc.assert(
      fc.property(held, held, some, (before, is, wished) => {
        const present = back(loopback_vips, loopback('present')(wished), before, is)
        const inText = (part: string, from: Answers): string => from[part]?.out ?? ''
        const onLo = [...inText('live', is).matchAll(/inet6? (\S+) scope global/g)].map(
          ([, each = '']) => each,
        )
        const has = (part: 'live' | 'unit', each: string, from: Answers): boolean =>
          inText(part, from).includes(` ${each} `)
        expect(present.changes.map(({ before: each }) => each)).toEqual(
          onLo.filter(
            (each) =>
              has('unit', each, is) && (!has('live', each, before) || has('unit', each, before)),
          ),
        )
        expect(back(loopback_vips, loopback('leaving')(wished), before, is).changes).toEqual([])
      }),
    )
  })
})
