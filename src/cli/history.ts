import { z } from 'zod'

import { WishError } from '../errors.ts'
import { printable } from '../printable.ts'
import { readYaml } from '../yaml.ts'
import { readTextFile } from '../text-file.ts'
import { stateFolder } from './journal.ts'
import { listed, readRuns, type Of, type Run } from './past-runs.ts'
import type { World } from './world.ts'

export interface HistoryOptions {
  /** One run, by its id or by the beginning of it. */
  readonly run?: string
}

const changedOn = ({ outcomes }: Run): ReadonlyMap<string, number> => {
  const hosts = new Map<string, number>()
  for (const { host, changed = 0 } of outcomes) {
    if (changed > 0) hosts.set(host, (hosts.get(host) ?? 0) + changed)
  }
  return hosts
}

const results: Readonly<Record<number, string>> = {
  0: 'done',
  5: 'rolled back',
  130: 'interrupted',
}

const resultOf = ({ end }: Run): string =>
  end === undefined ? 'did not end' : (results[end.exit] ?? `failed (exit ${String(end.exit)})`)

/** `2026-11-21 18:05:33Z`. */
const moment = (when: string): string => when.replace('T', ' ').replace(/\.\d+/, '')

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const showList = (runs: readonly Run[]): string => {
  const head = ['when', 'run', 'who', 'cluster', 'command', 'changed', 'result']
  const rows = runs.map((run) => {
    const hosts = [...changedOn(run)].map(([host, n]) => `${host} ${String(n)}`)
    const { about } = run
    return [
      moment(about.when),
      about.run,
      about.who,
      about.cluster,
      about.command,
      hosts.join(', ') || 'nothing',
      resultOf(run),
    ]
  })
  return table([head, ...rows])
}

const showChange = ({ what, before, after }: Of<'change'>): string =>
  // Whole texts of a file are too long here; the journal has them.
  [before, after].some((each) => each?.includes('\n') === true)
    ? what
    : `${what}: ${before ?? 'nothing'} → ${after ?? 'nothing'}`

/** What was planned for a host in a phase, and what became of it. */
const showRun = (run: Run): string => {
  const { about, changes, outcomes, faults, end } = run
  const places = [
    ...new Map(
      [...changes, ...outcomes].map(({ host, phase }) => [JSON.stringify([host, phase]), host]),
    ),
  ].map(([place, host]) => ({ host, phase: (JSON.parse(place) as readonly string[])[1] ?? '' }))
  const hosts = [...new Set(places.map(({ host }) => host))]
  const seconds = end === undefined ? '' : `, ${end.seconds.toFixed(1)} s`
  return [
    `run ${about.run} of ${about.who}, ${moment(about.when)}`,
    `lbprov ${about.version} ${about.command} ${about.inventory}: ${resultOf(run)}${seconds}`,
    ...hosts.flatMap((host) => [
      host,
      ...places
        .filter((place) => place.host === host)
        .flatMap(({ phase }) => {
          const here = (each: { readonly host: string; readonly phase: string }): boolean =>
            each.host === host && each.phase === phase
          const message = outcomes.find(here)?.message ?? 'planned; how far it got is not known'
          return [
            `  ${phase}: ${message.replaceAll('\n', '\n    ')}`,
            ...changes.filter(here).map((change) => `    ${showChange(change)}`),
          ]
        }),
    ]),
    ...faults.map(({ message }) => `✘ ${message}`),
  ].join('\n')
}

/** The cluster's name alone: an inventory of today may be wrong, or want a secret that history needs not. */
const clusterIn = (inventory: string): string => {
  const { value } = readYaml(inventory, readTextFile(inventory))
  const read = z.looseObject({ cluster: z.string().regex(/^\w[\w.-]*$/) }).safeParse(value)
  if (read.success) return read.data.cluster
  throw new WishError(
    `${inventory}: does not say which cluster it is; give it a "cluster:", or leave the inventory out to see all runs.`,
  )
}

/** `lbprov history`: the exit code. */
export const historyCommand = (
  inventory: string | undefined,
  options: HistoryOptions,
  world: World,
): number => {
  const folder = stateFolder(world)
  const clusters = inventory === undefined ? listed(folder) : [clusterIn(inventory)]
  const { runs, unread } = readRuns(clusters, folder)
  for (const sentence of unread) world.terminal.err(`${printable(sentence)}\n`)
  if (options.run === undefined) {
    const text =
      runs.length === 0 ? `No run has changed anything from here (${folder}).` : showList(runs)
    world.terminal.out(`${printable(text)}\n`)
    return 0
  }
  const wanted = options.run
  const [run, another] =
    wanted === '' ? [] : runs.filter(({ about }) => about.run.startsWith(wanted))
  if (run === undefined || another !== undefined) {
    const why = run === undefined ? 'there is no such run' : 'several runs begin so'
    throw new WishError(`--run ${wanted}: ${why}; "lbprov history" lists them.`)
  }
  world.terminal.out(`${printable(showRun(run))}\n`)
  return 0
}
