import { describe, expect, it } from 'vitest'

import { arptables } from '../../src/resources/arptables.ts'
import { feed, shells } from '../sh/shells.ts'

/** In place of the tool: a function of the shell that lists these chains, and says what else it is asked for. */
const withChains = (chains: readonly string[]): string => {
  const listing = chains.map((chain) => `Chain ${chain} (policy ACCEPT)\\n`).join('')
  return `arptables() { case "$*" in '-n -L') printf '${listing}' ;; *) echo "$*" ;; esac; }\n`
}

const nothing = { exit: 0, out: '', err: '' }

describe.each(shells)('with %s', (_, shell) => {
  it.each([
    ['INPUT and OUTPUT', ['INPUT', 'OUTPUT', 'FORWARD'], ['INPUT', 'OUTPUT']],
    ['IN and OUT', ['IN', 'OUT', 'FORWARD'], ['IN', 'OUT']],
  ] as const)('rules go into %s where the tool calls its chains so (E1)', (_name, listed, used) => {
    const steps = arptables
      .bind({ rules: [{ vip: '203.0.113.24', source: '203.0.113.21' }] })
      .judge({ live: nothing, record: nothing, saved: nothing, there: nothing })
      .filter(({ what }) => what.endsWith(', live'))
      .map(({ run }) => run.text)
    expect(feed(shell, `${withChains(listed)}${steps.join('\n')}\n`)).toEqual({
      exit: 0,
      out: `-I ${used[0]} -d 203.0.113.24 -j DROP\n-I ${used[1]} -s 203.0.113.24 -j mangle --mangle-ip-s 203.0.113.21\n`,
      err: '',
    })
  })
})
