import { homedir, hostname, userInfo } from 'node:os'

import { version } from './cli/version.ts'
import type { World } from './cli/world.ts'
import { LbprovError, cause } from './errors.ts'
import { printable } from './printable.ts'

const interrupted = new AbortController()

// The first Ctrl-C lets the running script end; whoever asks twice means it.
const interrupt = (): void => {
  if (interrupted.signal.aborted) process.exit(130)
  process.stderr.write(
    '\nInterrupted: the running step ends, nothing new begins. Again to leave at once.\n',
  )
  interrupted.abort()
}
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)

// A run that stood still would keep its hosts locked, and their guards would take back what it does not confirm.
process.on('SIGTSTP', () => {
  process.stderr.write('\nNot suspended: hosts may wait for lbprov; Ctrl-C ends it.\n')
})

// The terminal is gone, or nobody reads any more: as Ctrl-C, and nobody is left to say it twice.
process.on('SIGHUP', () => interrupted.abort())
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    interrupted.abort()
    if (error.code === 'EPIPE') return
    process.exitCode = 1
    const sentence = `What lbprov says could not be written: ${cause(error.code)}.\n`
    if (stream === process.stdout) process.stderr.write(sentence)
  })
}

/** A user of whom this machine knows no name has the number. */
const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'root')
  }
}

const worldOf = (terminal: World['terminal']): World => ({
  terminal,
  env: { ...process.env },
  conceal: (variable) => {
    Reflect.deleteProperty(process.env, variable)
  },
  childEnv: process.env,
  home: homedir(),
  user: userName(),
  hostname: hostname(),
  signal: interrupted.signal,
})

const words = process.argv.slice(2)

/** Its answer is there before commander would be. */
const onlyAsksVersion = words.length === 1 && /^(?:-V|--version)$/.test(words[0] ?? '')

const run = async (): Promise<void> => {
  try {
    if (onlyAsksVersion) {
      process.stdout.write(`${version()}\n`)
      return
    }
    const { processTerminal } = await import('./cli/process-terminal.ts')
    const { program } = await import('./cli/program.ts')
    const code = await program(words, worldOf(processTerminal(process, interrupted.signal)))
    process.exitCode ??= code
  } catch (error) {
    if (error instanceof LbprovError) {
      process.stderr.write(`${printable(error.message)}\n`)
      process.exitCode = interrupted.signal.aborted ? 130 : error.exit
    } else {
      process.stderr.write(
        `This is a bug in lbprov: ${printable(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
      )
      // Whatever still draws or waits must not keep a broken run alive.
      process.exit(70)
    }
  }
}

void run()
