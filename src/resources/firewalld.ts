import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource, type Change } from '../resource.ts'
import type { Answer } from '../sh/frame.ts'
import { sh } from '../sh/sh.ts'
import { deviceName } from './device.ts'
import {
  directRedirect,
  ourDirectRules,
  richAccept,
  richLines,
  richRedirect,
  richRule,
  wishedDirect,
  type Rule,
} from './firewalld-rules.ts'
import { ipAddress } from './ip-address.ts'
import { chainName, iptablesWords } from './iptables.ts'
import { replaceFile } from './replace-file.ts'

// Which rich rules are ours: one a line, its zone first. It is longer before a rule is added, and shorter
// only after one is gone, so that none of ours is ever forgotten.
const recordPath = '/etc/lbprov/firewalld-rich'

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
    // Every firewall-cmd is a Python of its own: whole lists, and none that is not needed.
    const rich = devicesOf(should).length > 0 ? sh`:` : sh`[ -s ${recordPath} ] || exit 0`
    return {
      state: sh`command -v firewall-cmd >/dev/null || exit 127; firewall-cmd --state`,
      direct: sh`firewall-cmd --direct --get-all-rules`,
      directSaved: sh`firewall-cmd --permanent --direct --get-all-rules`,
      rich: sh`${rich}; firewall-cmd --list-all-zones`,
      richSaved: sh`${rich}; firewall-cmd --permanent --list-all-zones`,
      // A device in no zone is in the default one.
      zones: sh`for device in ${devicesOf(should)}; do
  zone=$(firewall-cmd --get-zone-of-interface="$device" 2>/dev/null) || zone=$(firewall-cmd --get-default-zone)
  echo "$device $zone"
done`,
      record: sh`[ ! -e ${recordPath} ] || cat ${recordPath}`,
    }
  },
  parse: ({ state, record, ...answers }, should) => {
    const empty = isEmpty(should)
    if (state.exit !== 0) {
      if (empty) return undefined
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
    const zones = said(answers.zones, 'in which zones the interfaces are')
    const zoneOf = new Map(
      zones.split('\n').map((line) => line.split(' ', 2) as [string, string | undefined]),
    )
    const zone = (device: string): string => zoneOf.get(device) ?? ''
    const direct = (answer: Answer): readonly Rule[] =>
      hasDirect ? ourDirectRules(said(answer, 'which direct rules it has')) : []
    const rich = (answer: Answer): readonly string[] =>
      richLines(said(answer, 'which rich rules it has'))
    return {
      wishedDirect: [
        ...should.direct.map(wishedDirect),
        ...(hasDirect ? should.redirects.map(directRedirect) : []),
      ],
      wishedRich: [
        ...(hasDirect ? [] : should.redirects.map((each) => richRedirect(zone(each.device), each))),
        ...should.accepts.map((each) => richAccept(zone(each.device), each.family, each.protocol)),
      ],
      live: { direct: direct(answers.direct), rich: rich(answers.rich) },
      saved: { direct: direct(answers.directSaved), rich: rich(answers.richSaved) },
      record: said(record, `what ${recordPath} holds`)
        .split('\n')
        .filter((line) => line !== ''),
    }
  },
  diff: (_, is) => {
    if (is === undefined) return []
    const wishedLines = [...new Set(is.wishedRich.map(({ line }) => line))]
    // What somebody else put there, both now and permanently, stays theirs.
    const added = wishedLines.filter(
      (line) => !(is.live.rich.includes(line) && is.saved.rich.includes(line)),
    )
    const extended = [...new Set([...is.record, ...added])]
    const shortened = extended.filter((line) => wishedLines.includes(line))
    const side = (now: typeof is.live, what: string, option: readonly string[]) =>
      exact(
        [...is.wishedDirect, ...is.wishedRich],
        [
          ...now.direct,
          ...now.rich
            .filter((line) => is.record.includes(line) || wishedLines.includes(line))
            .map(richRule),
        ],
        what,
        option,
      )
    return [
      ...recorded(is.record, extended),
      ...side(is.live, 'firewalld, live', []),
      ...side(is.saved, 'firewalld, saved', ['--permanent']),
      ...recorded(extended, shortened),
    ]
  },
})

/** Additions before removals. None severs: they accept, mark, masquerade, or redirect what comes for a VIP. */
const exact = (
  wished: readonly Rule[],
  there: readonly Rule[],
  what: string,
  option: readonly string[],
): readonly Change[] => {
  const missing = new Map(wished.map((rule) => [rule.key, rule]))
  for (const { key } of there) missing.delete(key)
  const keys = wished.map(({ key }) => key)
  return [
    ...[...missing.values()].map(({ shown, add }) => ({
      what,
      before: undefined,
      after: shown,
      run: sh`firewall-cmd -q ${option} ${add}`,
    })),
    ...there
      .filter(({ key }) => !keys.includes(key))
      .map(({ shown, remove }) => ({
        what,
        before: shown,
        after: undefined,
        run: sh`firewall-cmd -q ${option} ${remove}`,
      })),
  ]
}

const recorded = (before: readonly string[], after: readonly string[]): readonly Change[] => {
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')
  if (text(before) === text(after)) return []
  return [
    {
      what: recordPath,
      before: before.length === 0 ? undefined : text(before),
      after: after.length === 0 ? undefined : text(after),
      text: true,
      run:
        after.length === 0
          ? sh`rm -f -- ${recordPath}`
          : replaceFile({ path: recordPath, content: [text(after)], mode: '644' }),
    },
  ]
}
