import { parseArgs } from 'node:util'

import { contestants, topologies, works } from './cell.ts'
import type { Narrowing } from './matrix.ts'

export const usage = `npm run bench -- [OPTION…]: with none, everything, which takes hours.
  --hosts 1,20,50              how many hosts
  --rtt 0,10,50                how far away they are, milliseconds
  --work ${works.join(',')}
  --with ${contestants.join(',')}
  --topology ${topologies.join('|')}
  --runs 5                     after one that does not count; 0 only tries whether all works
  --no-save                    print the tables, and leave test/bench/results.json and docs/performance.md as they are
  --print                      write docs/performance.md from test/bench/results.json, and measure nothing
What is measured takes the place of the same cells in the results; all others stay.
`

export interface Options extends Narrowing {
  readonly runs: number
  readonly save: boolean
  /** Only the page, from what there is. */
  readonly print: boolean
  readonly help: boolean
}

const words = <Word extends string>(
  text: string | undefined,
  known: readonly Word[],
): readonly Word[] | undefined =>
  text?.split(',').map((each) => {
    const word = known.find((one) => one === each)
    if (word === undefined) throw new Error(`"${each}" is none of ${known.join(', ')}\n\n${usage}`)
    return word
  })

const numbers = (text: string | undefined, least: number): readonly number[] | undefined =>
  text?.split(',').map((each) => {
    const number = Number(each)
    if (Number.isInteger(number) && number >= least && number <= 1000) return number
    throw new Error(`"${each}" is no whole number from ${String(least)} to 1000\n\n${usage}`)
  })

/** @throws Error with the usage */
export const readOptions = (argv: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      hosts: { type: 'string' },
      rtt: { type: 'string' },
      work: { type: 'string' },
      with: { type: 'string' },
      topology: { type: 'string' },
      runs: { type: 'string', default: '5' },
      'no-save': { type: 'boolean', default: false },
      print: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    topology: words(values.topology, topologies)?.[0] ?? 'nat',
    hosts: numbers(values.hosts, 1),
    rtt: numbers(values.rtt, 0),
    work: words(values.work, works),
    who: words(values.with, contestants),
    runs: numbers(values.runs, 0)?.[0] ?? 5,
    save: !values['no-save'] && values.runs !== '0',
    print: values.print,
    help: values.help,
  }
}
