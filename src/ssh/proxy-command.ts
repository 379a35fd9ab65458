import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { setTimeout } from 'node:timers/promises'

import { tame } from '../printable.ts'
import type { Environment } from './config/tokens.ts'
import { makeLast } from './last-text.ts'

/** What ssh_config's ProxyCommand connects to. */
export interface Proxy {
  readonly stream: Duplex
  /** Ends it, and tells how it ended. */
  readonly lastWords: () => Promise<ProxyEnd>
  readonly close: () => void
}

export interface ProxyEnd {
  /** Undefined: it was ended. */
  readonly exit: number | undefined
  /** Tamed. */
  readonly said: string
}

const mostKept = 2 ** 16

/** For what is still on its way when the command has ended; a child of its own may keep the pipe open. */
const lastWordsMs = 500

// Ctrl-C and Ctrl-Z reach everybody at the terminal, and lbprov ends in its own time. Not every shell can say so.
const undisturbed = `trap '' INT TSTP; exec "$@"`

/**
 * Runs the user's own command from ssh_config, in the user's own shell as OpenSSH does; its standard input and output are
 * the connection.
 */
export const startProxy = (command: string, env: Environment): Proxy => {
  const shell = env.SHELL === undefined || env.SHELL === '' ? '/bin/sh' : env.SHELL
  const words = ['-c', undisturbed, 'sh', shell, '-c', `exec ${command}`]
  const child = spawn('/bin/sh', words, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const heard = makeLast(mostKept)
  child.stderr.on('data', (bytes: Buffer) => heard.add(bytes.toString('utf8')))
  for (const stream of child.stdio) stream?.on('error', () => undefined)
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin })
  stream.on('error', () => undefined)
  let exit: number | undefined
  const closed = new Promise<void>((resolve) => {
    child.on('exit', (code) => (exit = code ?? undefined)).on('close', resolve)
    child.on('error', () => resolve())
  })
  const close = (): void => {
    stream.destroy()
    // A child of its own may hold this one for as long as it likes.
    child.stderr.destroy()
    child.kill('SIGHUP')
    child.unref()
  }
  return {
    stream,
    close,
    lastWords: async () => {
      const patience = setTimeout(lastWordsMs)
      await Promise.race([closed, patience])
      close()
      return { exit, said: tame(heard.text()) }
    },
  }
}
