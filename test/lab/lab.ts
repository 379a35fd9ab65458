import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { LabError, run } from './command.ts'
import type { CommandOptions, Outcome } from './command.ts'
import { prepareImage } from './image.ts'
import type { Image } from './image.ts'
import { bindMachine } from './machine.ts'
import type { Machine } from './machine.ts'
import { inside, makeNetwork, namespaceExists, removeNetwork } from './network.ts'
import { homeFolder, labFolder, machinesFolder } from './places.ts'
import { requireSetup } from './requirements.ts'
import { makeHome } from './ssh.ts'
import { natTopology } from './topology.ts'
import type { MachineSpec } from './topology.ts'
import { killKernel } from './uml.ts'

export interface LabOptions {
  /** Labs of different names live side by side. */
  readonly name?: string
  readonly machines?: readonly MachineSpec[]
  readonly say?: (line: string) => void
}

export interface Lab {
  readonly name: string
  /** HOME for a controller: .ssh/id_ed25519 opens every machine, .ssh/known_hosts knows them all. */
  readonly home: string
  readonly machines: readonly Machine[]
  /** Boots these machines, or all of them, side by side; fresh disks for those that have none. */
  readonly up: (names?: readonly string[]) => Promise<void>
  /** Boots these machines with fresh disks, whatever they were before. */
  readonly fresh: (names: readonly string[]) => Promise<void>
  /** Ends the lab's machines, network and files; there may be nothing left to end. */
  readonly down: () => Promise<void>
  readonly isUp: () => boolean
  readonly machine: (name: string) => Machine
  /** The words that put a command into the lab's network. */
  readonly inside: (argv: readonly string[]) => readonly string[]
  /** Runs a command on the controller, in the lab's network, with the lab's home. */
  readonly inNamespace: (argv: readonly string[], options?: CommandOptions) => Promise<Outcome>
}

const checkNames = (name: string, machines: readonly MachineSpec[]): void => {
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) {
    throw new LabError(
      `"${name}" cannot name a lab: small letters, digits and hyphens, at most 32.`,
    )
  }
  // A tap is named for its machine and card, and the kernel takes 15 characters.
  const long = machines.find((machine) => !/^[a-z0-9]{1,10}$/.test(machine.name))
  if (long !== undefined) {
    throw new LabError(
      `"${long.name}" cannot name a machine: small letters and digits, at most 10.`,
    )
  }
}

const removeLeftovers = async (name: string): Promise<void> => {
  const machines = existsSync(machinesFolder(name)) ? readdirSync(machinesFolder(name)) : []
  await Promise.all(machines.map((machine) => killKernel(name, machine)))
  await removeNetwork(name)
  await rm(labFolder(name), { recursive: true, force: true })
}

/** A lab, up or not yet. Nothing happens before up(). */
export const openLab = (options: LabOptions = {}): Lab => {
  const { name = 'lab', machines: specs = natTopology, say = () => undefined } = options
  checkNames(name, specs)
  let prepared: Promise<Image> | undefined
  const image = (): Promise<Image> => (prepared ??= prepareImage(say))
  const machines = specs.map((spec) => bindMachine(name, spec, image))

  const machine = (wanted: string): Machine => {
    const found = machines.find((one) => one.name === wanted)
    if (found !== undefined) return found
    const names = machines.map((one) => one.name).join(', ')
    throw new LabError(`There is no machine "${wanted}" in the lab; there are ${names}.`)
  }

  const isUp = (): boolean => namespaceExists(name) && machines.some((one) => one.isOn())

  const up = async (names?: readonly string[]): Promise<void> => {
    const wanted = names === undefined ? machines : names.map(machine)
    await requireSetup()
    // Without a running machine, whatever is there was left by a crash.
    if (!isUp()) await removeLeftovers(name)
    await mkdir(labFolder(name), { recursive: true })
    await makeHome(name, specs, await image())
    await makeNetwork(name)
    await Promise.all(wanted.map((one) => one.boot()))
  }

  const fresh = async (names: readonly string[]): Promise<void> => {
    await Promise.all(names.map((one) => machine(one).wipe()))
    await up(names)
  }

  const inNamespace = (argv: readonly string[], given: CommandOptions = {}): Promise<Outcome> => {
    if (!namespaceExists(name)) {
      throw new LabError(`The lab "${name}" is not up. Next: npm run lab -- up`)
    }
    const env = { ...process.env, HOME: homeFolder(name), ...given.env }
    return run(inside(name, argv), { ...given, env })
  }

  return {
    name,
    home: homeFolder(name),
    machines,
    up,
    fresh,
    down: () => removeLeftovers(name),
    isUp,
    machine,
    inside: (argv) => inside(name, argv),
    inNamespace,
  }
}
