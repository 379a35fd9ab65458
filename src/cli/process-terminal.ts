import { printable } from '../printable.ts'
import type { Terminal } from '../ui/terminal.ts'
import type { Process } from './ask.ts'

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
    // Most runs ask nobody, and Node's readline takes its time.
    ask: async (question, hidden) => {
      const { ask } = await import('./ask.ts')
      return ask(own, signal, printable(question), hidden !== undefined)
    },
  }
}
