import { spawn } from 'node:child_process'

import type { Environment } from './tokens.ts'

const SECONDS = 60

/** Runs a command as OpenSSH runs those of Match exec, in the user's own shell: whether it ended well; else a sentence's end. */
export const runInShell = (command: string, env: Environment): Promise<boolean | string> => {
  const shell = env.SHELL ?? '/bin/sh'
  return new Promise((resolve) => {
    const child = spawn(shell, ['-c', command], {
      env,
      stdio: 'ignore',
      timeout: SECONDS * 1000,
      killSignal: 'SIGKILL',
    })
    child.once('error', () => resolve(`could not be run by ${shell}`))
    child.once('exit', (status, signal) => {
      if (status !== null) resolve(status === 0)
      else if (child.killed) resolve(`did not end within ${String(SECONDS)} seconds`)
      else resolve(`was ended by ${signal ?? 'a signal'}`)
    })
  })
}
