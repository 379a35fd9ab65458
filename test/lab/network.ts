import { existsSync } from 'node:fs'
import { must, run } from './command.ts'
import { allCards, networks, tapName } from './topology.ts'
import type { MachineSpec, Network } from './topology.ts'

/** The network namespace which holds a lab's bridges and taps, and in which its controller runs. */
const namespaceName = (lab: string): string => `lbprov-${lab}`

export const namespaceExists = (lab: string): boolean =>
  existsSync(`/run/netns/${namespaceName(lab)}`)

/** Puts a command into the lab's namespace. */
export const inside = (lab: string, argv: readonly string[]): readonly string[] => [
  'ip',
  'netns',
  'exec',
  namespaceName(lab),
  ...argv,
]

const ip = async (lab: string, lines: readonly string[]): Promise<void> => {
  await must(['ip', '-n', namespaceName(lab), '-batch', '-'], { stdin: lines.join('\n') + '\n' })
}

// VRRP is multicast nobody joins, and a port must pass traffic at once: no snooping, no delay.
const bridgeLines = (name: string, { addresses, others = [] }: Network): readonly string[] => [
  `link add ${name} type bridge forward_delay 0 stp_state 0 mcast_snooping 0`,
  `link set ${name} up`,
  ...addresses.map((address) => `address add ${address} dev ${name}`),
  // Deprecated (RFC 4862): nobody speaks from it unasked.
  ...others.map(
    (address) =>
      `address add ${address} dev ${name}${address.includes(':') ? ' preferred_lft 0' : ''}`,
  ),
]

/*
 * The namespace is the gateway between public and remote, and the client: an answer of a far real server comes in
 * on remote with the VIP as its source, which a strict path filter would take for a lie. Its own ARP is tidy.
 */
const before = {
  'ipv4/conf/all/rp_filter': '0',
  'ipv4/conf/default/rp_filter': '0',
  'ipv4/conf/all/arp_ignore': '1',
  'ipv4/conf/all/arp_announce': '2',
  'ipv6/conf/default/accept_dad': '0',
}
const after = {
  'ipv4/conf/public/forwarding': '1',
  'ipv4/conf/remote/forwarding': '1',
  'ipv6/conf/all/forwarding': '1',
}

const set = async (lab: string, settings: Readonly<Record<string, string>>): Promise<void> => {
  const lines = Object.entries(settings).map(
    ([key, value]) => `echo ${value} > /proc/sys/net/${key}`,
  )
  await must(inside(lab, ['sh', '-e', '-c', lines.join('\n')]))
}

/** Makes the namespace with its bridges, if it is not there. */
export const makeNetwork = async (lab: string): Promise<void> => {
  if (namespaceExists(lab)) return
  await must(['ip', 'netns', 'add', namespaceName(lab)])
  await set(lab, before)
  await ip(lab, [
    'link set lo up',
    ...Object.entries(networks).flatMap(([name, network]) => bridgeLines(name, network)),
  ])
  await set(lab, after)
}

/** Makes a machine's taps anew and plugs them into their bridges. */
export const makeTaps = async (lab: string, machine: MachineSpec): Promise<void> => {
  for (const card of allCards(machine)) {
    const tap = tapName(machine, card)
    // A tap whose process was killed stays; a fresh one cannot carry anything over.
    await run(['ip', '-n', namespaceName(lab), 'link', 'delete', tap])
    await ip(lab, [
      `tuntap add dev ${tap} mode tap`,
      `link set ${tap} master ${card.network}`,
      `link set ${tap} up`,
    ])
  }
}

/** Pulls a card's cable out, or puts it back: the machine's own side does not notice. */
export const setPlugged = (lab: string, tap: string, network: string | undefined): Promise<void> =>
  ip(lab, [`link set ${tap} ${network === undefined ? 'nomaster' : `master ${network}`}`])

/** Removes the namespace and all that is in it. */
export const removeNetwork = async (lab: string): Promise<void> => {
  if (namespaceExists(lab)) await must(['ip', 'netns', 'delete', namespaceName(lab)])
}
