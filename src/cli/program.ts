import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'

import { WishError } from '../errors.ts'
import type { ApplyOptions } from './apply.ts'
import type { CheckOptions } from './check.ts'
import type { DrainOptions } from './drain.ts'
import type { HistoryOptions } from './history.ts'
import type { LeaveOptions } from './leave.ts'
import type { RenderOptions } from './render.ts'
import { version } from './version.ts'
import type { World } from './world.ts'

const wholeNumber = (text: string): number => {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 to 9999.')
}

const seconds = (text: string): number => {
  const [, number = '', unit = ''] = /^(\d{1,6})([smh]?)$/.exec(text) ?? []
  if (number === '') throw new InvalidArgumentError('It must be a time such as 90, 90s or 5m.')
  return Number(number) * ({ h: 3600, m: 60 }[unit] ?? 1)
}

const collect = (name: string, names: readonly string[] = []): readonly string[] => [
  ...names,
  ...name.split(',').map((each) => each.trim()),
]

const sshConfigFile = [
  '-F, --ssh-config <file>',
  "in place of your own and the system's ssh_config",
] as const

/** What every run on hosts has: how they are reached, how many at once, and how it is shown. */
const shownOptions = (command: Command): Command =>
  command
    .option(...sshConfigFile)
    .option(
      '-K, --ask-become-pass',
      'ask for the password that sudo or doas wants, before all else',
    )
    .option('--forks <n>', 'hosts at once', wholeNumber, 50)
    .option('--json', 'one JSON object a line on stdout, and nothing else there')
    .option('--verbose', 'show the commands behind each change')

/** What `apply` and `plan` have in common: which hosts and phases, and how it is shown. */
const runOptions = (command: Command): Command =>
  shownOptions(
    command
      .argument('<inventory>', 'the cluster, in YAML')
      .option('--limit <hosts>', 'only these hosts: names and patterns, with commas: lb1,rs*')
      .option('--playbook <file>', 'your own phases and tasks instead of the shipped ones')
      .option('--phase <name>', 'only this phase; may be given again', collect),
  )

// What a command does is loaded with it: whoever asks for the version does not wait for ssh2.
const build = (world: World, exit: (code: number) => void): Command => {
  const { terminal } = world
  const lbprov = new Command('lbprov')
    .description('Brings an LVS cluster to what one inventory says, over SSH.')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showSuggestionAfterError()
    .showHelpAfterError('See --help for what can be said.')

  runOptions(lbprov.command('apply'))
    .description('connect, show the plan as a diff, ask, apply in phases, prove it')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'end after the diff; nothing on any host is changed')
    .option('--exit-code', 'with --dry-run: exit 3 when there are changes')
    .option('--plan <file>', 'follow this saved plan, unless a host has moved since')
    .action(async (inventory: string, options: ApplyOptions) => {
      const { applyCommand } = await import('./apply.ts')
      exit(await applyCommand(inventory, options, world))
    })

  runOptions(lbprov.command('plan'))
    .description('a dry run; with -o it is saved for "apply --plan"')
    .option('-o, --output <file>', 'where the plan is saved')
    .option('--exit-code', 'exit 3 when there are changes')
    .action(async (inventory: string, options: ApplyOptions) => {
      const { applyCommand } = await import('./apply.ts')
      exit(await applyCommand(inventory, { ...options, dryRun: true }, world))
    })

  const leaveOptions = (command: Command): Command =>
    shownOptions(
      command
        .option('--yes', 'do not ask')
        .option('--dry-run', 'show what would go, and change nothing'),
    )

  leaveOptions(lbprov.command('remove'))
    .description('leave a host that left the inventory as it was found')
    .argument('<inventory>', 'the cluster, in YAML, without the host')
    .argument('<host>', 'its name, as the routers remember it')
    .option('--forget', 'the host is gone for good: only let the routers forget it')
    .action(async (inventory: string, host: string, options: LeaveOptions) => {
      const { removeCommand } = await import('./leave.ts')
      exit(await removeCommand(inventory, host, options, world))
    })

  leaveOptions(lbprov.command('destroy'))
    .description('take a whole cluster off its hosts, and leave them as they were found')
    .argument('<inventory>', 'the cluster, in YAML')
    .action(async (inventory: string, options: LeaveOptions) => {
      const { destroyCommand } = await import('./leave.ts')
      exit(await destroyCommand(inventory, options, world))
    })

  const drainOptions = (command: Command): Command =>
    shownOptions(
      command.argument('<inventory>', 'the cluster, in YAML').argument('<real-server>', 'its name'),
    )

  drainOptions(lbprov.command('drain'))
    .description('send no new connections to a real server, until "undrain"')
    .option('--timeout <time>', 'how long its connections are waited for: 90, 90s, 5m', seconds, 60)
    .action(async (inventory: string, name: string, options: DrainOptions) => {
      const { drainCommand } = await import('./drain.ts')
      exit(await drainCommand(inventory, name, options, world))
    })

  drainOptions(lbprov.command('undrain'))
    .description('send it connections again')
    .action(async (inventory: string, name: string, options: DrainOptions) => {
      const { undrainCommand } = await import('./drain.ts')
      exit(await undrainCommand(inventory, name, { ...options, timeout: 0 }, world))
    })

  lbprov
    .command('history')
    .description('the runs of this machine that changed something, or tried to')
    .argument('[inventory]', 'only the runs of this cluster')
    .option('--run <id>', 'one run, host by host: its id, or the beginning of it')
    .action(async (inventory: string | undefined, options: HistoryOptions) => {
      const { historyCommand } = await import('./history.ts')
      exit(historyCommand(inventory, options, world))
    })

  lbprov
    .command('check')
    .description('everything that can be found wrong without connecting')
    .argument('<inventory>', 'the cluster, in YAML')
    .option('--playbook <file>', 'check this playbook with it')
    .option(...sshConfigFile)
    .action(async (inventory: string, options: CheckOptions) => {
      const { checkCommand } = await import('./check.ts')
      exit(await checkCommand(inventory, options, world))
    })

  lbprov
    .command('render')
    .description('write every file that hosts would get, offline; secrets are masked')
    .argument('<inventory>', 'the cluster, in YAML')
    .requiredOption('-o, --output <dir>', 'where to; a directory for each host')
    .option('--playbook <file>', 'your own phases and tasks instead of the shipped ones')
    .option('--show-secrets', 'write them in the clear, in files that only you may read')
    .addOption(
      new Option('--provider <provider>', 'for hosts of which the inventory does not say it')
        .choices(['ifcfg', 'ifupdown'])
        .default('ifcfg'),
    )
    .action(async (inventory: string, options: RenderOptions) => {
      const { renderCommand } = await import('./render.ts')
      exit(renderCommand(inventory, options, world))
    })

  lbprov
    .command('schema')
    .description("print the inventory's JSON Schema, for editors")
    .action(async () => {
      const { schemaCommand } = await import('./schema.ts')
      exit(schemaCommand(world))
    })

  return lbprov
}

/**
 * Runs one command line and returns its exit code.
 * @throws LbprovError
 */
export const program = async (words: readonly string[], world: World): Promise<number> => {
  let code = 0
  const lbprov = build(world, (exit) => {
    code = exit
  })
  try {
    await lbprov.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Commander has said it already; 2 is "the command line is wrong".
    return error.exitCode === 0 ? 0 : new WishError('').exit
  }
  return code
}
