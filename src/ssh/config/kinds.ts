import { isIPv6 } from 'node:net'

import { notOneOf, shown } from '../../faults/schema-faults.ts'
import { expandEnvironment, type Environment } from './tokens.ts'
import type { Line, Word } from './words.ts'

/** How the rest of a line is read, and what may stand there. A list: one of these words, in any case. */
export type Kind =
  | readonly string[]
  /** One word, any. */
  | 'word'
  /** One or more words. */
  | 'words'
  /** Words, or the one word `none`. */
  | 'files'
  /** The whole line as it stands, comment and all: it is a shell's. */
  | 'command'
  | 'jumps'
  | 'number'
  | 'time'
  | 'port'
  | 'agent'
  /** Whatever it is, nobody here looks at it. */
  | 'anything'

/** One thing wrong in a line. */
export interface Wrong {
  readonly column: number
  readonly message: string
}

const MOST = 2_147_483_647
const MOST_FILES = 32

/** A whole number from 0, as strtonum(3) takes it. */
export const numberIn = (text: string): number | undefined => {
  if (!/^[ \t]{0,9}\+?\d{1,12}$/.test(text)) return undefined
  const value = Number(text)
  return value <= MOST ? value : undefined
}

const SECONDS: Readonly<Record<string, number>> = {
  '': 1,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
}

/** Seconds of `90`, `1m30s`, `2d`. */
export const secondsIn = (text: string): number | undefined => {
  const part = /(\d+)([smhdw]?)/iy
  let total = 0
  while (part.lastIndex < text.length) {
    const found = part.exec(text)
    if (found === null) return undefined
    total += Number(found[1]) * (SECONDS[(found[2] ?? '').toLowerCase()] ?? 0)
    if (total > MOST) return undefined
  }
  return text === '' ? undefined : total
}

/** `ssh` is 22 everywhere; no other service's name is looked up. */
export const portIn = (text: string): number | undefined => {
  const port = text === 'ssh' ? 22 : numberIn(text)
  return port !== undefined && port > 0 && port < 65_536 ? port : undefined
}

/** The hops of a ProxyJump, nearest first; a comment behind a blank is none of it, and quotes are not taken off. */
export const jumpsIn = (text: string): readonly string[] =>
  (/^[^\s#]*/.exec(text.replace(/^[\s=]+/, ''))?.[0] ?? '').split(',')

const isDomain = (host: string): boolean =>
  /^[a-z0-9][a-z0-9._-]*$/i.test(host) && !host.includes('..')

/** The host of one hop; undefined: it is none. */
const hostOf = (hop: string): string | undefined => {
  const uri = hop.startsWith('ssh://')
  const text = uri ? hop.slice(6).replace(/\/$/, '') : hop
  const at = uri ? text.indexOf('@') : text.lastIndexOf('@')
  if (at === 0) return undefined
  const [, boxed, bare, port] =
    /^(?:\[([^\]]+)\]|([^:/[]+))(?::([^:/]*))?$/.exec(text.slice(at + 1)) ?? []
  const host = boxed ?? bare
  if (host === undefined || (uri && !isDomain(host) && !isIPv6(host))) return undefined
  return port === undefined || port === '' || portIn(port) !== undefined ? host : undefined
}

/** The host of a ProxyJump's last hop, which is the nearest to the host behind it; empty for `none`. */
export const lastJumpIn = (text: string): string => {
  const hops = jumpsIn(text)
  return hops[0]?.toLowerCase() === 'none' ? '' : (hostOf(hops.at(-1) ?? '') ?? '')
}

const single = (
  name: string,
  words: readonly Word[],
  judge: (text: string) => string | undefined,
): Wrong | undefined => {
  const [word, more] = words
  if (word === undefined || word.text === '')
    return { column: word?.column ?? 1, message: `${name} needs a value` }
  const message = judge(word.text)
  if (message !== undefined) return { column: word.column, message }
  if (more === undefined) return undefined
  return {
    column: more.column,
    message: `${name} takes one value; ${shown(more.text)} is one more`,
  }
}

const several = (name: string, words: readonly Word[]): Wrong | undefined => {
  const empty = words.find(({ text }) => text === '')
  if (empty !== undefined) return { column: empty.column, message: `${name} has an empty value` }
  return undefined
}

const files = (name: string, words: readonly Word[]): Wrong | undefined => {
  const none = words.find(({ text }) => text.toLowerCase() === 'none')
  if (none !== undefined && words.length > 1)
    return { column: none.column, message: `"none" stands alone in ${name}` }
  const over = words[MOST_FILES]
  if (over !== undefined)
    return { column: over.column, message: `${name} takes at most ${String(MOST_FILES)} files` }
  return several(name, words)
}

const agent = (name: string, text: string, env: Environment): string | undefined => {
  const expanded = expandEnvironment(text, env)
  if ('wrong' in expanded) return `${name}: ${expanded.wrong}`
  return /^\$(?!\{)/.test(text) && !/^\$\w+$/.test(text)
    ? `${name}: ${shown(text.slice(1))} is no name of an environment variable`
    : undefined
}

const jumps = (name: string, { text, column }: Word): Wrong | undefined => {
  const hops = jumpsIn(text)
  if (hops.length === 1 && hops[0]?.toLowerCase() === 'none') return undefined
  const bad = hops.find((hop) => hostOf(hop) === undefined)
  if (bad === undefined) return undefined
  return {
    column,
    message: `${name} needs [user@]host[:port] or ssh:// addresses with commas and no blanks between; ${shown(bad)} is none`,
  }
}

/** What is wrong with a line for an option of this kind. */
export const wrongIn = (
  name: string,
  kind: Kind,
  line: Line,
  words: readonly Word[],
  env: Environment,
): Wrong | undefined => {
  if (typeof kind === 'object')
    return single(name, words, (text) =>
      kind.includes(text.toLowerCase()) ? undefined : notOneOf(text, `a value for ${name}`, kind),
    )
  const need = (noun: string, value: (text: string) => number | undefined) =>
    single(name, words, (text) =>
      value(text) === undefined ? `${name} needs ${noun}, not ${shown(text)}` : undefined,
    )
  if (kind === 'word') return single(name, words, () => undefined)
  if (kind === 'number') return need('a whole number', numberIn)
  if (kind === 'port') return need('a port from 1 to 65535', portIn)
  if (kind === 'time')
    return need('a time like 90, 1m30s or none', (text) => (text === 'none' ? 0 : secondsIn(text)))
  if (kind === 'agent') return single(name, words, (text) => agent(name, text, env))
  if (kind === 'words') return several(name, words)
  if (kind === 'files') return files(name, words)
  if (kind === 'jumps') return jumps(name, line.rest)
  return undefined
}
