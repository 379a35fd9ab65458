import { WishError } from '../../errors.ts'
import type { Given, HostConfig } from './host-config.ts'
import type { InstalledSsh, Question } from './installed-ssh.ts'
import type { Unclear } from './parse.ts'
import { printedOf } from './printed.ts'
import { isCanonicalized, refuseForShell, type Resolved } from './resolve.ts'
import { toHostConfig } from './to-host-config.ts'
import { isPlain, type Local } from './tokens.ts'

/** What it takes to ask ssh about hosts. */
export interface SshMeans {
  readonly paths: readonly string[]
  readonly local: Local
  /** The files ask to be read a second time. */
  readonly wantsTwice: boolean
  readonly ask: (question: Question) => ReturnType<InstalledSsh['resolve']>
}

/** A host as ssh itself sees it. `why`: the line that only ssh reads; undefined: it is ssh that goes there. */
export const makeBySsh =
  ({ paths, local, wantsTwice, ask }: SshMeans) =>
  async (name: string, given: Given, why?: Unclear): Promise<HostConfig> => {
    const { user, port, usualUser = local.user, proxied } = given
    const place = why?.place ?? { file: paths[0] ?? 'ssh_config', line: 1, column: 1 }
    // ssh may run commands with these in them, and older ones do not look at what they are.
    const odd = [name, user ?? ''].find((each) => each !== '' && !isPlain(each))
    refuseForShell(odd, why?.option ?? 'ssh', place)

    const read = async (twice: boolean): Promise<Resolved | string> => {
      const answer = await ask({ name, user, port, usualUser, twice, proxied, files: paths })
      return 'text' in answer ? printedOf(answer.text, name) : answer.wrong
    }
    // Whether ssh reads its files twice, where it is told who logs in if they do not say it, it tells itself.
    const guess = wantsTwice || why?.option === 'CanonicalizeHostname'
    const first = await read(guess)
    const readTwice =
      typeof first === 'string' ? guess : wantsTwice || isCanonicalized(first.settings)
    const found = readTwice === guess ? first : await read(readTwice)

    const config = typeof found === 'string' ? undefined : toHostConfig(found, given, local, true)
    if (config === undefined || 'unclear' in config || 'run' in config) {
      const message = [why?.message, found].filter((each) => typeof each === 'string').join('; ')
      throw new WishError([{ ...place, path: '', message }])
    }
    const asked = why === undefined ? [] : [{ ...why, ...why.place }]
    const needsOpenssh = [...asked, ...config.needsOpenssh]
    return { ...config, readBySsh: true, readTwice, needsOpenssh }
  }
