import { dirname, join, resolve as absolute } from 'node:path'

import { WishError } from '../../errors.ts'
import { makeGate } from '../gate.ts'
import { once } from '../once.ts'
import type { Given, HostConfig, SshConfig } from './host-config.ts'
import { makeBySsh } from './by-ssh.ts'
import { installedSsh, type InstalledSsh, type Question } from './installed-ssh.ts'
import { hasAddressIn } from './local-network.ts'
import { refusedBy } from './refused.ts'
import { resolve, wantsFinal, type Asker, type Halt } from './resolve.ts'
import { runInShell } from './shell.ts'
import { readSources, type Top } from './sources.ts'
import { toHostConfig } from './to-host-config.ts'
import type { Environment, Local } from './tokens.ts'

export interface ReadOptions {
  /** -F's: a file, or `none`. Undefined: the user's and the system's own. */
  readonly file: string | undefined
  readonly home: string
  /** Who runs lbprov. */
  readonly user: string
  /** This machine, as gethostname(2) knows it. */
  readonly localHost: string
  readonly env: Environment
  /** The environment of commands, and of ssh where it is asked. Default: `env`. */
  readonly childEnv?: Environment | undefined
  readonly systemFile?: string | undefined
  /** Runs a command of Match exec: whether it ended well, or the end of a sentence. */
  readonly run?: ((command: string) => Promise<boolean | string>) | undefined
  /** Default: the one that PATH finds. */
  readonly ssh?: InstalledSsh
}

const SYSTEM_FILE = '/etc/ssh/ssh_config'

/** Commands of Match exec, and questions to ssh, at once. */
const mostAtOnce = 16

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

/**
 * Reads the files of ssh_config(5) that ssh would read, once.
 * @throws WishError with every fault; `of` throws it too, for what is only wrong for that host
 */
export const readSshConfig = (options: ReadOptions): SshConfig => {
  const { home, user, localHost, env, childEnv = env, ssh = installedSsh(childEnv) } = options
  const sources = readSources(topsOf(options), { home, user, env, ssh })
  const paths = sources.files.map(({ path }) => path)
  if (sources.faults.length > 0) throw new WishError([...sources.faults, ...sources.doubts.faults])
  const faults = refusedBy(ssh, paths, sources)
  if (faults.length > 0) throw new WishError(faults)

  const lines = sources.files.map((file) => file.lines)
  const uid = process.getuid?.() ?? 0
  const local: Local = { home, user, host: localHost, uid, env, version: ssh.version }
  const gate = makeGate(mostAtOnce)
  const answers = new Map<string, boolean | string>()
  const { run = (command: string) => runInShell(command, childEnv) } = options
  const runOnce = once((command) => gate(async () => void answers.set(command, await run(command))))
  const asker: Asker = {
    local,
    release: ssh.release,
    hasAddressIn,
    mayBeIgnored: (keyword) => sources.ignored.mayCover(keyword),
    answerTo: (command) => answers.get(command),
  }

  const askSsh = once((question) => gate(() => ssh.resolve(JSON.parse(question) as Question)))
  const bySsh = makeBySsh({
    paths,
    local,
    wantsTwice: lines.some(wantsFinal),
    ask: (question) => askSsh(JSON.stringify(question)),
  })
  const follow = (name: string, given: Given): HostConfig | Halt => {
    const found = resolve(name, given, lines, asker)
    return 'settings' in found ? toHostConfig(found, given, local) : found
  }
  return {
    files: paths,
    of: async (name, given) => {
      if (given.bySsh === true && ssh.release() !== undefined) return bySsh(name, given)
      for (;;) {
        const found = follow(name, given)
        if ('run' in found) await runOnce(found.run)
        else return 'unclear' in found ? bySsh(name, given, found.unclear) : found
      }
    },
  }
}
