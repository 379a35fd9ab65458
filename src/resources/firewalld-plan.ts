import type { Change } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import {
  directRedirect,
  richAccept,
  richRedirect,
  richRule,
  wishedDirect,
  type Redirect,
  type RichRule,
  type Rule,
  type WishedDirect,
} from './firewalld-rules.ts'
import type { Family } from './ip-address.ts'
import { removeOwn } from './own-files.ts'
import { replaceFile } from './replace-file.ts'

// Which rich rules are ours: one a line, its zone first. It is longer before a rule is added, and shorter
// only after one is gone, so that none of ours is ever forgotten.
export const recordPath = '/etc/lbprov/firewalld-rich'

/** What is wished of firewalld. */
interface Wish {
  readonly redirects: readonly (Redirect & { readonly device: string })[]
  readonly accepts: readonly {
    readonly family: Family
    readonly protocol: string
    readonly device: string
  }[]
  readonly direct: readonly WishedDirect[]
}

export interface Side {
  readonly direct: readonly Rule[]
  /** All of them: which are ours, the record says. */
  readonly rich: readonly string[]
}

export interface Running {
  readonly state: 'running'
  readonly hasDirect: boolean
  readonly defaultZone: string
  readonly zones: readonly (readonly [device: string, zone: string])[]
  readonly live: Side
  readonly saved: Side
  readonly record: readonly string[]
}

interface Wished {
  readonly direct: readonly Rule[]
  readonly rich: readonly RichRule[]
  /** Those of `rich`, each once. */
  readonly lines: readonly string[]
}

export const wishedOf = ({ redirects, accepts, direct }: Wish, is: Running): Wished => {
  const zone = (device: string): string =>
    is.zones.find(([each]) => each === device)?.[1] ?? is.defaultZone
  // No zone was asked for where neither a wish of now nor the record has anything to do with one.
  const zoned = <Each extends { readonly device: string }>(all: readonly Each[]): readonly Each[] =>
    all.filter(({ device }) => zone(device) !== '')
  const rich = [
    ...(is.hasDirect ? [] : zoned(redirects).map((each) => richRedirect(zone(each.device), each))),
    ...zoned(accepts).map((each) => richAccept(zone(each.device), each.family, each.protocol)),
  ]
  return {
    direct: [...direct.map(wishedDirect), ...(is.hasDirect ? redirects.map(directRedirect) : [])],
    rich,
    lines: [...new Set(rich.map(({ line }) => line))],
  }
}

/** The record with what will be added. What somebody else put there, both now and permanently, stays theirs. */
const extended = ({ live, saved, record }: Running, { lines }: Wished): readonly string[] => [
  ...new Set([
    ...record,
    ...lines.filter((line) => !(live.rich.includes(line) && saved.rich.includes(line))),
  ]),
]

export const changesTo = (wished: Wished, is: Running): readonly Change[] => {
  const longer = extended(is, wished)
  const side = (now: Side, what: string, option: readonly string[]): readonly Change[] =>
    exact(
      [...wished.direct, ...wished.rich],
      [
        ...now.direct,
        ...now.rich
          .filter((line) => is.record.includes(line) || wished.lines.includes(line))
          .map(richRule),
      ],
      what,
      option,
    )
  return [
    ...recorded(is.record, longer),
    ...side(is.live, 'firewalld, live', []),
    ...side(is.saved, 'firewalld, saved', ['--permanent']),
    ...recorded(
      longer,
      longer.filter((line) => wished.lines.includes(line)),
    ),
  ]
}

/** How it will be once all that is wished is there, and nothing else of ours. */
export const reached = (wished: Wished, is: Running): Running => {
  const side = ({ direct, rich }: Side): Side => ({
    direct: [
      ...direct.filter(({ key }) => wished.direct.some((each) => each.key === key)),
      ...wished.direct.filter(({ key }) => !direct.some((each) => each.key === key)),
    ],
    rich: [
      ...new Set([
        ...rich.filter((line) => !is.record.includes(line) || wished.lines.includes(line)),
        ...wished.lines,
      ]),
    ],
  })
  return {
    ...is,
    live: side(is.live),
    saved: side(is.saved),
    record: extended(is, wished).filter((line) => wished.lines.includes(line)),
  }
}

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
          ? removeOwn(recordPath)
          : replaceFile({ path: recordPath, content: [text(after)], mode: '644' }),
    },
  ]
}
