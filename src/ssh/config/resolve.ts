import { WishError } from '../../errors.ts'
import { shown } from '../../faults/schema-faults.ts'
import { asHost } from './address.ts'
import type { Given } from './host-config.ts'
import { lastJumpIn } from './kinds.ts'
import { matches, type Subject } from './match.ts'
import type { Directive, Place, Setting, Unclear } from './parse.ts'
import { fitsHost, fitsList } from './patterns.ts'
import { Collected, type Settings } from './settings.ts'
import {
  expand,
  shellFinds,
  tokensOf,
  type Connection,
  type Expanded,
  type Local,
} from './tokens.ts'
import { lower, type Word } from './words.ts'

/** Whoever asks for a host, and where. */
export interface Asker {
  readonly local: Local
  /** What the installed ssh calls itself. */
  readonly release: () => string | undefined
  readonly hasAddressIn: Subject['hasAddressIn']
  /** Whether an IgnoreUnknown of some block may cover a keyword, in small letters. */
  readonly mayBeIgnored: (keyword: string) => boolean
  /** How a command of Match exec ended: well or not, or the end of a sentence; undefined: it has not been run yet. */
  readonly answerTo: (command: string) => boolean | string | undefined
}

/** What holds for a host, and what its tokens stand for. */
export interface Resolved {
  readonly settings: Settings
  readonly connection: Connection
}

/** Why it is not known yet what holds: a command is to be run first, or only ssh itself knows. */
export type Halt = { readonly run: string } | { readonly unclear: Unclear }

/** @throws WishError where a shell would obey a name */
export const refuseForShell = (found: string | undefined, option: string, place: Place): void => {
  if (found === undefined) return
  const message = `${option}: ${shown(found)} is put into a command here, and a shell would obey it; only letters, digits and _.:%@+,=/[]- can stand there`
  throw new WishError([{ ...place, path: '', message }])
}

/** Whether any file asks to be read a second time. */
export const wantsFinal = (lines: readonly Directive[]): boolean =>
  lines.some((line) => {
    if (line.does === 'include') return line.files.some(wantsFinal)
    return line.does === 'match' && line.criteria.some(({ name }) => name === 'final')
  })

export const isCanonicalized = ({ first }: Settings): boolean => {
  const value = first.get('CanonicalizeHostname')?.words[0]?.toLowerCase() ?? 'no'
  return value !== 'no' && value !== 'false'
}

/** As one unclear line. */
export const unclearIn = ({ option, rest, place }: Setting, message: string): Unclear => ({
  ...{ option: option.name, value: rest, place },
  message: `${option.name}: ${message}`,
})

const resolver = (name: string, given: Given, asker: Asker) => {
  const { local, release, hasAddressIn, mayBeIgnored, answerTo } = asker
  const settings = new Collected()
  const ignored = new Set<string>()
  let halt: Halt | undefined
  const word = (option: string): string | undefined => settings.first.get(option)?.words[0]

  const textOf = (expanded: Expanded, unclear: (message: string) => Unclear): string => {
    if ('text' in expanded) return expanded.text
    halt ??= { unclear: unclear(expanded.wrong) }
    return ''
  }

  const hostNameOf = (host: string): string => {
    const setting = settings.first.get('HostName')
    if (setting === undefined) return host
    const unclear = (message: string): Unclear => unclearIn(setting, message)
    return textOf(expand(setting.words[0] ?? '', { h: host }), unclear)
  }

  const connectionTo = (host: string): Connection => {
    const jump = settings.first.get('ProxyJump')
    return {
      name,
      host,
      port: given.port ?? Number(word('Port') === 'ssh' ? 22 : (word('Port') ?? 22)),
      user: given.user ?? word('User') ?? given.usualUser ?? local.user,
      hostKeyAlias: word('HostKeyAlias'),
      jump: jump === undefined ? '' : lastJumpIn(jump.rest),
    }
  }

  const exec = (command: Word, place: Place, to: Connection): boolean | undefined => {
    const tokens = tokensOf(to, local, to.host)
    const at = { ...place, column: command.column }
    refuseForShell(shellFinds(command.text, tokens), 'Match exec', at)
    const unclear = (message: string): Unclear => ({
      ...{ option: 'Match', value: command.text, place: at },
      message: `Match exec: ${message}`,
    })
    const text = textOf(expand(command.text, tokens), unclear)
    if (halt !== undefined) return undefined
    const answer = answerTo(text)
    if (answer === undefined) halt = { run: text }
    if (typeof answer !== 'string') return answer
    throw new WishError([{ ...at, path: '', message: `Match exec: ${shown(text)} ${answer}` }])
  }

  /** Whether the lines behind a Match hold. */
  const holds = (line: Directive & { readonly does: 'match' }, host: string, final: boolean) => {
    const to = connectionTo(final ? host : hostNameOf(host))
    const held = matches(line.criteria, {
      host: to.host,
      originalHost: name,
      user: to.user,
      localUser: local.user,
      tag: word('Tag') ?? '',
      sessionType: word('SessionType'),
      final,
      release,
      version: local.version,
      hasAddressIn,
      exec: (command) => exec(command, line.place, to),
    })
    if (held === undefined)
      halt ??= {
        unclear: {
          ...{ option: 'Match', value: '', place: line.place },
          message: 'whether this Match holds is not known without the ssh that it is meant for',
        },
      }
    return held === true
  }

  const add = (setting: Setting): void => {
    // Whether a `ProxyJump none` keeps a later ProxyCommand out changed with a patch that distributions gave older ones, too.
    const isOpen =
      setting.option.name === 'ProxyCommand' &&
      settings.first.has('ProxyJump') &&
      !settings.first.has('ProxyCommand') &&
      connectionTo(name).jump === ''
    if (isOpen && release() !== undefined)
      halt ??= { unclear: unclearIn(setting, 'whether it holds behind ProxyJump none, ssh knows') }
    else settings.add(setting)
  }

  const pass = (
    lines: readonly Directive[],
    outer: boolean,
    host: string,
    final: boolean,
  ): void => {
    let active = outer
    for (const line of lines) {
      if (halt !== undefined) return
      switch (line.does) {
        case 'host':
          active = outer && fitsHost(host, line.patterns)
          break
        case 'match':
          active = outer && holds(line, host, final)
          break
        case 'include':
          for (const file of line.files) pass(file, active, host, final)
          break
        case 'set':
          if (active) add(line.setting)
          break
        case 'unclear':
          if (line.opens ? outer : active) halt = { unclear: line.unclear }
          break
        case 'nothing': {
          const keyword = lower(line.unclear.option)
          if (ignored.has(keyword)) break
          if (fitsList(keyword, word('IgnoreUnknown') ?? '', true)) ignored.add(keyword)
          // One that no list covers is known to ssh, or the files had been refused: then it holds in its block.
          else if (active || mayBeIgnored(keyword)) halt = { unclear: line.unclear }
        }
      }
    }
  }
  const found = (host: string): Resolved | Halt =>
    halt ?? { settings, connection: connectionTo(host) }
  return { settings, hostNameOf, found, pass, halted: () => halt }
}

/**
 * What all files together say of one host, each a list of its lines; or what is to be known first.
 * @throws WishError where a shell would obey a name, and where a command of Match exec cannot be run
 */
export const resolve = (
  name: string,
  given: Given,
  files: readonly (readonly Directive[])[],
  asker: Asker,
): Resolved | Halt => {
  const { settings, hostNameOf, found, pass, halted } = resolver(name, given, asker)
  for (const lines of files) pass(lines, true, name, false)
  const canonical = settings.first.get('CanonicalizeHostname')
  if (canonical !== undefined && isCanonicalized(settings) && halted() === undefined)
    return { unclear: unclearIn(canonical, "only the system's ssh looks names up for it") }
  const family = settings.first.get('AddressFamily')?.words[0]?.toLowerCase()
  const host = asHost(hostNameOf(name), family)
  // The second time Host and Match see where the first has led.
  if (files.some(wantsFinal)) for (const lines of files) pass(lines, true, host, true)
  return found(host)
}
