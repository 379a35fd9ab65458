import { WishError } from '../../errors.ts'
import type { Setting } from './parse.ts'

/** What holds for one host: the first that says it, for each option; for those that collect, all. */
export interface Settings {
  readonly first: ReadonlyMap<string, Setting>
  readonly identityFiles: readonly Setting[]
  readonly certificateFiles: readonly Setting[]
}

const isNone = ({ words }: Setting): boolean => words[0]?.toLowerCase() === 'none'

const MOST = 100

const collect = (list: Setting[], setting: Setting): void => {
  const isSame = (each: Setting): boolean =>
    each.own === setting.own && each.words[0] === setting.words[0]
  if (list.some(isSame)) return
  if (list.length === MOST) {
    const message = `more than ${String(MOST)} times ${setting.option.name} for one host; OpenSSH takes no more`
    throw new WishError([{ ...setting.place, path: '', message }])
  }
  list.push(setting)
}

/** Collects settings in the order in which they are met. */
export class Collected implements Settings {
  readonly first = new Map<string, Setting>()
  readonly identityFiles: Setting[] = []
  readonly certificateFiles: Setting[] = []

  add(setting: Setting): void {
    const { name, kind } = setting.option
    // No file at all, only a comment.
    if (kind === 'files' && setting.words.length === 0) return
    if (name === 'IdentityFile') collect(this.identityFiles, setting)
    if (name === 'CertificateFile') collect(this.certificateFiles, setting)
    const before = this.first.get(name)
    // A time of `none` is kept by OpenSSH as "not said yet".
    if (before !== undefined && !(kind === 'time' && isNone(before))) return
    if (name === 'ProxyJump' && this.first.has('ProxyCommand')) return
    if (name === 'ProxyCommand') {
      const jump = this.first.get('ProxyJump')
      // `ProxyJump none` keeps later jumps out, but no later ProxyCommand.
      if (jump !== undefined && !isNone(jump)) return
    }
    this.first.set(name, setting)
  }
}
