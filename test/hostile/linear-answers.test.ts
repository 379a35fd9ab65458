import { describe, expect, it } from 'vitest'

import { memoryQuestions, readMemory } from '../../src/engine/memory.ts'
import { LbprovError } from '../../src/errors.ts'
import { parsePlatform, platformQuestions } from '../../src/platform.ts'
import { canonicalRule } from '../../src/resources/nft-rule-words.ts'
import { ruleIn, ruleKey } from '../../src/resources/iptables-words.ts'
import type { Answer, Answers } from '../../src/sh/answer.ts'
import { sh } from '../../src/sh/sh.ts'
import { showChange } from '../../src/ui/diff.ts'
import { makePaint } from '../../src/ui/paint.ts'
import { allCases, bound as boundTo } from '../resources/case-files.ts'
import { bound, growth } from './growth.ts'

/** A host's text made longer: the same over and over, with other numbers each time, or all in one line. */
const ways: Readonly<Record<string, (text: string, times: number) => string>> = {
  'over and over': (text, times) => text.repeat(times),
  'with other numbers': (text, times) => {
    let n = 0
    const next = (): string => String((n = (n + 1) % 60_000))
    return Array.from({ length: times }, () => text.replace(/\d+/g, next)).join('')
  },
  'in one line': (text, times) => `${text.replaceAll('\n', ' ').repeat(times)}\n`,
}

/** Sixteen times as many are far more than any host has to say. */
const characters = 4000

/** What only ends in a sentence has been read as well. */
const orRefuse = (work: () => unknown): void => {
  try {
    work()
  } catch (error) {
    if (!(error instanceof LbprovError)) throw error
  }
}

interface Read {
  readonly name: string
  readonly answers: Answers
  readonly read: (answers: Answers) => unknown
}

const plain = makePaint(false)
const answer = (out: string): Answer => ({ exit: 0, out, err: '' })

/** Of each kind and question the case with the most to say, and whatever else a host is asked. */
const reads = (): readonly (Read & { readonly part: string })[] => {
  const longest = new Map<string, Read & { readonly part: string }>()
  const all: Read[] = allCases
    .filter(({ refused }) => refused === undefined)
    .map((each) => {
      const own = boundTo(each)
      const read = (answers: Answers): void => {
        for (const change of own.judge(answers)) showChange(change, plain, false)
        own.there?.(answers)
      }
      return { name: own.kind, answers: each.answers, read }
    })
  const names = Object.keys(platformQuestions)
  const platform = Object.fromEntries(
    names.map((name) => [name, answer('1: lo inet 127.0.0.1/8\n')]),
  )
  all.push({
    name: 'platform',
    answers: {
      ...platform,
      user: answer('0\n'),
      init: answer('systemd\n'),
      tools: answer('/sbin/ip\n/usr/bin/sha256sum\n'),
      release: answer('ID="debian"\nPRETTY_NAME="Debian 12"\n'),
    },
    read: (answers) => parsePlatform('lb1', answers),
  })
  const line = '/var/lib/lbprov/records/7.json:{"some":"text"}\n'
  const memory = Object.fromEntries(
    Object.keys(memoryQuestions).map((name) => [name, answer(line)]),
  )
  all.push({
    name: 'memory',
    answers: memory,
    read: (answers) => readMemory('lb1', answers),
  })
  for (const each of all) {
    for (const [part, { out }] of Object.entries(each.answers)) {
      const key = `${each.name} ${part}`
      const before = longest.get(key)
      if (out === '' || (before?.answers[part]?.out.length ?? 0) >= out.length) continue
      longest.set(key, { ...each, part })
    }
  }
  return [...longest.values()]
}

describe.each(Object.entries(ways))(
  'what a host answers %s is read in linear time',
  (_, longer) => {
    it.each(reads())('$name: $part', ({ answers, part, read }) => {
      const { out, ...rest } = answers[part] ?? answer('')
      const took = growth(
        (all: Answers) => orRefuse(() => read(all)),
        (size) => ({
          ...answers,
          [part]: { ...rest, out: longer(out, Math.ceil(size / out.length)) },
        }),
        characters,
      )
      expect(took).toBeLessThan(bound)
    })
  },
)

describe('a rule is read in linear time', () => {
  it('of nft, with a set of many', () => {
    const make = (size: number): string =>
      `tcp dport { ${Array.from({ length: size / 8 }, (_, n) => String(3 * n)).join(', ')} } accept`
    expect(growth(canonicalRule, make, characters)).toBeLessThan(bound)
  })

  it('of iptables, with many words and options', () => {
    for (const word of ['word ', '-s 1 ', '! ']) {
      const make = (size: number): string => `-A INPUT ${word.repeat(size / word.length)}`
      const read = (line: string): string => ruleKey(ruleIn(line) ?? { chain: '', words: [] }, 4)
      expect(growth(read, make, characters)).toBeLessThan(bound)
    }
  })
})

describe('a plan is shown in linear time', () => {
  const after = Array.from({ length: 200 }, (_, n) => `line ${String(n)}\n`).join('')
  it.each([
    ['lines of its own', (n: number) => `own ${String(n)}\n`],
    ['the lines of the new text', (n: number) => `line ${String((n * 7) % 200)}\n`],
    ['one line', () => 'line 5\n'],
    ['empty lines', () => '\n'],
  ])('where a host has many of %s in a file', (_, line) => {
    const make = (size: number): string =>
      Array.from({ length: size / 4 }, (__, n) => line(n)).join('')
    const show = (before: string): readonly string[] =>
      showChange({ what: '/etc/a', before, after, text: true, run: sh`:` }, plain, false)
    expect(growth(show, make, 8000)).toBeLessThan(bound)
  })
})
