import { describe, expect, it } from 'vitest'

import { attacksOn } from './attacks.ts'
import { accumulatorsIn, allExpressions, eachSource, expressionsIn } from './expressions.ts'
import { isSuperlinear } from './growth.ts'

/** As it is wherever it may begin, whether it is looked for once or to the end. */
const attackThatWorks = (regExp: RegExp): string | undefined => {
  const every = new RegExp(regExp.source, `${regExp.flags.replace('g', '')}g`)
  const found = attacksOn(regExp).find((make) =>
    isSuperlinear((text) => text.replace(every, ''), make),
  )
  return found === undefined ? undefined : `${regExp.source}: ${JSON.stringify(found(40))}`
}

/** What is made when the program runs, as it may come out; and what may take its time, with the reason. */
const known: readonly (readonly [file: string, text: string, as: readonly RegExp[] | string])[] = [
  [
    'src/platform.ts',
    "new RegExp(`^${field}=[\"']?(.*?)[\"']?$`, 'm')",
    [/^PRETTY_NAME=["']?(.*?)["']?$/m],
  ],
  [
    'src/resources/ipvs-table.ts',
    'new RegExp(\n  String.raw`^(TCP|UDP|SCTP|FWM) +(${place}|[\\dA-F]{8}) (\\S+)(?:.* persistent (\\d+))?`,\n)',
    [
      /^(TCP|UDP|SCTP|FWM) +((?:[\dA-F]{8}|\[[\da-f:]+\]):[\dA-F]{4}|[\dA-F]{8}) (\S+)(?:.* persistent (\d+))?/,
    ],
  ],
  [
    'src/resources/ipvs-table.ts',
    'new RegExp(String.raw`^ +-> (${place}) +(\\w+) +(-?\\d+) +(\\d+) +(\\d+)`)',
    [/^ +-> ((?:[\dA-F]{8}|\[[\da-f:]+\]):[\dA-F]{4}) +(\w+) +(-?\d+) +(\d+) +(\d+)/],
  ],
  [
    'src/secret.ts',
    "new RegExp(patterns.join('|'), 'gu')",
    [/passw\.rd'\\''123|passw123|(?<![\p{L}\p{N}_])abc(?![\p{L}\p{N}_])/gu],
  ],
  [
    'src/ui/alike.ts',
    "new RegExp(`(?<![\\\\w.-])${host.replaceAll('.', '\\\\.')}(?![\\\\w-])`, 'g')",
    [/(?<![\w.-])rs1\.example(?![\w-])/g],
  ],
  [
    'src/cli/narrow.ts',
    "new RegExp(\n    `^${glob\n      .replace(/[.+^${}()|[\\]\\\\]/g, '\\\\$&')\n      .replaceAll('*', '.*')\n      .replaceAll('?', '.')}$`,\n  )",
    'a name of the inventory against a word of the command line',
  ],
  ['src/launch.ts', '/\\bsh`[^`]*[^\\0-\\x7f`][^`]*`/', 'lbprov’s own text, when it is built'],
  ['src/printable.ts', '/\\B(?=(?:\\d{3})+$)/g', 'the digits of a number'],
  ['src/ssh/known-hosts.ts', '/=+$/', 'a sum of SHA-256'],
  [
    'src/ssh/openssh/answers.ts',
    "/^\\S+@\\S+'s password: $/",
    'a question of ssh, of which 4096 characters are read',
  ],
  [
    'src/ssh/openssh/answers.ts',
    '/^\\(\\S+@\\S+\\) /',
    'a question of ssh, of which 4096 characters are read',
  ],
]

const isKnown = (file: string, text: string): boolean =>
  known.some(([where, what]) => where === file && what === text)

describe('no expression takes more than linear time, whatever text it is to find', () => {
  const all = allExpressions()
  const files = [...new Set(all.map(({ file }) => file))]

  it('finds the expressions at all, and knows none that is gone', () => {
    expect(all.length).toBeGreaterThan(250)
    for (const [file, text] of known) {
      expect(
        all.some((each) => each.file === file && each.text === text),
        `${file} ${text}`,
      ).toBe(true)
    }
  })

  it.each(files)('%s', (path) => {
    const open = all.filter(({ file, text }) => file === path && !isKnown(file, text))
    // What is made when the program runs is to be in the list above.
    expect(open.filter(({ regExp }) => regExp === undefined).map(({ text }) => text)).toEqual([])
    const slow = open.flatMap(({ regExp }) =>
      regExp === undefined ? [] : (attackThatWorks(regExp) ?? []),
    )
    expect(slow).toEqual([])
  })

  it('those that are made when the program runs', () => {
    const made = known.flatMap(([, , as]) => (typeof as === 'string' ? [] : as))
    expect(made.flatMap((regExp) => attackThatWorks(regExp) ?? [])).toEqual([])
  })
})

describe('one that does is found, by itself', () => {
  it.each([
    [/\bsh\b.*(not found|No such file)/],
    [/not available|nologin|account.*(disabled|expired)/i],
    [/(account|password).*\b(locked|expired)/i],
    [/^\d+: ([^:@\s]+)\S* <([^>]*)>/gm],
    [/"[^"]*"|\{[^}]*\}|[^\s{}"]+/g],
    [/\b(l4proto|protocol) (\{[^}]*\b(vrrp|112)\b[^}]*\}|vrrp\b)/],
    [/\s*;\s*/g],
    [/\n*$/],
    [/\s+$/],
    [/^\s*(\S+)\s*=?\s*(\S+)\s*$/],
    [/(a+)+$/],
    [/^(\w+\s?)*$/],
    [/<!--[^]*?-->/g],
    [/(.*),(.*),(.*)!/],
    [/^(?:a|aa)+$/],
    [/(?=.*x)a/g],
  ])('%s', (regExp) => {
    const [found] = expressionsIn('planted.ts', `export const words = ${String(regExp)}\n`)
    expect(found?.regExp).toEqual(regExp)
    expect(attackThatWorks(found?.regExp ?? /x/)).toBeDefined()
  })

  it.each([
    [/^a+b/],
    [/a{1,5}b/],
    [/^[^\n]*\n/gm],
    [/(?<!\n)\n*$/],
    [/"(?:\\.|[^"\\])*"/],
    [/\s+/g],
  ])('and %s is none', (regExp) => {
    expect(attackThatWorks(regExp)).toBeUndefined()
  })
})

describe('no list is copied for each of its elements', () => {
  // The ports of an inventory, which are few.
  const few = ['src/lvs/direct-vips.ts: done', 'src/lvs/port-words.ts: rules']

  it('in a reduce', () => {
    const found = eachSource().flatMap(({ file, source }) =>
      accumulatorsIn(file, source).map((name) => `${file}: ${name}`),
    )
    expect([...new Set(found)].toSorted()).toEqual(few)
  })

  it('and one that is would be found', () => {
    const source =
      'export const all = [1].reduce<number[]>((sum, n) => n > 1 ? sum : [...sum, n], [])'
    expect(accumulatorsIn('planted.ts', source)).toEqual(['sum'])
  })
})
