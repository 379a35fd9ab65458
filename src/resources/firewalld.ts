import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import type { Answer } from '../sh/answer.ts'
import { contents } from '../sh/contents.ts'
import { sh, type Sh } from '../sh/sh.ts'
import { deviceName } from './device.ts'
import {
  changesTo,
  reached,
  recordPath,
  wishedOf,
  type Running,
  type Side,
} from './firewalld-plan.ts'
import { ourDirectRules, richLines, richRule, zonedDevices, type Rule } from './firewalld-rules.ts'
import { ipAddress } from './ip-address.ts'
import { chainName, iptablesWords } from './iptables.ts'

const family = z.union([z.literal(4), z.literal(6)])

const schema = z.strictObject({
  redirects: z
    .array(
      z.strictObject({
        address: ipAddress,
        protocol: z.enum(['tcp', 'udp', 'sctp']),
        port: z.string().regex(/^\d+(-\d+)?$/, 'must be a port or FIRST-LAST'),
        device: deviceName,
      }),
    )
    .describe('What comes for an address goes to the host itself'),
  accepts: z
    .array(z.strictObject({ family, protocol: z.literal('vrrp'), device: deviceName }))
    .describe('Protocols let in by the zone of a device'),
  direct: z
    .array(
      z.strictObject({
        family,
        table: z.enum(['filter', 'mangle', 'nat']),
        chain: chainName,
        match: iptablesWords,
        target: iptablesWords,
      }),
    )
    .describe('Rules in the words of iptables(8)'),
})

type Wish = z.output<typeof schema>

const isEmpty = ({ redirects, accepts, direct }: Wish): boolean =>
  redirects.length + accepts.length + direct.length === 0

const devicesOf = ({ redirects, accepts }: Wish): readonly string[] => [
  ...new Set([...redirects, ...accepts].map(({ device }) => device)),
]

// argparse's words for an option that it does not have, or has no more.
const unknownOption = /unrecognized arguments|no such option|ambiguous option/

/** Every firewall-cmd is a Python of its own: whole lists, and none that is not needed, or that nobody would answer. */
const ask = (words: Sh): Sh =>
  sh`command -v firewall-cmd >/dev/null && systemctl -q is-active firewalld || exit 0; exec firewall-cmd ${words}`

const said = ({ exit, out, err }: Answer, what: string): string => {
  if (exit === 0) return out
  throw new AnswerError(`firewall-cmd cannot say ${what}: ${err.trim() || out.trim()}`)
}

export const firewalld = defineResource({
  name: 'firewalld',
  summary: 'Our rules in firewalld, now and permanently; others are kept',
  schema,
  id: () => 'rules',
  probe: (should) => {
    const rich = devicesOf(should).length > 0 ? sh`:` : sh`[ -s ${recordPath} ] || exit 0`
    return {
      state: sh`command -v firewall-cmd >/dev/null || exit 127
systemctl -q is-active firewalld || { echo not running >&2; exit 252; }`,
      direct: ask(sh`--direct --get-all-rules`),
      directSaved: ask(sh`--permanent --direct --get-all-rules`),
      rich: sh`${rich}; ${ask(sh`--list-all-zones`)}`,
      richSaved: sh`${rich}; ${ask(sh`--permanent --list-all-zones`)}`,
      // A device in no zone is in this one.
      defaultZone: sh`${rich}; ${ask(sh`--get-default-zone`)}`,
      record: contents(recordPath),
    }
  },
  parse: ({ state, record, ...answers }, should): Is => {
    const empty = isEmpty(should)
    if (state.exit !== 0) {
      if (empty) return { state: state.exit === 127 ? 'none' : 'stopped', record: linesOf(record) }
      throw new AnswerError(
        `firewalld does not run here (${state.err.trim() || 'there is no firewall-cmd'}), and the inventory wants rules in it; run "systemctl enable --now firewalld" there, or choose another "firewall" or "arp" in the inventory, and run again.`,
      )
    }
    const hasDirect = !(answers.direct.exit !== 0 && unknownOption.test(answers.direct.err))
    if (!hasDirect && should.direct.length > 0) {
      throw new AnswerError(
        `this firewalld has no direct rules any more, and ${should.direct.map(({ table }) => table).join(', ')} rules need them; set "firewall: nftables" for this host in the inventory, and run again.`,
      )
    }
    const direct = (answer: Answer): readonly Rule[] =>
      hasDirect ? ourDirectRules(said(answer, 'which direct rules it has')) : []
    const zones = said(answers.rich, 'which rich rules it has')
    const savedZones = said(answers.richSaved, 'which rich rules it has')
    return {
      state: 'running',
      hasDirect,
      defaultZone: said(answers.defaultZone, 'which its default zone is').trim(),
      zones: zonedDevices(zones),
      live: { direct: direct(answers.direct), rich: richLines(zones) },
      saved: { direct: direct(answers.directSaved), rich: richLines(savedZones) },
      record: linesOf(record),
    }
  },
  diff: (should, is) => (is.state === 'running' ? changesTo(wishedOf(should, is), is) : []),
  after: (should, is) => (is.state === 'running' ? reached(wishedOf(should, is), is) : is),
  retire: {
    keep: () => ({ redirects: [], accepts: [], direct: [] }),
    back: (_, { before, is }) => {
      if (is.state !== 'running') {
        return { changes: [], left: is.state === 'stopped' ? [stopped(is.record)] : [] }
      }
      // What somebody had put there before it was wished is theirs, though the record names it too.
      const without = (side: Side, theirs: Side | undefined): Side => ({
        direct: side.direct,
        rich: side.rich.filter(
          (line) => theirs?.rich.includes(line) !== true || before.record.includes(line),
        ),
      })
      const [live, saved] =
        before.state === 'running' ? [before.live, before.saved] : [undefined, undefined]
      const ours = { ...is, live: without(is.live, live), saved: without(is.saved, saved) }
      return { changes: changesTo({ direct: [], rich: [], lines: [] }, ours), left: [] }
    },
  },
})

type Is = Running | { readonly state: 'stopped' | 'none'; readonly record: readonly string[] }

const linesOf = (record: Answer): readonly string[] =>
  said(record, `what ${recordPath} holds`)
    .split('\n')
    .filter((line) => line !== '')

const stopped = (record: readonly string[]): string =>
  `firewalld does not run here, so what lbprov put into it is left; start it and remove what "firewall-cmd --permanent --direct --get-all-rules" shows with the comment lbprov-firewalld${
    record.length === 0
      ? ''
      : `, and the rich rules ${record.map((line) => `"${richRule(line).shown}"`).join(', ')}`
  }.`
