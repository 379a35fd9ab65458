import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Change } from '../../src/resource.ts'
import { file } from '../../src/resources/file.ts'
import { files, found, kinds } from './every-set.ts'
import {
  answers,
  arp,
  directRule,
  held,
  loopback,
  marks,
  names,
  onLo,
  some,
  walls,
} from './sets.ts'

const shownAs = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ what, before, after, run }) => [what, before, after, run.text].join('\n')).sort()

describe.each(kinds)('after a wish of %s', (_, wish, host) => {
  it('nothing is left to do, whatever was there', () => {
    fc.assert(
      fc.property(host, some, (is, wished) => {
        expect(wish(wished).judge(is, [wish(wished)])).toEqual([])
      }),
    )
  })

  it('and another one, nothing is left of the other to do', () => {
    fc.assert(
      fc.property(host, some, some, (is, one, two) => {
        expect(wish(two).judge(is, [wish(one), wish(two)])).toEqual([])
      }),
    )
  })

  it('the plan of the same wish twice is that of one', () => {
    fc.assert(
      fc.property(host, some, some, (is, one, two) => {
        const [once, twice] = [[wish(one)], [wish(one), wish(one)]]
        expect(shownAs(wish(two).judge(is, twice))).toEqual(shownAs(wish(two).judge(is, once)))
      }),
    )
  })
})

const live = (changes: readonly Change[]): readonly Change[] =>
  changes.filter(({ what }) => what.endsWith(', live'))

describe.each([
  ['arptables', arp],
  ['iptables', marks],
  ['firewalld', walls],
] as const)('a wish of %s narrowed', (_, { wish, host, shown }) => {
  const wide = fc.tuple(some, some)

  it('takes away exactly what the wider one had more, whatever was there', () => {
    fc.assert(
      fc.property(host, wide, (is, [kept, former]) => {
        const more = former.filter((name) => !kept.includes(name))
        const changes = live(wish(kept).judge(is, [wish([...kept, ...more])]))
        expect(changes.map(({ after }) => after)).toEqual(changes.map(() => undefined))
        expect(changes.map(({ before }) => before).sort()).toEqual(more.flatMap(shown).sort())
      }),
    )
  })
})

describe('VIPs on lo, narrowed', () => {
  it('leave by the commands that take exactly the former ones off', () => {
    fc.assert(
      fc.property(held, some, some, (is, kept, former) => {
        const more = former.filter((name) => !kept.includes(name))
        const wider = [...kept, ...more]
        expect(
          loopback('leaving')(kept)
            .judge(is, [loopback('leaving')(wider)])
            .map(({ run }) => run.text)
            .sort(),
        ).toEqual(more.map((name) => `ip addr del ${onLo(name)} dev lo`).sort())
        expect(loopback('present')(kept).judge(is, [loopback('present')(wider)])).toEqual([])
      }),
    )
  })
})

describe('a file after another wish', () => {
  it('shows no secret of either', () => {
    fc.assert(
      fc.property(found, some, some, (is, one, two) => {
        const shown = JSON.stringify(files(two).judge(is, [files(one)]))
        for (const name of names) expect(shown).not.toContain(`secret-${name}`)
      }),
    )
  })

  it('keeps the owner, the group and the mode that the wish before gave it', () => {
    const [change] = file
      .bind({ path: '/etc/motd', content: 'x', mode: '600', group: 'adm' })
      .judge(answers({ stat: 'absent\n', sum: '', text: '' }), [
        file.bind({ path: '/etc/motd', content: 'x', owner: 'nobody' }),
      ])
    expect(change).toMatchObject({ what: '/etc/motd, group', before: 'root', after: 'adm' })
  })
})

describe('firewalld after a wider wish', () => {
  it('takes nothing out of a zone that nobody asked for', () => {
    const is = answers({
      state: 'running\n',
      direct: '',
      directSaved: '',
      rich: '',
      richSaved: '',
      defaultZone: '',
      record: '',
    })
    const changes = walls.wish([]).judge(is, [walls.wish(['a'])])
    expect(live(changes).map(({ before }) => before)).toEqual([directRule('a')])
  })

  it('leaves what somebody else put there, both now and permanently', () => {
    const zone =
      'public (default)\n  rich rules: \n\trule family="ipv4" protocol value="vrrp" accept\n'
    const is = answers({
      state: 'running\n',
      direct: '',
      directSaved: '',
      rich: zone,
      richSaved: zone,
      defaultZone: 'public\n',
      record: 'other rule\n',
    })
    const changes = walls.wish([]).judge(is, [walls.wish(['d'])])
    expect(live(changes).map(({ before }) => before)).toEqual([directRule('d')])
  })
})
