import { spawn } from 'node:child_process'

import type { Channel } from './link.ts'

/** A program of this machine as a channel. */
export interface ChildProgram {
  readonly file: string
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Whether it is killed when the channel is closed; else its stdin ends, and what runs may come to its end. */
  readonly killed: boolean
}

/**
 * In a session of its own: the terminal's Ctrl-C does not reach it. Its stdin ends with this process, however that ends.
 * @throws Error when there is no such program
 */
export const startChild = ({ file, words, env, killed }: ChildProgram): Promise<Channel> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, words, { env, cwd: '/', detached: true, stdio: 'pipe' })
    child.once('error', reject)
    // Nothing was started; where it was for want of descriptors, there are no streams either.
    if (child.pid === undefined) return
    const { stdin, stdout, stderr } = child
    for (const stream of [stdin, stdout, stderr]) stream.on('error', () => undefined)
    child.once('spawn', () =>
      resolve({
        write: (text) => void stdin.write(text),
        listen: (hears) => {
          child.on('close', (exit) => hears.end(exit ?? undefined))
          stdout.on('data', (bytes: Buffer) => hears.data('out', bytes))
          stderr.on('data', (bytes: Buffer) => hears.data('err', bytes))
        },
        close: () => {
          if (killed) child.kill()
          for (const stream of [stdin, stdout, stderr]) stream.destroy()
          child.unref()
        },
      }),
    )
  })
