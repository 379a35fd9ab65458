import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, run, sleep } from './command.ts'
import type { Outcome } from './command.ts'
import type { Image } from './image.ts'
import { makeTaps, setPlugged } from './network.ts'
import { machineFolder } from './places.ts'
import { sshCommand } from './ssh.ts'
import { allCards, macAddress, tapName } from './topology.ts'
import type { Card, MachineSpec } from './topology.ts'
import { killKernel, processesOf, startKernel } from './uml.ts'

interface SshOptions {
  readonly stdin?: string
  readonly user?: string
  readonly timeoutMs?: number
}

/** One machine of the lab. Its disk is kept from boot to boot, until it is wiped. */
export interface Machine {
  readonly name: string
  readonly address: string
  readonly isOn: () => boolean
  /** Switches it on if it is off, and waits until all its units have started. */
  readonly boot: () => Promise<void>
  /** Everything the kernel had not written is lost. */
  readonly powerCut: () => Promise<void>
  /** An orderly reboot. */
  readonly reboot: () => Promise<void>
  /** Cuts the power and takes a fresh disk. */
  readonly wipe: () => Promise<void>
  readonly waitUntilReachable: (timeoutMs?: number) => Promise<void>
  /** A command line for the machine's shell, as over any ssh. */
  readonly ssh: (command: string, options?: SshOptions) => Promise<Outcome>
  /** OpenSSH's words for a login as root; a command may follow them. */
  readonly login: readonly string[]
  /** The names of its cards, the management one first. */
  readonly cards: readonly string[]
  /** Who answers for an address is told by this. */
  readonly macOf: (card: string) => string
  /** Pulls a card's cable out of its network. */
  readonly unplug: (card: string) => Promise<void>
  readonly plug: (card: string) => Promise<void>
}

const bootTimeoutMs = 600_000

export const bindMachine = (
  lab: string,
  spec: MachineSpec,
  image: () => Promise<Image>,
): Machine => {
  const folder = machineFolder(lab, spec.name)
  const isOn = (): boolean => processesOf(lab, spec.name).length > 0

  const fail = async (what: string): Promise<never> => {
    const path = join(folder, 'console.log')
    const said = existsSync(path)
      ? (await readFile(path, 'utf8')).trimEnd().split('\n').slice(-8)
      : []
    throw new LabError([`${spec.name} ${what}. Its console (${path}) ends:`, ...said].join('\n  '))
  }

  const ssh = (command: string, options: SshOptions = {}): Promise<Outcome> => {
    const { user, ...rest } = options
    return run([...sshCommand(lab, spec, user === undefined ? {} : { user }), command], rest)
  }

  const waitUntilReachable = async (timeoutMs = bootTimeoutMs): Promise<void> => {
    const deadline = Date.now() + timeoutMs
    const hello = [...sshCommand(lab, spec, { connectTimeoutS: 2 }), 'true']
    while ((await run(hello)).code !== 0) {
      if (!isOn()) await fail('is off')
      if (Date.now() > deadline) await fail(`did not answer within ${String(timeoutMs / 1000)} s`)
      await sleep(250)
    }
  }

  const waitUntilStarted = async (): Promise<void> => {
    const { stdout } = await ssh('systemctl is-system-running --wait', { timeoutMs: bootTimeoutMs })
    if (stdout.trim() === 'running') return
    const failed = await ssh('systemctl --failed --no-legend --plain')
    await fail(`booted, but is "${stdout.trim()}": ${failed.stdout.trim()}`)
  }

  const powerCut = (): Promise<void> => killKernel(lab, spec.name)

  const boot = async (): Promise<void> => {
    if (!isOn()) {
      await makeTaps(lab, spec)
      startKernel(lab, spec, await image())
    }
    await waitUntilReachable()
    await waitUntilStarted()
  }

  const reboot = async (): Promise<void> => {
    // The connection breaks under the command: its exit code tells nothing.
    await ssh('systemctl reboot', { timeoutMs: 20_000 })
    const deadline = Date.now() + 60_000
    while (isOn() && Date.now() < deadline) await sleep(100)
    await powerCut()
    await boot()
  }

  const wipe = async (): Promise<void> => {
    await powerCut()
    await rm(join(folder, 'disk.cow'), { force: true })
  }

  const cardOf = (name: string): Card => {
    const found = allCards(spec).find((card) => card.name === name)
    if (found === undefined) throw new LabError(`${spec.name} has no card "${name}".`)
    return found
  }

  const unplug = (name: string): Promise<void> =>
    setPlugged(lab, tapName(spec, cardOf(name)), undefined)

  const plug = (name: string): Promise<void> =>
    setPlugged(lab, tapName(spec, cardOf(name)), cardOf(name).network)

  return {
    name: spec.name,
    address: spec.address,
    isOn,
    boot,
    powerCut,
    reboot,
    wipe,
    waitUntilReachable,
    ssh,
    login: sshCommand(lab, spec),
    cards: allCards(spec).map((card) => card.name),
    macOf: (card) => macAddress(lab, spec, cardOf(card)),
    unplug,
    plug,
  }
}
