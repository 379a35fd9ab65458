import { about } from './about.ts'
import { estimate } from './estimate.ts'
import { openFleet } from './fleet.ts'
import { roundsOf } from './matrix.ts'
import { readOptions, usage, type Options } from './options.ts'
import { showTables, writePage } from './page.ts'
import { merge, readResults, writeResults, type Entry, type Results } from './results.ts'
import { doRound, openDelays } from './rounds.ts'

const say = (text: string): void => void process.stdout.write(text)

const measureAll = async (options: Options): Promise<Results> => {
  const rounds = roundsOf(options)
  const ms = estimate(rounds, options.runs, readResults().entries)
  say(`${String(rounds.length)} rounds, perhaps ${String(Math.ceil(ms / 60_000))} minutes.\n`)
  const means = about()
  const measured: Entry[] = []
  const fleet = await openFleet()
  const delays = openDelays()
  try {
    for (const round of rounds) {
      const { runs } = options
      const entries = await doRound(round, { fleet, portFor: delays.portFor, runs, say })
      measured.push(...entries)
      // As it goes: a round that fails should not cost the others.
      if (options.save) await writeResults(merge(readResults(), { about: means, entries }))
    }
  } finally {
    delays.close()
    await fleet.close()
  }
  return { about: means, entries: measured }
}

const run = async (argv: readonly string[]): Promise<void> => {
  const options = readOptions(argv)
  if (options.help) {
    say(usage)
    return
  }
  if (!options.print) {
    const results = await measureAll(options)
    if (options.runs > 0) say(`\n${showTables(results)}`)
  }
  if (options.save) await writePage(readResults())
}

await run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
