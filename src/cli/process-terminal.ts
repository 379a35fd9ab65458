import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

import { printable } from '../printable.ts'
import type { Terminal } from '../ui/terminal.ts'

type Process = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env' | 'kill' | 'pid'>

const ask = async (
  own: Process,
  signal: AbortSignal,
  question: string,
  hidden: boolean,
): Promise<string> => {
  const { stdin, stderr } = own
  let muted = false
  // The question and what is typed are written through here; a passphrase is not.
  const echo = new Writable({
    write: (chunk: Buffer, _, done) => {
      if (!muted) stderr.write(chunk)
      done()
    },
  })
  const reader = createInterface({ input: stdin, output: echo, terminal: true })
  // While it reads, Ctrl-C is a key like any other; what it means is decided where signals are.
  reader.on('SIGINT', () => own.kill(own.pid, 'SIGINT'))
  const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')))
  try {
    const answer = reader.question(question, { signal })
    muted = hidden
    return await Promise.race([answer, ended])
  } catch {
    return ''
  } finally {
    reader.close()
    if (hidden) stderr.write('\n')
  }
}

/** The terminal of a process. Questions go to stderr, so that stdout holds only what was asked for. */
export const processTerminal = (own: Process, signal: AbortSignal): Terminal => {
  const { stdout, stderr, env } = own
  const drawn = stdout.isTTY && env.TERM !== 'dumb' && env.CI === undefined
  return {
    out: (text) => void stdout.write(text),
    // Errors are in no colour, so whatever else is in one is somebody's who would paint the screen.
    err: (text) => void stderr.write(printable(text)),
    // Node opens stdin when somebody first looks at it, which takes its time.
    get interactive() {
      return stderr.isTTY && own.stdin.isTTY
    },
    drawn,
    colour: stdout.isTTY && env.TERM !== 'dumb' && (env.NO_COLOR ?? '') === '',
    ask: (question, hidden) => ask(own, signal, printable(question), hidden !== undefined),
  }
}
