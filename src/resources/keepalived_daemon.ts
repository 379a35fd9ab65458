import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { parseJson } from '../json.ts'
import type { PeerSettings } from '../peer.ts'
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
import { daemonBack, giveWay } from './keepalived-back.ts'
import type { DaemonIs } from './keepalived-is.ts'
import { changesPeers, standDownChange, standsDown } from './keepalived-stand-down.ts'
import { keepalivedUnit as unit, unlessServed } from './keepalived-unit.ts'
import { tableChanges } from './keepalived-table.ts'
import { loadedQuestions, notedWord, staleFiles } from './service-loaded.ts'
import { readUnit, runningStates, startsAtBoot, unitProperties } from './service.ts'
import { vrrpSettings } from './vrrp-settings.ts'

const peerSettings = z.record(z.string(), z.string())

const schema = z.strictObject({
  part: z
    .enum(['run', 'stand_down', 'give_way', 'look'])
    .describe(
      'stand_down: what must not run beside routers that change what they say in VRRP; give_way: the same, on the way back; look: nothing is done',
    ),
  conf: z.strictObject({
    path: z.string().regex(/^\/[^\0\n]*$/, 'must be an absolute path'),
    sha256: z.string().length(64).optional(),
  }),
  peer: peerSettings
    .default({})
    .describe('What keepalived.conf makes a router say in VRRP, by virtual router and VIP'),
  // As manifests of 0.1 have it in place of `peer`.
  adverts: z.string().optional(),
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

const start = (should: Wish, is: DaemonIs): Change => ({
  what: `${unit}, live`,
  before: is.runs ? 'stopped' : is.activity,
  after: 'running',
  ...(is.runs ? { note: 'it comes back after the router with the VIPs' } : {}),
  adopts: unlessServed(should.vips),
  comesLast: true,
  run: loadConf(should),
})

const reload = (should: Wish, is: DaemonIs): Change => {
  const name = should.conf.path.slice(should.conf.path.lastIndexOf('/') + 1)
  const here = stays(is.holds)
  return {
    what: `${unit}, live`,
    before: `running with an older ${name}`,
    after: 'reloaded',
    note: changesPeers(should, is) ? `what it says in VRRP changes; ${here}` : here,
    adopts: unlessServed(should.vips),
    run: loadConf(should),
  }
}

/** What the run of the unit that is there now says in VRRP; undefined: it cannot be known. */
const runningPeer = (
  path: string,
  file: PeerSettings | undefined,
  answers: Parameters<typeof staleFiles>[1],
): PeerSettings | undefined =>
  // A run that has read the file as it is says what is in it, whether that was noted or not.
  staleFiles([{ path }], answers).length === 0 ? file : readNoted(notedWord(1, answers))

const readNoted = (word: string | undefined): PeerSettings | undefined =>
  peerSettings.safeParse(parseJson(word ?? '')).data

/** What starts keepalived without lbprov: a boot, or systemd, which tries again and again. */
const startsByItself = ({ LoadState, UnitFileState, ActiveState }: Unit): boolean =>
  LoadState !== 'masked' &&
  (startsAtBoot.includes(UnitFileState ?? '') || ActiveState === 'activating')

type Unit = Readonly<Record<string, string>>

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
  parse: (answers, { conf, vips, table }): DaemonIs => {
    const properties = readUnit(answers.unit, unit)
    if (answers.cards.exit !== 0) {
      throw new AnswerError(`cannot read the addresses: ${answers.cards.err.trim()}`)
    }
    const runs = runningStates.includes(properties.ActiveState ?? '')
    const stale = runs && staleFiles([conf], answers).length > 0
    const read = vrrpSettings(answers.conf.out)
    const file = answers.conf.out === '' ? undefined : read.peer
    const watched = [...new Set([...vips, ...read.vips])].sort()
    const ticks = /^\d+$/.test(answers.ticks.out.trim()) ? [Number(answers.ticks.out)] : usualTicks
    return {
      masked: properties.LoadState === 'masked',
      enabled: startsAtBoot.includes(properties.UnitFileState ?? ''),
      activity: properties.ActiveState ?? '',
      runs,
      stale,
      sum: answers.files.out.split(' ')[0]?.trim() ?? '',
      ...(file !== undefined && { file }),
      says: [
        ...(runs ? [runningPeer(conf.path, file, answers)] : []),
        ...(file !== undefined && startsByItself(properties) ? [file] : []),
      ],
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
    if (should.part === 'look' || should.part === 'give_way') return []
    const stoodDown = standsDown(should, is)
    if (should.part === 'stand_down')
      return stoodDown === undefined ? [] : [standDownChange(stoodDown, is)]
    const act = (): readonly Change[] => {
      if (!is.runs || stoodDown === 'live') return [start(should, is)]
      return is.stale ? [reload(should, is)] : tableChanges(should, is)
    }
    return [
      ...enableUnit(unit, is.enabled && stoodDown === undefined).map((change) => ({
        ...change,
        adopts: unlessServed(should.vips),
      })),
      ...act(),
    ]
  },
  peer: {
    desired: ({ peer }) => peer,
    state: ({ runs, says, file: read }) => ({ current: says, isSetUp: runs || read !== undefined }),
  },
  retire: {
    keep: ({ part, conf: { path }, routers }) => ({
      ...{ part, conf: { path }, routers },
      ...{ vips: [], table: [] },
    }),
    wrote: ({ conf }) => conf.sha256 ?? '',
    back: ({ part, ...kept }, found) => {
      if (part === 'run') return daemonBack(kept, found)
      return part === 'give_way' ? giveWay(kept.routers, found) : { changes: [], left: [] }
    },
    formerPeer: (_, { file: read }) => peerSettings.safeParse(read).data,
  },
})
