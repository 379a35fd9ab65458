import type { HostMemory } from '../engine/memory.ts'
import type { Facts } from '../engine/survey.ts'
import { AnswerError, LbprovError } from '../errors.ts'
import { hostsOf, type Cluster } from '../inventory/cluster.ts'
import { records } from '../lvs/index.ts'
import { inQuotes } from '../printable.ts'

const ownNames = ({ name, renamedFrom }: Cluster): readonly string[] => [name, ...renamedFrom]

/** The clusters that a host's manifest names, and that this inventory does not speak for. */
const strangers = (cluster: Cluster, memory: HostMemory): readonly string[] => {
  const own = ownNames(cluster)
  return [...new Set(memory.manifest.map((line) => line.cluster))].filter(
    (name) => !own.includes(name),
  )
}

/**
 * A host belongs to one cluster, and what it remembers is whole.
 * @throws AnswerError where it is another cluster's, or a record is damaged
 */
export const admit = (cluster: Cluster, host: string, memory: HostMemory): void => {
  const [other] = strangers(cluster, memory)
  if (other !== undefined) {
    throw new AnswerError(
      `${host}: belongs to the cluster ${inQuotes(other)}, as lbprov's manifest there says, and this inventory is of ${inQuotes(cluster.name)}; nothing was changed. If ${cluster.name} is only a new name for it, write "renamed_from: ${other}" into the inventory; else correct how ${host} is reached, or clean the host by the inventory of ${other} first.`,
    )
  }
  for (const record of records) {
    try {
      record.of(memory)
    } catch (error) {
      if (error instanceof LbprovError)
        throw new AnswerError(`${host}: ${error.message}`, { cause: error })
      throw error
    }
  }
}

/**
 * A host that left the inventory, as a router remembers it: it must not be one that is still in it.
 * @throws AnswerError where it has an address of such a one
 */
export const admitDeparted = (cluster: Cluster, host: string, facts: Facts): void => {
  admit(cluster, host, facts.memory)
  const held = new Set(facts.platform.addresses)
  for (const { name, interfaces } of hostsOf(cluster)) {
    const own = interfaces
      .flatMap(({ addresses }) => addresses)
      .find(({ address }) => held.has(address))
    if (own === undefined) continue
    throw new AnswerError(
      `${host}: has the address ${own.address}, which the inventory gives to ${name}, so it is ${name} that would be taken apart; nothing was changed. Take ${own.address} off the one that left, or let the routers forget it with --forget.`,
    )
  }
}
