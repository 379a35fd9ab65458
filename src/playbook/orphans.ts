import { z } from 'zod'

import { thenForget, type Remembered } from '../engine/memory.ts'
import { AnswerError, LbprovError } from '../errors.ts'
import { inQuotes, tameWord } from '../printable.ts'
import type { Change, Resource } from '../resource.ts'
import { keepalivedConfPath } from '../lvs/keepalived-conf-text.ts'
import { resourceKinds } from '../resources/index.ts'
import { vrrpSettings } from '../resources/vrrp-settings.ts'

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string'

const canBeShown = ({ what, before, after, note }: Change): boolean =>
  [what, before, after, note].every(isText)

/** How a host was before is its own word, and no schema has read it: whatever it says, it ends in a sentence. */
const believed = <Result>(entry: Remembered, step: () => Result): Result => {
  try {
    return step()
  } catch (error) {
    if (error instanceof LbprovError) throw error
    throw new AnswerError(
      `the manifest's line about ${tameWord(entry.id)} is not as lbprov writes it, so it is not known how to take it back; look at /var/lib/lbprov/manifest there.`,
      { cause: error },
    )
  }
}

/** A line of the manifest as a wish to have the host back as it was. */
const wayBackOf = (entry: Remembered): Resource => {
  const kind = resourceKinds.find(({ name }) => name === entry.kind)
  if (kind === undefined) {
    throw new AnswerError(
      `the manifest tells of a ${inQuotes(entry.kind)}, which this lbprov does not know; a newer one wrote it, so run that one.`,
    )
  }
  const resource = believed(entry, () => kind.orphan(entry))
  return {
    ...resource,
    judge: (answers) =>
      believed(entry, () => {
        const changes = resource.judge(answers)
        if (!changes.every(canBeShown)) throw new TypeError('a change without words')
        return changes
      }),
    ...(resource.left !== undefined && {
      left: (answers) => believed(entry, () => (resource.left?.(answers) ?? []).map(String)),
    }),
  }
}

/** The same; done, the line goes too. */
const orphan = (entry: Remembered): Resource => {
  const resource = wayBackOf(entry)
  return {
    ...resource,
    judge: (answers) =>
      resource
        .judge(answers)
        .map((change, n, { length }) =>
          n === length - 1 ? { ...change, run: thenForget(entry.id, change.run) } : change,
        ),
  }
}

/**
 * The way back of each kind, first to last: whoever serves stops, a VIP goes before the silence about it and before the
 * unit that knows it (E6), what lives before what is saved (a guard may take it back), the kernel's own last. Not the
 * order in which the lines were written: they come from many runs.
 */
const wayBack: readonly string[] = [
  'keepalived_daemon',
  'loopback_vips',
  'service',
  'boot_unit',
  'firewalld',
  'iptables',
  'nft_table',
  'arptables',
  'silent_segment',
  'route',
  'address',
  'link',
  'file',
  'ifupdown_sources',
  'sysctl',
  'kernel_module',
]

/** A service that ran before is not stopped but reads its old files again, once they are there. */
const ranBefore = ({ kind, before }: Remembered): boolean =>
  (kind === 'service' || kind === 'keepalived_daemon') &&
  (before as { readonly runs?: unknown } | undefined)?.runs === true

/** A daemon that goes with the cluster: it stops before anything that it needs. */
export const isStopped = (entry: Remembered): boolean =>
  (entry.kind === 'service' || entry.kind === 'keepalived_daemon') && !ranBefore(entry)

const rank = (entry: Remembered): number => {
  const n = wayBack.indexOf(ranBefore(entry) ? 'sysctl' : entry.kind)
  return n === -1 ? wayBack.length : n
}

const byWayBack = (a: Remembered, b: Remembered): number =>
  rank(a) - rank(b) || b.since[0] - a.since[0] || b.since[1] - a.since[1]

const isDaemon = ({ kind, wish }: Remembered): boolean =>
  kind === 'keepalived_daemon' && (wish as { readonly part?: unknown }).part === 'run'

/**
 * Routers on which keepalived ran before lbprov, and that would disagree with the one that has the VIPs as soon as that
 * one has its former file: they stop first. The line stays for `orphansOf`.
 */
export const givingWay = (manifest: readonly Remembered[]): readonly Resource[] =>
  withFormerSettings(manifest)
    .filter((entry) => isDaemon(entry) && ranBefore(entry))
    .map((entry) => ({ ...entry, wish: { ...(entry.wish as object), part: 'give_way' } }))
    .map(wayBackOf)

/** 0.1 did not keep what the former file says in VRRP; but the file itself. */
const withFormerSettings = (manifest: readonly Remembered[]): readonly Remembered[] => {
  const file = formerFile.safeParse(manifest.find(({ id }) => id === `file ${keepalivedConfPath}`))
  const text = file.data?.before.held?.text
  if (text === undefined) return manifest
  return manifest.map((entry) =>
    isDaemon(entry)
      ? { ...entry, before: { file: vrrpSettings(text).peer, ...(entry.before as object) } }
      : entry,
  )
}

const formerFile = z.object({
  before: z.object({ held: z.object({ text: z.string() }).optional() }),
})

/** What these lines of a manifest remember, to be taken back, in the order in which that is safe. */
export const orphansOf = (manifest: readonly Remembered[]): readonly Resource[] =>
  [...withFormerSettings(manifest)].sort(byWayBack).map(orphan)
