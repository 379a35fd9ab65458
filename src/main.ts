#!/usr/bin/env node
import { homedir } from 'node:os'

import { program } from './cli/program.ts'
import { processTerminal } from './cli/process-terminal.ts'
import type { World } from './cli/world.ts'
import { LbprovError } from './errors.ts'

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

// Nobody reads any more, or the terminal is gone: as Ctrl-C, and nobody is left to say it twice.
const unheard = (): void => interrupted.abort()
process.on('SIGHUP', unheard)
for (const stream of [process.stdout, process.stderr]) stream.on('error', unheard)

const world: World = {
  terminal: processTerminal(process, interrupted.signal),
  env: process.env,
  home: homedir(),
  signal: interrupted.signal,
}

try {
  process.exitCode = await program(process.argv.slice(2), world)
} catch (error) {
  if (error instanceof LbprovError) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = interrupted.signal.aborted ? 130 : error.exit
  } else {
    process.stderr.write(
      `This is a bug in lbprov: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    // Whatever still draws or waits must not keep a broken run alive.
    process.exit(70)
  }
}
