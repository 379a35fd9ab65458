import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import type { Answer } from '../sh/answer.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { enableUnit } from './enable-unit.ts'
import { loadedQuestions, noting, staleFiles } from './service-loaded.ts'

export const unitProperties = ['LoadState', 'ActiveState', 'UnitFileState', 'CanReload'] as const

const unitTypes = /\.(automount|mount|path|scope|service|slice|socket|swap|target|timer)$/

// What `systemctl enable` can do nothing more about. A state of this boot only is not among them.
export const startsAtBoot = ['enabled', 'static', 'generated', 'alias', 'indirect']

export const runningStates = ['active', 'reloading', 'refreshing']
// It runs, or tries to again and again.
const startedStates = [...runningStates, 'activating']
const notRunning = ['inactive', 'failed', 'activating', 'deactivating', 'maintenance']

export const readUnit = (
  { exit, out, err }: Answer,
  name: string,
): Readonly<Record<string, string>> => {
  const unit = Object.fromEntries(
    out.split('\n').map((line) => {
      const equals = line.indexOf('=')
      return [line.slice(0, equals), line.slice(equals + 1)]
    }),
  )
  if (exit !== 0 || ![...runningStates, ...notRunning].includes(unit.ActiveState ?? '')) {
    throw new AnswerError(
      `systemctl cannot say how ${name} is: ${err.trim() || out.trim() || 'no answer'}`,
    )
  }
  return unit
}

export const service = defineResource({
  name: 'service',
  summary: 'A systemd service: enabled, running, and running the files as they are now',
  schema: z.strictObject({
    name: z
      .string()
      .regex(/^[\w@.:][\w@.:-]*$/, 'must be the name of a systemd unit')
      .transform((name) => (unitTypes.test(name) ? name : `${name}.service`)),
    loads: z
      .array(
        z.strictObject({
          path: z.string().regex(/^\/[^\0\n]*$/, 'must be an absolute path'),
          sha256: z.string().length(64).optional(),
        }),
      )
      .default([])
      .describe('Files that it reads when it starts or reloads; it is reloaded when one is newer'),
    restart: z
      .boolean()
      .default(false)
      .describe('It may be restarted where it cannot be reloaded; that drops its connections'),
    running: z
      .boolean()
      .default(true)
      .describe(
        'false: only started at boot, never now, and never stopped; "loads" says nothing then',
      ),
  }),
  id: ({ name }) => name,
  probe: ({ name, loads }) => ({
    unit: sh`systemctl show ${unitProperties.map((property) => sh`-p ${property}`)} ${name}`,
    ...loadedQuestions(
      name,
      loads.map(({ path }) => path),
    ),
  }),
  parse: ({ unit, ...answers }, { name, loads, running }) => {
    const properties = readUnit(unit, name)
    const runs = runningStates.includes(properties.ActiveState ?? '')
    const sums = answers.files.out.split('\n').map((line) => line.split(' ')[0] ?? '')
    return {
      masked: properties.LoadState === 'masked',
      boot: properties.UnitFileState ?? '',
      activity: properties.ActiveState ?? '',
      runs,
      stale: runs && running ? staleFiles(loads, answers).map(({ path }) => path) : [],
      canReload: properties.CanReload === 'yes',
      /** Of the files that it loads, as they are on the disk; a dash for one that is not there. */
      sums: Object.fromEntries(loads.map(({ path }, n) => [path, sums[n] ?? ''])),
    }
  },
  diff: ({ name, loads, restart, running }, is) => {
    if (is.masked) {
      throw new AnswerError(
        `${name} is masked, so it cannot be started; run "systemctl unmask ${name}" there if that is no longer meant, and run again.`,
      )
    }
    if (is.stale.length > 0 && !is.canReload && !restart) {
      throw new AnswerError(
        `${name} runs with an older ${baseNames(is.stale)} and cannot reload; set "restart: true" for it if a restart may drop its connections, or restart it by hand, and run again.`,
      )
    }
    const paths = loads.map(({ path }) => path)
    return [
      ...enableUnit(name, startsAtBoot.includes(is.boot)),
      ...(is.runs || !running
        ? []
        : [
            {
              what: `${name}, live`,
              before: is.activity,
              after: 'running',
              run: lines(start(name), act(name, paths, sh`systemctl "$verb"`)),
            },
          ]),
      ...(is.stale.length === 0
        ? []
        : [
            {
              what: `${name}, live`,
              before: `running with an older ${baseNames(is.stale)}`,
              after: is.canReload ? 'reloaded' : 'restarted',
              run: act(name, paths, sh`systemctl ${is.canReload ? 'reload' : 'restart'}`),
            },
          ]),
    ]
  },
  retire: {
    keep: ({ name, loads, restart, running }) => ({
      name,
      loads: loads.map(({ path }) => ({ path })),
      restart,
      running,
    }),
    // A line for each file, with the text that it was told to read.
    wrote: ({ loads }) =>
      loads
        .flatMap(({ path, sha256 }) => (sha256 === undefined ? [] : [`${path} ${sha256}`]))
        .join('\n'),
    back: ({ name, loads, restart, running }, { before, is, wrote }) => {
      const written = wrote.flatMap((word) => word.split('\n'))
      const paths = loads.map(({ path }) => path)
      // A file of ours will be what it was by then: it goes back before a service that stays.
      const older = paths.filter((path) => {
        const [was, now] = [before.sums[path], is.sums[path] ?? '']
        return (
          is.stale.includes(path) ||
          (was !== undefined && was !== now && written.includes(`${path} ${now}`))
        )
      })
      const stays = before.runs && is.runs && running && older.length > 0
      const mayAct = is.canReload || restart
      return {
        changes: [
          ...(running &&
          startedStates.includes(is.activity) &&
          !startedStates.includes(before.activity)
            ? [
                {
                  what: `${name}, live`,
                  before: is.activity,
                  after: 'stopped',
                  // It waits until the unit has stopped.
                  run: sh`systemctl stop ${name} || ${orItsLastWords(name)}`,
                },
              ]
            : []),
          ...(is.boot === 'enabled' && !startsAtBoot.includes(before.boot)
            ? [
                {
                  what: `${name}, saved`,
                  before: 'enabled',
                  after: 'not started at boot',
                  run: sh`systemctl -q disable ${name}`,
                },
              ]
            : []),
          ...(stays && mayAct
            ? [
                {
                  what: `${name}, live`,
                  before: `running with an older ${baseNames(older)}`,
                  after: is.canReload ? 'reloaded' : 'restarted',
                  run: act(name, paths, sh`systemctl ${is.canReload ? 'reload' : 'restart'}`),
                },
              ]
            : []),
        ],
        left:
          stays && !mayAct
            ? [
                `${name} cannot reload, so it keeps running with an older ${baseNames(older)}; restart it by hand once that may drop its connections.`,
              ]
            : [],
      }
    },
  },
})

const baseNames = (paths: readonly string[]): string =>
  paths.map((path) => path.slice(path.lastIndexOf('/') + 1)).join(', ')

/** Has the unit read its files by a command, and notes what it read. */
const act = (name: string, paths: readonly string[], command: Sh): Sh =>
  noting(name, paths, sh`${command} ${name} || ${orItsLastWords(name)}`)

/**
 * Sets `verb`. Its package may have started the service since it was asked about, with other files than
 * ours; or it fails again and again, and a mere start would wait for the next time.
 */
const start = (name: string): Sh => sh`systemctl reset-failed ${name} 2>/dev/null
case $(systemctl is-active ${name}) in activating) verb=restart ;; *) verb=reload-or-restart ;; esac`

// A daemon that will not start says why in its journal, not here.
const orItsLastWords = (name: string): Sh =>
  sh`{ code=$?; journalctl -q --no-pager -n 8 -o cat -u ${name} >&2; exit $code; }`
