import { dirname, join, resolve as absolute } from 'node:path'

import { WishError } from '../../errors.ts'
import type { SshConfig } from './host-config.ts'
import { resolve, type Asker } from './resolve.ts'
import { runInShell } from './shell.ts'
import { readSources, type Top } from './sources.ts'
import { toHostConfig } from './to-host-config.ts'
import type { Environment } from './tokens.ts'

export interface ReadOptions {
  /** -F's: a file, or `none`. Undefined: the user's and the system's own. */
  readonly file: string | undefined
  readonly home: string
  /** Who runs lbprov. */
  readonly user: string
  /** This machine, as gethostname(2) knows it. */
  readonly localHost: string
  readonly env: Environment
  /** Who logs in where nobody says it, for `%r` and `Match user`. OpenSSH's own choice: `user`. */
  readonly defaultUser?: string | undefined
  readonly systemFile?: string | undefined
  /** Runs a command of Match exec: whether it ended well. */
  readonly run?: ((command: string) => boolean) | undefined
}

const SYSTEM_FILE = '/etc/ssh/ssh_config'

const topsOf = ({ file, home, systemFile = SYSTEM_FILE }: ReadOptions): readonly Top[] => {
  const folder = join(home, '.ssh')
  if (file?.toLowerCase() === 'none') return []
  if (file !== undefined)
    return [{ path: absolute(file), own: true, safe: false, named: true, folder }]
  return [
    { path: join(folder, 'config'), own: true, safe: true, named: false, folder },
    { path: systemFile, own: false, safe: false, named: false, folder: dirname(systemFile) },
  ]
}

/** Each command is run once, however many hosts ask for it. */
const once = (run: (command: string) => boolean | string) => {
  const answers = new Map<string, boolean | string>()
  return (command: string): boolean | string => {
    const answer = answers.get(command) ?? run(command)
    answers.set(command, answer)
    return answer
  }
}

/**
 * Reads the files of ssh_config(5) that ssh would read, once.
 * @throws WishError with every fault; `of` throws it too, for what is only wrong for that host
 */
export const readSshConfig = (options: ReadOptions): SshConfig => {
  const { home, user, localHost, env, defaultUser = user } = options
  const { files, faults } = readSources(topsOf(options), { home, user, env })
  if (faults.length > 0) throw new WishError(faults)
  const asker: Asker = {
    local: { home, user, host: localHost, uid: process.getuid?.() ?? 0, env },
    defaultUser,
    run: once(options.run ?? ((command) => runInShell(command, env))),
  }
  const lines = files.map((file) => file.lines)
  return {
    of: (name, given) => toHostConfig(resolve(name, given, lines, asker), given, asker),
    files: files.map(({ path }) => path),
  }
}
