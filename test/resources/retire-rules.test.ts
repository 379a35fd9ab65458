import { describe, expect, it } from 'vitest'

import { arptables } from '../../src/resources/arptables.ts'
import { firewalld } from '../../src/resources/firewalld.ts'
import { iptables } from '../../src/resources/iptables.ts'
import { answers, arp, directRule, lines, marked, marks, walls, type Answers } from './sets.ts'
import { back, shown } from './way-back.ts'

describe('rules of arptables', () => {
  const drop = '-d 203.0.113.1 -j DROP'
  const mangle = '-s 203.0.113.1 -j mangle --mangle-ip-s 203.0.113.99'
  const listing = (...input: readonly string[]): string =>
    lines(['Chain INPUT (policy ACCEPT)', ...input, 'Chain OUTPUT (policy ACCEPT)'])
  const record = lines([`-A INPUT ${drop}`, `-A OUTPUT ${mangle}`])
  const saved = '/etc/sysconfig/arptables'
  const frame = '*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n'

  it('stay where somebody had them before, live and saved', () => {
    const theirs = {
      live: listing(drop),
      saved: `${frame}-A INPUT ${drop}\n`,
      there: `/etc/sysconfig\n${saved}\n`,
    }
    const before = answers({ ...theirs, record: '' })
    const is = answers({
      ...theirs,
      saved: `${frame}-A OUTPUT ${mangle}\n-A INPUT ${drop}\n`,
      record,
    })
    const { changes } = back(arptables, arp.wish(['a']), before, is)
    expect(changes.map(({ what, after }) => [what, after])).toEqual([
      [saved, theirs.saved],
      ['/etc/lbprov/arptables', undefined],
    ])
  })

  it('leave a file as it was: with its comment, empty, or not there', () => {
    const ending = (text: string, there: string): unknown => {
      const before = answers({ live: '', record: '', saved: text, there })
      const is = answers({
        live: '',
        record,
        saved: `${text}${frame}-A INPUT ${drop}\n`,
        there: '',
      })
      const [change] = back(arptables, arp.wish(['a']), before, is).changes
      return [change?.after, change?.run.text.includes('lbprov_remove')]
    }
    expect(ending('# mine\n\n', `/etc/sysconfig\n${saved}\n`)).toEqual(['# mine\n\n', false])
    expect(ending('', `/etc/sysconfig\n${saved}\n`)).toEqual([undefined, false])
    expect(ending('', '/etc/sysconfig\n')).toEqual([undefined, true])
  })
})

describe('rules of iptables', () => {
  const saved = '/etc/iptables/rules.v4'
  const section = (...rules: readonly string[]): string =>
    lines(['*mangle', ':PREROUTING ACCEPT [1:2]', ...rules, 'COMMIT'])
  const ends = (before: string, is: string, was = `/etc/iptables\n${saved}\n`): unknown => {
    const host = (text: string, there: string): Answers =>
      answers({ live: '', saved: text, there, firewalld: '' })
    const now = host(is, `/etc/iptables\n${saved}\n`)
    return back(iptables, marks.wish(['a']), host(before, was), now).changes.map(
      ({ after }) => after,
    )
  }

  it('leave the section where it was, and take it along where it was not', () => {
    const nat = '*nat\nCOMMIT\n'
    expect(
      ends(section('-A PREROUTING -j ACCEPT'), section(marked('a'), '-A PREROUTING -j ACCEPT')),
    ).toEqual([section('-A PREROUTING -j ACCEPT')])
    expect(ends(nat, nat + section(marked('a')))).toEqual([nat])
    expect(ends(nat, nat + section())).toEqual([nat])
    expect(ends(section() + nat, section() + nat)).toEqual([])
  })

  it('leave what somebody added to a section since, and its file', () => {
    const theirs = section('-A PREROUTING -j ACCEPT')
    expect(ends('', section(marked('a'), '-A PREROUTING -j ACCEPT'), '')).toEqual([theirs])
    expect(ends('', `# mine\n${section(marked('a'))}`, '')).toEqual(['# mine\n'])
  })

  it('take a file along that was not there, or that held nothing but ours', () => {
    expect(ends('', section(marked('a')), '')).toEqual([undefined])
    const ours = lines(['*nat', marked('b'), 'COMMIT'])
    expect(ends(ours, section(marked('a')))).toEqual([undefined])
    expect(ends('', section(marked('a')))).toEqual([''])
  })
})

describe('rules of firewalld', () => {
  it('cannot go where it does not run, which is said; nor where it is no more', () => {
    const before = answers({
      state: 'running\n',
      direct: '',
      directSaved: '',
      rich: '',
      richSaved: '',
      defaultZone: 'public\n',
      record: '',
    })
    const stopped = (exit: number): Answers => ({
      ...before,
      ...answers({ record: 'public rule family="ipv4" protocol value="vrrp" accept\n' }),
      state: { exit, out: '', err: 'not running\n' },
    })
    expect(back(firewalld, walls.wish(['a']), before, stopped(252))).toEqual({
      changes: [],
      left: [
        'firewalld does not run here, so what lbprov put into it is left; start it and remove what "firewall-cmd --permanent --direct --get-all-rules" shows with the comment lbprov-firewalld, and the rich rules "zone public: rule family="ipv4" protocol value="vrrp" accept".',
      ],
    })
    expect(back(firewalld, walls.wish(['a']), before, stopped(127))).toEqual({
      changes: [],
      left: [],
    })
  })

  it('go, but for what somebody had put there on one side', () => {
    const vrrp = '\trule family="ipv4" protocol value="vrrp" accept\n'
    const zone = (rules: string): string => `public (default)\n  rich rules: \n${rules}`
    const host = (record: string, direct: string, saved: string): Answers =>
      answers({
        state: 'running\n',
        direct,
        directSaved: direct,
        rich: zone(vrrp),
        richSaved: zone(saved),
        defaultZone: 'public\n',
        record,
      })
    const record = 'public rule family="ipv4" protocol value="vrrp" accept\n'
    const { changes } = back(
      firewalld,
      walls.wish(['d']),
      host('', '', ''),
      host(record, `${directRule('d')}\n`, vrrp),
    )
    expect(shown(changes)).toEqual([
      `firewalld, live: ${directRule('d')} → -`,
      `firewalld, saved: ${directRule('d')} → -`,
      'firewalld, saved: zone public: rule family="ipv4" protocol value="vrrp" accept → -',
      `/etc/lbprov/firewalld-rich: ${record} → -`,
    ])
  })
})
