import { z } from 'zod'

import { canonical, familyOf, isWithin } from '../inventory/address.ts'
import { AnswerError } from '../errors.ts'
import type { Cluster } from '../inventory/cluster.ts'
import type { Vip } from '../inventory/network.ts'
import { parseJson } from '../json.ts'
import type { Resource } from '../resource.ts'
import { file } from '../resources/file.ts'
import type { Place } from './task.ts'

/** What a task remembers on a host from run to run: a list, in a file of its own. */
export interface HostRecord<Entry> {
  /**
   * What the host's text says; no record at all: nothing is remembered.
   * @throws AnswerError for one that no lbprov wrote
   */
  readonly read: (text: string | undefined) => readonly Entry[]
  /** The same for the same entries, in whatever order: so a rerun changes nothing. */
  readonly text: (entries: readonly Entry[]) => string
  /** The entries that a host has of this record. */
  readonly of: (place: Pick<Place, 'records'>) => readonly Entry[]
  /** The file that says so; none where there is nothing to say, and nothing was said before. */
  readonly wish: (place: Pick<Place, 'records'>, entries: readonly Entry[]) => readonly Resource[]
}

const folder = '/var/lib/lbprov/records'
const recordPath = (name: string): string => `${folder}/${name}.json`

/** Whether a resource, by its id, is only what lbprov remembers for itself. */
export const isRecord = (resource: string): boolean => resource.startsWith(`file ${folder}/`)

// Far more than any cluster needs: a host that sends more than this is not well.
const longest = 1_000_000

/** Nobody needs to read in a plan, or to have in a manifest, what lbprov remembers for itself. */
const asMemory = (name: string, record: Resource): Resource => ({
  ...record,
  judge: (answers, earlier) =>
    record.judge(answers, earlier).map(({ run, before }) => ({
      what: `what lbprov remembers here, ${name}`,
      before: before === undefined ? undefined : 'of the last run',
      after: 'of this one',
      run,
    })),
  remember: () => undefined,
})

/**
 * `/var/lib/lbprov/records/NAME.json`. The host may be broken, or hostile, and what stands there goes into commands: the
 * schema lets nothing through that an inventory could not have said.
 */
export const defineRecord = <Schema extends z.ZodType>(
  name: string,
  schema: Schema,
): HostRecord<z.output<Schema>> => {
  const list = z.array(schema)
  const read: HostRecord<z.output<Schema>>['read'] = (text) => {
    if (text === undefined) return []
    const found = list.safeParse(text.length > longest ? undefined : parseJson(text))
    if (found.success) return found.data
    throw new AnswerError(
      `${recordPath(name)} is not as lbprov writes it, so what it told of is not known; look there, move that file away, and run again.`,
    )
  }
  const text: HostRecord<z.output<Schema>>['text'] = (entries) => {
    const lines = [...new Set(entries.map((entry) => JSON.stringify(entry)))].sort()
    return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`
  }
  return {
    read,
    text,
    of: ({ records }) => read(records[name]),
    wish: ({ records }, entries) =>
      entries.length === 0 && records[name] === undefined
        ? []
        : [
            asMemory(
              name,
              file.bind({
                path: recordPath(name),
                content: text(entries),
                owner: 'root',
                group: 'root',
                mode: '600',
              }),
            ),
          ],
  }
}

// What may stand in a record, as the inventory lets it in.

/** The name of a host, a network or a VRRP instance. */
export const recordedName = z.string().regex(/^[A-Za-z][\w.-]{0,67}$/)

/** In the one spelling that lbprov writes. */
export const recordedAddress = z
  .string()
  .max(45)
  .refine((text) => familyOf(text) !== undefined && canonical(text) === text)

export const recordedDevice = z.string().regex(/^[A-Za-z0-9][\w.-]{0,14}$/)

export const recordedProtocol = z.enum(['tcp', 'udp', 'sctp'])

const port = z.int().min(1).max(65535)

export const recordedPorts = z
  .array(z.strictObject({ first: port, last: port }).refine(({ first, last }) => first <= last))
  .min(1)

/** A VIP by its address alone: its name may be another's by now, and its network gone. */
export const vipAt = ({ vips, networks }: Cluster, address: string): Vip => {
  const known = vips.find((vip) => vip.address === address)
  if (known !== undefined) return known
  const network = networks.find(({ subnets }) => subnets.some((each) => isWithin(address, each)))
  // No card is on a network without a name.
  return { name: address, address, family: familyOf(address) ?? 4, network: network?.name ?? '' }
}
