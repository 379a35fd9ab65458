import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

import type { RunInfo } from '../engine/lock.ts'
import { changed, count } from '../engine/outcome.ts'
import { cause } from '../errors.ts'
import { showJson } from '../json.ts'
import { jsonScreen } from '../ui/json-screen.ts'
import type { Screen, Skipped } from '../ui/screen.ts'
import type { World } from './world.ts'

/** What the first line of a journal says, beside what the run says of itself. */
export interface JournalFacts {
  readonly run: RunInfo
  /** The inventory's path as it was given. */
  readonly inventory: string
  /** The sum of inventory and playbook. */
  readonly digest: string
  /** `apply`, `destroy`, … */
  readonly command: string
  readonly skipped: Skipped
}

/** One run on the controller's disk, line by line as it happens. Nothing that goes wrong with it stops a run. */
export interface Journal {
  readonly tell: Screen['tell']
  readonly plan: Screen['plan']
  readonly end: (report: Parameters<Screen['end']>[0], exit: number, seconds: number) => void
  /** Why it is not written, or not to its end. */
  readonly warning: string | undefined
}

/** XDG Base Directory Specification 0.8: a path that is not absolute is none. */
export const stateFolder = ({ env, home }: Pick<World, 'env' | 'home'>): string => {
  const given = env.XDG_STATE_HOME ?? ''
  return join(isAbsolute(given) ? given : join(home, '.local', 'state'), 'lbprov')
}

/** `2026-11-21T18-05-33Z-RUNID.jsonl`: sorted by name is sorted by time. */
const fileName = ({ since, id }: RunInfo): string =>
  `${new Date(since)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')}-${id}.jsonl`

const terminalOf = (out: (text: string) => void) => ({
  out,
  err: out,
  interactive: false,
  drawn: false,
  colour: false,
  ask: () => Promise.resolve(''),
})

/**
 * Opens the journal of a run that is about to change something, and says in it whose run it is. Each line is on its way to
 * the disk when `tell` returns: what a killed run leaves is what it did.
 */
export const openJournal = (
  world: Pick<World, 'env' | 'home'>,
  { run, inventory, digest, command, skipped }: JournalFacts,
): Journal => {
  const folder = join(stateFolder(world), run.cluster)
  const path = join(folder, fileName(run))
  let file: number | undefined
  let warning: string | undefined
  const attempt = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      const why = cause((error as NodeJS.ErrnoException).code)
      warning ??= `The journal of this run cannot be written (${path}: ${why}), so "lbprov history" will not know all of it; the run goes on.`
      const open = file
      file = undefined
      if (open !== undefined) closeSync(open)
    }
  }
  const write = (line: string): void =>
    attempt(() => {
      if (file !== undefined) appendFileSync(file, line)
    })

  attempt(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    file = openSync(path, 'ax', 0o600)
  })
  const { id, who, cluster, version, since } = run
  const when = new Date(since).toISOString()
  const first = { type: 'run', run: id, when, who, cluster, command, inventory, digest, version }
  write(`${showJson(first)}\n`)
  const screen = jsonScreen(terminalOf(write), skipped)
  return {
    tell: (event) => screen.tell(event),
    plan: (found) => screen.plan(found),
    end: (report, exit, seconds) => {
      void screen.end(report, seconds)
      const failed = count(report, 'failed') + count(report, 'rolled-back')
      const last = { type: 'end', exit, changed: changed(report), failed, seconds }
      write(`${showJson(last)}\n`)
      attempt(() => {
        if (file !== undefined) closeSync(file)
        file = undefined
      })
    },
    get warning() {
      return warning
    },
  }
}
