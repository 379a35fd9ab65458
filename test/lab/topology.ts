import { createHash } from 'node:crypto'

/** Addresses on the public network that belong to the client too, for requests from clients of different addresses. */
export const clients = {
  4: ['203.0.113.201', '203.0.113.202', '203.0.113.203', '203.0.113.204'],
  6: ['2001:db8:113::201', '2001:db8:113::202', '2001:db8:113::203', '2001:db8:113::204'],
} as const

export interface Network {
  /** The controller's own addresses on it, the one it speaks from first. */
  readonly addresses: readonly string[]
  /** More addresses of the controller, used only by those who ask for them. */
  readonly others?: readonly string[]
}

/** The networks that every lab has. The controller is the gateway between the public and the remote one. */
export const networks = {
  mgmt: { addresses: ['192.0.2.1/24'] },
  public: {
    addresses: ['203.0.113.254/24', '2001:db8:113::1/64'],
    // A second gateway, for a real server that has one of its own.
    others: [
      '203.0.113.253/24',
      ...clients[4].map((address) => `${address}/24`),
      ...clients[6].map((address) => `${address}/64`),
    ],
  },
  private: { addresses: [] },
  remote: { addresses: ['198.51.100.1/24', '2001:db8:198::1/64'] },
} as const satisfies Readonly<Record<string, Network>>

export type NetworkName = keyof typeof networks

/** A network card: its name on the machine and the network it is plugged into. */
export interface Card {
  readonly name: string
  readonly network: NetworkName
}

/** What a machine may be born with beside its management address: each is a word on its kernel's command line. */
export const talents = ['web', 'ftp', 'dns', 'firewalld'] as const

/** A machine before it is built; it is born with nothing but its management address and its talents. */
export interface MachineSpec extends Readonly<Partial<Record<(typeof talents)[number], boolean>>> {
  readonly name: string
  readonly address: string
  readonly cards: readonly Card[]
  readonly memoryMb?: number
}

const addresses = {
  lb1: '192.0.2.11',
  lb2: '192.0.2.12',
  lb3: '192.0.2.13',
  rs1: '192.0.2.21',
  rs2: '192.0.2.22',
  rs3: '192.0.2.23',
} as const

type Name = keyof typeof addresses

/** A machine whose cards are plugged into these networks, eth0 first. */
const machine = (name: Name, ...plugged: readonly NetworkName[]): MachineSpec => ({
  name,
  address: addresses[name],
  cards: plugged.map((network, number) => ({ name: `eth${String(number)}`, network })),
})

const realServer = (name: Name, ...plugged: readonly NetworkName[]): MachineSpec => ({
  ...machine(name, ...plugged),
  web: true,
})

/** Two routers between the public and the private network, three web servers behind them. */
export const natTopology: readonly MachineSpec[] = [
  machine('lb1', 'public', 'private'),
  machine('lb2', 'public', 'private'),
  realServer('rs1', 'private'),
  realServer('rs2', 'private'),
  realServer('rs3', 'private'),
]

/** The NAT cluster, and a third router to replace one of the two. */
export const choreographyTopology: readonly MachineSpec[] = [
  ...natTopology,
  machine('lb3', 'public', 'private'),
]

/** All on the public network, where the VIPs are; rs2 has a second card. */
export const directTopology: readonly MachineSpec[] = [
  machine('lb1', 'public'),
  machine('lb2', 'public'),
  { ...realServer('rs1', 'public'), dns: true },
  { ...realServer('rs2', 'public', 'private'), dns: true },
  { ...realServer('rs3', 'public'), dns: true },
]

/** Routers here, real servers behind a gateway: a tunnelled packet is routed on its way. */
export const tunnelTopology: readonly MachineSpec[] = [
  machine('lb1', 'public'),
  machine('lb2', 'public'),
  realServer('rs1', 'remote'),
  realServer('rs2', 'remote'),
]

/** Like the NAT cluster, with two real servers that serve files and names too. */
export const servicesTopology: readonly MachineSpec[] = [
  machine('lb1', 'public', 'private'),
  machine('lb2', 'public', 'private'),
  { ...realServer('rs1', 'private'), ftp: true, dns: true },
  { ...realServer('rs2', 'private'), ftp: true, dns: true },
]

/** This topology, with firewalld running on one machine; python needs its memory. */
export const withFirewalld = (
  topology: readonly MachineSpec[],
  ...names: readonly string[]
): readonly MachineSpec[] =>
  topology.map((spec) =>
    names.includes(spec.name) ? { ...spec, firewalld: true, memoryMb: 256 } : spec,
  )

/** Topologies by name, for the command line. */
export const topologies: Readonly<Record<string, readonly MachineSpec[]>> = {
  nat: natTopology,
  choreography: choreographyTopology,
  direct: directTopology,
  tunnel: tunnelTopology,
  services: servicesTopology,
}

/** All cards, the management one first. */
export const allCards = (spec: MachineSpec): readonly Card[] => [
  { name: 'mgmt', network: 'mgmt' },
  ...spec.cards,
]

/** The controller's end of a card; unique in the lab's namespace. */
export const tapName = (spec: MachineSpec, card: Card): string => `${spec.name}-${card.name}`

/** A steady, locally administered MAC address. */
export const macAddress = (lab: string, spec: MachineSpec, card: Card): string => {
  const sum = createHash('sha256').update(`${lab}/${spec.name}/${card.name}`).digest('hex')
  return ['02', ...(sum.slice(0, 10).match(/../g) ?? [])].join(':')
}
