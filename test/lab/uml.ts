import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { LabError, sleep } from './command.ts'
import type { Image } from './image.ts'
import { inside } from './network.ts'
import { machineFolder } from './places.ts'
import { allCards, macAddress, talents, tapName } from './topology.ts'
import type { MachineSpec } from './topology.ts'

/** The leader of a machine's own session, and when it began: a number alone may be someone else's by now. */
interface Leader {
  readonly pid: number
  readonly began: string
}

// Fields of /proc/PID/stat after the name, which is in brackets and may hold anything.
const statFields = (pid: number | string): readonly string[] => {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

const startOf = (pid: number): string | undefined => statFields(pid)[19]

const sessionMembers = (leader: number): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const [state, , , session] = statFields(name)
      return session === String(leader) && state !== 'Z'
    })
    .map(Number)

const leaderPath = (lab: string, machine: string): string =>
  join(machineFolder(lab, machine), 'leader.json')

const readLeader = (lab: string, machine: string): Leader | undefined => {
  try {
    return JSON.parse(readFileSync(leaderPath(lab, machine), 'utf8')) as Leader
  } catch {
    return undefined
  }
}

/** The machine's processes on the controller; none when it is off. */
export const processesOf = (lab: string, machine: string): readonly number[] => {
  const leader = readLeader(lab, machine)
  if (leader === undefined) return []
  const began = startOf(leader.pid)
  // The leader may be dead and its number taken by a stranger, whose session this is not.
  if (began !== undefined && began !== leader.began) return []
  return sessionMembers(leader.pid)
}

const commandLine = (lab: string, machine: MachineSpec, image: Image): readonly string[] => {
  const folder = machineFolder(lab, machine.name)
  const cards = allCards(machine)
  return [
    'linux.uml',
    `ubd0=${join(folder, 'disk.cow')},${image.disk}`,
    `mem=${String(machine.memoryMb ?? 192)}M`,
    'root=/dev/ubda',
    'rw',
    'rootfstype=ext4',
    'rootflags=noinit_itable',
    'con=null',
    'con0=null,fd:1',
    `umid=${machine.name}`,
    `uml_dir=${folder}`,
    // A machine that reboots ends here, whole: whoever asked for it boots it again.
    'noreboot',
    'quiet',
    'loglevel=4',
    'net.ifnames=0',
    'selinux=0',
    'pty.legacy_count=0',
    'systemd.show_status=0',
    `systemd.machine_id=${createHash('md5').update(`${lab}/${machine.name}`).digest('hex')}`,
    `lab.host=${machine.name}`,
    `lab.address=${machine.address}/24`,
    `lab.cards=${cards.map((card) => card.name).join(',')}`,
    ...talents.filter((talent) => machine[talent] === true).map((talent) => `lab.${talent}`),
    ...cards.map(
      (card, number) =>
        `vec${String(number)}:transport=tap,ifname=${tapName(machine, card)},mac=${macAddress(lab, machine, card)}`,
    ),
  ]
}

/** Starts the machine's kernel in a session of its own; it outlives this process. */
export const startKernel = (lab: string, machine: MachineSpec, image: Image): void => {
  const folder = machineFolder(lab, machine.name)
  mkdirSync(folder, { recursive: true })
  const log = openSync(join(folder, 'console.log'), 'w')
  const [program = '', ...words] = inside(lab, commandLine(lab, machine, image))
  const child = spawn(program, words, { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  child.on('error', () => undefined)
  child.unref()
  const began = child.pid === undefined ? undefined : startOf(child.pid)
  if (child.pid === undefined || began === undefined) {
    throw new LabError(`${machine.name}: its kernel did not start; is user-mode-linux installed?`)
  }
  writeFileSync(leaderPath(lab, machine.name), JSON.stringify({ pid: child.pid, began }))
}

/** Kills every process of the machine at once, as a power cut does. */
export const killKernel = async (lab: string, machine: string): Promise<void> => {
  for (;;) {
    const members = processesOf(lab, machine)
    if (members.length === 0) break
    for (const pid of members) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It went with its leader.
      }
    }
    await sleep(20)
  }
  rmSync(leaderPath(lab, machine), { force: true })
}
