import { openFleet } from './fleet.ts'
import { roundsOf } from './matrix.ts'
import { readOptions } from './options.ts'
import { doRound, openDelays } from './rounds.ts'
import { median } from './results.ts'
const options = readOptions(process.argv.slice(2))
const fleet = await openFleet()
const delays = openDelays()
for (const round of roundsOf(options)) {
  const entries = await doRound(round, { fleet, portFor: delays.portFor, runs: options.runs, say: (text) => process.stdout.write(text) })
  for (const e of entries) console.log(e.who, median(e.wallMs), median(e.cpuMs), median(e.peakMb), e.trips, e.connections)
}
delays.close()
await fleet.close()
