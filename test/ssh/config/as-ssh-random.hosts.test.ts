import { expect, it } from 'vitest'

import { neverMet, patienceMs, tryRandomCases } from '../random-cases.ts'
import { compare, type Compared, type Outcome } from './as-ssh.ts'
import type { Case } from './cases/case.ts'
import { randomCase } from './random/config.ts'

/** Of a hundred files that either of them reads, so many may be left to ssh: a test of nothing but ssh would show nothing. */
const mostLeftToSsh = 10

const asText = ({ files = {}, config, user, system, ...asked }: Case): string => {
  const all = { config, 'home/.ssh/config': user, 'etc/ssh_config': system, ...files }
  const shown = Object.entries(all).flatMap(([path, text]) =>
    text === undefined ? [] : [`--- ${path}\n${text}`],
  )
  return `${JSON.stringify(asked)}\n${shown.join('')}`
}

const apart = ({ ours, theirs }: Compared): string => {
  const say = (outcome: Outcome): string =>
    'refused' in outcome ? `refuses: ${outcome.refused.trim()}` : 'reads it'
  if ('refused' in ours || 'refused' in theirs) return `lbprov ${say(ours)}\nssh ${say(theirs)}`
  return Object.keys(ours.values)
    .filter((key) => ours.values[key] !== theirs.values[key])
    .map(
      (key) =>
        `${key}: ${String(ours.values[key])} to lbprov, ${String(theirs.values[key])} to ssh`,
    )
    .join('\n')
}

it(
  'random files mean to lbprov what they mean to ssh',
  async () => {
    const counts = await tryRandomCases('ssh_config', randomCase, async (each) => {
      const compared = await compare(each)
      return compared.kind === 'different'
        ? { wrong: `${asText(each)}---\n${apart(compared)}` }
        : { kind: compared.kind }
    })
    const { same = 0, 'left to ssh': left = 0 } = counts
    expect((100 * left) / Math.max(1, same + left)).toBeLessThan(mostLeftToSsh)
    expect(neverMet(counts, ['same', 'both refuse'])).toEqual([])
  },
  patienceMs,
)
