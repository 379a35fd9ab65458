import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import type { Answer } from '../sh/frame.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { enableUnit } from './enable-unit.ts'
import { loadedQuestions, noting, staleFiles } from './service-loaded.ts'

const unitProperties = ['LoadState', 'ActiveState', 'UnitFileState', 'CanReload'] as const

const unitTypes = /\.(automount|mount|path|scope|service|slice|socket|swap|target|timer)$/

// What `systemctl enable` can do nothing more about. A state of this boot only is not among them.
const startsAtBoot = ['enabled', 'static', 'generated', 'alias', 'indirect']

const runningStates = ['active', 'reloading', 'refreshing']
const notRunning = ['inactive', 'failed', 'activating', 'deactivating', 'maintenance']

const readUnit = ({ exit, out, err }: Answer, name: string): Readonly<Record<string, string>> => {
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
  if (unit.LoadState === 'masked') {
    throw new AnswerError(
      `${name} is masked, so it cannot be started; run "systemctl unmask ${name}" there if that is no longer meant, and run again.`,
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
  parse: ({ unit, ...answers }, { name, loads, restart, running }) => {
    const properties = readUnit(unit, name)
    const runs = runningStates.includes(properties.ActiveState ?? '')
    const stale =
      runs && running ? staleFiles(loads, answers).map(({ path }) => baseName(path)) : []
    const canReload = properties.CanReload === 'yes'
    if (stale.length > 0 && !canReload && !restart) {
      throw new AnswerError(
        `${name} runs with an older ${stale.join(', ')} and cannot reload; set "restart: true" for it if a restart may drop its connections, or restart it by hand, and run again.`,
      )
    }
    return {
      enabled: startsAtBoot.includes(properties.UnitFileState ?? ''),
      activity: properties.ActiveState,
      runs,
      stale,
      canReload,
    }
  },
  diff: ({ name, loads, running }, is) => {
    const act = (command: Sh): Sh =>
      noting(
        name,
        loads.map(({ path }) => path),
        sh`${command} ${name} || ${orItsLastWords(name)}`,
      )
    return [
      ...enableUnit(name, is.enabled),
      ...(is.runs || !running
        ? []
        : [
            {
              what: `${name}, live`,
              before: is.activity,
              after: 'running',
              run: lines(start(name), act(sh`systemctl "$verb"`)),
            },
          ]),
      ...(is.stale.length === 0
        ? []
        : [
            {
              what: `${name}, live`,
              before: `running with an older ${is.stale.join(', ')}`,
              after: is.canReload ? 'reloaded' : 'restarted',
              run: act(sh`systemctl ${is.canReload ? 'reload' : 'restart'}`),
            },
          ]),
    ]
  },
})

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/**
 * Sets `verb`. Its package may have started the service since it was asked about, with other files than
 * ours; or it fails again and again, and a mere start would wait for the next time.
 */
const start = (name: string): Sh => sh`systemctl reset-failed ${name} 2>/dev/null
case $(systemctl is-active ${name}) in activating) verb=restart ;; *) verb=reload-or-restart ;; esac`

// A daemon that will not start says why in its journal, not here.
const orItsLastWords = (name: string): Sh =>
  sh`{ code=$?; journalctl -q --no-pager -n 8 -o cat -u ${name} >&2; exit $code; }`
