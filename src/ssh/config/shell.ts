import { spawnSync } from 'node:child_process'

import type { Environment } from './tokens.ts'

const SECONDS = 60

/** Runs a command as OpenSSH runs those of Match exec, in the user's own shell; a sentence's end where that fails. */
export const runInShell = (command: string, env: Environment): boolean | string => {
  const shell = env.SHELL ?? '/bin/sh'
  const { status, error, signal } = spawnSync(shell, ['-c', command], {
    stdio: 'ignore',
    timeout: SECONDS * 1000,
    killSignal: 'SIGKILL',
  })
  if (error !== undefined && (error as NodeJS.ErrnoException).code === 'ETIMEDOUT')
    return `did not end within ${String(SECONDS)} seconds`
  if (error !== undefined) return `could not be run by ${shell}`
  return status === null ? `was ended by ${signal ?? 'a signal'}` : status === 0
}
