import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

export type Process = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env' | 'kill' | 'pid'>

/** What is typed in answer to a question, without its line's end; nothing where nobody answers any more. */
export const ask = async (
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
  // While it reads, Ctrl-C and Ctrl-Z are keys like any other; what they mean is decided where signals are.
  for (const signal of ['SIGINT', 'SIGTSTP']) reader.on(signal, () => own.kill(own.pid, signal))
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
