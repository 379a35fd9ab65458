import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import { contents } from '../sh/contents.ts'
import { sh } from '../sh/sh.ts'
import { enableUnit } from './enable-unit.ts'
import { heldAddresses } from './held-address.ts'
import { ipAddress } from './ip-address.ts'
import { tableDifferences, usualTicks, wishedServer } from './ipvs-difference.ts'
import { kernelTicks } from './ipvs-mend.ts'
import { ipvsQuestion, parseIpvs } from './ipvs-table.ts'
import { loadConf } from './keepalived-load.ts'
import { daemonBack, type DaemonIs } from './keepalived-back.ts'
import { keepalivedUnit as unit, standDown } from './keepalived-watch.ts'
import { tableChanges } from './keepalived-table.ts'
import { loadedQuestions, notedWord, staleFiles } from './service-loaded.ts'
import { readUnit, runningStates, startsAtBoot, unitProperties } from './service.ts'
import { advertsOf } from './vrrp-adverts.ts'

const schema = z.strictObject({
  part: z
    .enum(['run', 'stand_down'])
    .describe('stand_down: what must not run beside routers that say something else in VRRP'),
  conf: z.strictObject({
    path: z.string().regex(/^\/[^\0\n]*$/, 'must be an absolute path'),
    sha256: z.string().length(64).optional(),
  }),
  adverts: z.string().describe('A sum over what keepalived.conf makes a router say in VRRP'),
  vips: z.array(ipAddress).readonly(),
  table: z.array(wishedServer).readonly().describe('What IPVS must have, where it is loaded'),
  routers: z.int().min(1).describe('How many routers the cluster has'),
})

type Wish = z.output<typeof schema>

const stays = (vips: readonly string[]): string => {
  if (vips.length === 0) return 'this router holds no VIP'
  return vips.length === 1
    ? `the VIP ${vips.join()} stays here`
    : `the VIPs ${vips.join(', ')} stay here`
}

/** It would disagree with the router that holds the VIPs, and holds none. */
const mustStandDown = ({ routers }: Wish, { disagrees, holds }: DaemonIs): boolean =>
  disagrees && holds.length === 0 && routers > 1

const stand = (should: Wish, is: DaemonIs): readonly Change[] =>
  mustStandDown(should, is)
    ? [
        {
          what: `${unit}, live`,
          before: 'running',
          after: 'stopped until the router with the VIPs speaks the new VRRP',
          note: 'two routers that disagree in VRRP would both be master; this one holds no VIP, and starts by itself should the VIPs fall silent',
          needsAll: true,
          run: standDown(is.watched),
        },
      ]
    : []

const start = (should: Wish, is: DaemonIs): Change => ({
  what: `${unit}, live`,
  before: is.runs ? 'stopped' : is.activity,
  after: 'running',
  ...(is.runs ? { note: 'it comes back after the router with the VIPs', needsAll: true } : {}),
  comesLast: true,
  run: loadConf(should),
})

const reload = (should: Wish, is: DaemonIs): Change => {
  const name = should.conf.path.slice(should.conf.path.lastIndexOf('/') + 1)
  const disagrees = is.disagrees && should.routers > 1
  const here = stays(is.holds)
  return {
    what: `${unit}, live`,
    before: `running with an older ${name}`,
    after: 'reloaded',
    note: disagrees ? `what it says in VRRP changes; ${here}` : here,
    ...(disagrees ? { needsAll: true } : {}),
    run: loadConf(should),
  }
}

export const keepalived_daemon = defineResource({
  name: 'keepalived_daemon',
  summary: 'keepalived enabled, running this keepalived.conf, and the IPVS table as in it',
  schema,
  id: ({ part }) => part,
  probe: ({ conf: { path } }) => ({
    unit: sh`systemctl show ${unitProperties.map((property) => sh`-p ${property}`)} ${unit}`,
    ...loadedQuestions(unit, [path]),
    // The very question of the file itself, so that it is put once.
    conf: contents(path),
    cards: sh`ip -o addr`,
    table: ipvsQuestion,
    ticks: kernelTicks,
  }),
  parse: (answers, { conf, adverts, vips, table }): DaemonIs => {
    const properties = readUnit(answers.unit, unit)
    if (answers.cards.exit !== 0) {
      throw new AnswerError(`cannot read the addresses: ${answers.cards.err.trim()}`)
    }
    const runs = runningStates.includes(properties.ActiveState ?? '')
    const stale = runs && staleFiles([conf], answers).length > 0
    const file = advertsOf(answers.conf.out)
    // A run that nobody noted says what is in the file, unless that is newer.
    const says =
      notedWord(1, answers) ??
      (staleFiles([{ path: conf.path }], answers).length === 0 ? file.sum : undefined)
    const watched = [...new Set([...vips, ...file.vips])].sort()
    const ticks = /^\d+$/.test(answers.ticks.out.trim()) ? [Number(answers.ticks.out)] : usualTicks
    return {
      masked: properties.LoadState === 'masked',
      enabled: startsAtBoot.includes(properties.UnitFileState ?? ''),
      activity: properties.ActiveState ?? '',
      runs,
      stale,
      sum: answers.files.out.split(' ')[0]?.trim() ?? '',
      disagrees: stale && says !== adverts,
      holds: heldAddresses(answers.cards.out)
        .filter(({ device, address }) => device !== 'lo' && watched.includes(address))
        .map(({ address }) => address),
      watched,
      table:
        runs && !stale && answers.table.out.trim() !== ''
          ? tableDifferences(table, parseIpvs(answers.table.out), ticks)
          : [],
    }
  },
  diff: (should, is) => {
    if (is.masked) {
      throw new AnswerError(
        `${unit} is masked, so it cannot be started; run "systemctl unmask ${unit}" there if that is no longer meant, and run again.`,
      )
    }
    if (should.part === 'stand_down') return stand(should, is)
    const act = (): readonly Change[] => {
      if (!is.runs || mustStandDown(should, is)) return [start(should, is)]
      return is.stale ? [reload(should, is)] : tableChanges(should, is)
    }
    return [...enableUnit(unit, is.enabled), ...act()]
  },
  retire: {
    keep: ({ part, conf: { path }, adverts, routers }) => ({
      ...{ part, conf: { path }, adverts, routers },
      ...{ vips: [], table: [] },
    }),
    wrote: ({ conf }) => conf.sha256 ?? '',
    back: ({ part, ...kept }, found) =>
      part === 'stand_down' ? { changes: [], left: [] } : daemonBack(kept, found),
  },
})
