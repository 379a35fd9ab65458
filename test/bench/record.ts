import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'

import { apply } from '../../src/engine/apply.ts'
import { hangUp, survey } from '../../src/engine/survey.ts'
import { pack } from '../../src/sh/frame.ts'
import { watchedJob } from '../deploy/job.ts'
import { makeWorld } from '../deploy/site.ts'
import type { Work } from './cell.ts'
import type { Cluster } from './inventory.ts'

/** What lbprov has sent in one run. */
export interface Recorded {
  /** A file for each host, in the order of the cluster's: all scripts of all its trips, one behind the other. */
  readonly scriptFiles: readonly string[]
  readonly trips: number
  readonly connections: number
}

/** Does the work in this process, and keeps what went over the wires. */
export const record = async (cluster: Cluster, work: Work): Promise<Recorded> => {
  const scripts = new Map<string, string>()
  let trips = 0
  let connections = 0
  const world = makeWorld('/mnt/home', { out: '', err: '' })
  const job = watchedJob(
    cluster.inventory,
    world,
    {
      dialled: () => (connections += 1),
      trip: (host, steps) => {
        trips += 1
        const script = pack(steps, randomBytes(16).toString('hex'))
        scripts.set(host, (scripts.get(host) ?? '') + script)
      },
    },
    cluster.limit,
  )
  const found = await survey({ ...job, looksOnly: work === 'dry' })
  try {
    const errors = work === 'dry' ? [] : (await apply(job, found)).errors
    const [first] = [...found.lost.values(), ...errors.map(({ error }) => error)]
    if (first !== undefined) throw first
  } finally {
    hangUp(found)
  }
  const folder = `${cluster.folder}/${work}`
  mkdirSync(folder, { recursive: true })
  const scriptFiles = cluster.hosts.map(({ name }) => {
    const file = `${folder}/${name}.sh`
    writeFileSync(file, scripts.get(name) ?? '')
    return file
  })
  return { scriptFiles, trips, connections }
}
