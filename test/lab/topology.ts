import { createHash } from 'node:crypto'

/** The networks that every lab has; an address is the controller's own on it. */
export const networks = {
  mgmt: { address: '192.0.2.1/24' },
  public: { address: '203.0.113.254/24' },
  private: { address: undefined },
} as const

type NetworkName = keyof typeof networks

/** A network card: its name on the machine and the network it is plugged into. */
export interface Card {
  readonly name: string
  readonly network: NetworkName
}

/** A machine before it is built; it is born with nothing but its management address. */
export interface MachineSpec {
  readonly name: string
  readonly address: string
  readonly cards: readonly Card[]
  readonly web?: boolean
  readonly memoryMb?: number
}

const router = (name: string, address: string): MachineSpec => ({
  name,
  address,
  cards: [
    { name: 'eth0', network: 'public' },
    { name: 'eth1', network: 'private' },
  ],
})

const realServer = (name: string, address: string): MachineSpec => ({
  name,
  address,
  cards: [{ name: 'eth0', network: 'private' }],
  web: true,
})

/** Two routers between the public and the private network, three web servers behind them. */
export const natTopology: readonly MachineSpec[] = [
  router('lb1', '192.0.2.11'),
  router('lb2', '192.0.2.12'),
  realServer('rs1', '192.0.2.21'),
  realServer('rs2', '192.0.2.22'),
  realServer('rs3', '192.0.2.23'),
]

/** All cards, the management one first. */
export const allCards = (machine: MachineSpec): readonly Card[] => [
  { name: 'mgmt', network: 'mgmt' },
  ...machine.cards,
]

/** The controller's end of a card; unique in the lab's namespace. */
export const tapName = (machine: MachineSpec, card: Card): string => `${machine.name}-${card.name}`

/** A steady, locally administered MAC address. */
export const macAddress = (lab: string, machine: MachineSpec, card: Card): string => {
  const sum = createHash('sha256').update(`${lab}/${machine.name}/${card.name}`).digest('hex')
  return ['02', ...(sum.slice(0, 10).match(/../g) ?? [])].join(':')
}
