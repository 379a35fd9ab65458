import { WishError } from '../../errors.ts'
import { shown } from '../../faults/schema-faults.ts'
import { asHost } from './address.ts'
import { matches, type Subject } from './match.ts'
import { unknown, type Directive, type Place } from './parse.ts'
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
import type { Given } from './host-config.ts'
import type { Word } from './words.ts'

/** Whoever asks for a host, and where. */
export interface Asker {
  readonly local: Local
  /** Who logs in where nobody says it. */
  readonly defaultUser: string
  /** Runs a command for Match exec: whether it ended well, or the end of a sentence. */
  readonly run: (command: string) => boolean | string
}

/** What holds for a host, and what its tokens stand for. */
export interface Resolved {
  readonly settings: Settings
  readonly connection: Connection
}

/** @throws WishError where there is no text */
export const textOf = (expanded: Expanded, option: string, place: Place): string => {
  if ('text' in expanded) return expanded.text
  throw new WishError([{ ...place, path: '', message: `${option}: ${expanded.wrong}` }])
}

const wantsFinal = (lines: readonly Directive[]): boolean =>
  lines.some((line) => {
    if (line.does === 'include') return line.files.some(wantsFinal)
    return line.does === 'match' && line.criteria.some(({ name }) => name === 'final')
  })

const isCanonicalized = ({ first }: Settings): boolean => {
  const value = first.get('CanonicalizeHostname')?.words[0]?.toLowerCase() ?? 'no'
  return value !== 'no' && value !== 'false'
}

const resolver = (name: string, given: Given, asker: Asker) => {
  const settings = new Collected()
  const ignored = new Set<string>()
  const word = (option: string): string | undefined => settings.first.get(option)?.words[0]

  const hostNameOf = (host: string): string => {
    const setting = settings.first.get('HostName')
    if (setting === undefined) return host
    return textOf(expand(setting.words[0] ?? '', { h: host }), 'HostName', setting.place)
  }

  const connectionTo = (host: string): Connection => ({
    name,
    host,
    port: given.port ?? Number(word('Port') === 'ssh' ? 22 : (word('Port') ?? 22)),
    user: given.user ?? word('User') ?? asker.defaultUser,
    hostKeyAlias: word('HostKeyAlias'),
  })

  const exec = (command: Word, place: Place, to: Connection): boolean => {
    const tokens = tokensOf(to, asker.local, to.host)
    const at = { ...place, column: command.column }
    const found = shellFinds(command.text, tokens)
    const wrong = found === undefined ? undefined : forShell(found)
    const text = textOf(wrong ?? expand(command.text, tokens), 'Match exec', at)
    const answer = asker.run(text)
    if (typeof answer === 'boolean') return answer
    const message = `Match exec: ${shown(text)} ${answer}`
    throw new WishError([{ ...at, path: '', message }])
  }

  const pass = (
    lines: readonly Directive[],
    outer: boolean,
    host: string,
    final: boolean,
  ): void => {
    let active = outer
    for (const line of lines) {
      if (line.does === 'host') active = outer && fitsHost(host, line.patterns)
      else if (line.does === 'match') {
        const to = connectionTo(final ? host : hostNameOf(host))
        const subject: Subject = {
          host: to.host,
          originalHost: name,
          user: to.user,
          localUser: asker.local.user,
          tag: word('Tag') ?? '',
          final,
          exec: (command) => exec(command, line.place, to),
        }
        active = outer && matches(line.criteria, subject)
      } else if (line.does === 'include') {
        for (const file of line.files) pass(file, active, host, final)
      } else if (line.does === 'set') {
        if (active) settings.add(line.setting)
      } else if (!ignored.has(line.keyword)) {
        if (!fitsList(line.keyword, word('IgnoreUnknown') ?? '', true))
          throw new WishError([{ ...line.place, path: '', message: unknown(line.keyword, true) }])
        ignored.add(line.keyword)
      }
    }
  }
  return { settings, hostNameOf, connectionTo, pass }
}

/** The end of a sentence about what a shell would obey. */
export const forShell = (found: string): Expanded => ({
  wrong: `${shown(found)} is put into a command here, and a shell would obey it; only letters, digits and _.:%@+,=/[]- can stand there`,
})

/**
 * What all files together say of one host, each a list of its lines.
 * @throws WishError where what they say cannot be followed
 */
export const resolve = (
  name: string,
  given: Given,
  files: readonly (readonly Directive[])[],
  asker: Asker,
): Resolved => {
  const { settings, hostNameOf, connectionTo, pass } = resolver(name, given, asker)
  for (const lines of files) pass(lines, true, name, false)
  const host = asHost(hostNameOf(name))
  // The second time Host and Match see where the first has led. DNS is not asked here, whatever CanonicalizeHostname says.
  if (files.some(wantsFinal) || isCanonicalized(settings))
    for (const lines of files) pass(lines, true, host, true)
  return { settings, connection: connectionTo(host) }
}
