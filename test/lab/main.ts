import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { LabError, runHere } from './command.ts'
import { openLab } from './lab.ts'
import type { Lab } from './lab.ts'
import { namespaceExists } from './network.ts'
import { requireRoot, setup } from './requirements.ts'
import { labFolder } from './places.ts'
import { natTopology, topologies } from './topology.ts'

const usage = `Usage: npm run lab -- [--name NAME] [--topology NAME] VERB

  setup              install the packages the lab needs
  up [HOST...]       boot these machines, or all: ${natTopology.map(({ name }) => name).join(' ')}
                     with --topology ${Object.keys(topologies).join(' | ')}: which networks they stand on
  status             which machines are on
  ssh HOST [WORD...] a shell on a machine, or one command
  run WORD...        a command on the controller, inside the lab's network, with the lab's HOME
  cut HOST           cut a machine's power
  boot HOST          switch it on again, with the disk it had
  down               end the lab and remove all it made`

const options = {
  name: { type: 'string', default: 'lab' },
  topology: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

const say = (line: string): void => {
  console.error(line)
}

const requireUp = (lab: Lab): void => {
  if (!namespaceExists(lab.name)) {
    throw new LabError(`The lab "${lab.name}" is not up. Next: npm run lab -- up`)
  }
}

const requireHost = (words: readonly string[]): string => {
  const [host] = words
  if (host === undefined) throw new LabError(`Which machine?\n${usage}`)
  return host
}

// A running lab is asked about under the topology that it was made with.
const topologyPath = (name: string): string => join(labFolder(name), 'topology')

const rememberedTopology = (name: string): string => {
  try {
    return readFileSync(topologyPath(name), 'utf8')
  } catch {
    return 'nat'
  }
}

const open = (name: string, topology: string): Lab => {
  const machines = topologies[topology]
  if (machines !== undefined) return openLab({ name, machines, say })
  throw new LabError(
    `"${topology}" is no topology; there are ${Object.keys(topologies).join(', ')}.`,
  )
}

const status = (lab: Lab): void => {
  if (!namespaceExists(lab.name)) say(`The lab "${lab.name}" is down.`)
  for (const machine of lab.machines) {
    console.log(`${machine.name}\t${machine.address}\t${machine.isOn() ? 'on' : 'off'}`)
  }
}

const up = async (lab: Lab, topology: string, hosts: readonly string[]): Promise<void> => {
  const began = Date.now()
  await lab.up(hosts.length === 0 ? undefined : hosts)
  writeFileSync(topologyPath(lab.name), topology)
  say(`Up in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  status(lab)
}

const ssh = (lab: Lab, words: readonly string[]): Promise<number> =>
  runHere([...lab.machine(requireHost(words)).login, ...words.slice(1)])

const run = (lab: Lab, words: readonly string[]): Promise<number> => {
  if (words.length === 0) throw new LabError(`Which command?\n${usage}`)
  return runHere(lab.inside(words), { ...process.env, HOME: lab.home })
}

const perform = async (
  lab: Lab,
  topology: string,
  verb: string | undefined,
  words: readonly string[],
): Promise<number> => {
  switch (verb) {
    case 'setup':
      await setup(say)
      return 0
    case 'up':
      await up(lab, topology, words)
      return 0
    case 'status':
      status(lab)
      return 0
    case 'down':
      requireRoot()
      await lab.down()
      return 0
    case 'ssh':
      requireUp(lab)
      return ssh(lab, words)
    case 'run':
      requireUp(lab)
      return run(lab, words)
    case 'cut':
      await lab.machine(requireHost(words)).powerCut()
      return 0
    case 'boot':
      requireUp(lab)
      await lab.machine(requireHost(words)).boot()
      return 0
    case undefined:
      throw new LabError(usage)
    default:
      throw new LabError(`"${verb}" is no verb of the lab.\n${usage}`)
  }
}

try {
  const argv = process.argv.slice(2)
  const { tokens } = parseArgs({
    args: argv,
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  // Only the words before the verb are ours: an option behind it may belong to the command that is run.
  const verbAt = tokens.find((token) => token.kind === 'positional')?.index ?? argv.length
  const { values } = parseArgs({ args: argv.slice(0, verbAt), options })
  if (values.help === true) {
    console.log(usage)
  } else {
    const [verb, ...words] = argv.slice(verbAt)
    const topology = values.topology ?? rememberedTopology(values.name)
    process.exitCode = await perform(open(values.name, topology), topology, verb, words)
  }
} catch (error) {
  const known =
    error instanceof LabError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')
  console.error(known === true && error instanceof Error ? error.message : error)
  process.exitCode = 1
}
