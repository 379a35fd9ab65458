import { createHash } from 'node:crypto'

/** What a `%` token stands for, by its letter; undefined: the installed ssh does not know it. */
export type Tokens = Readonly<Record<string, string | undefined>>

export type Environment = Readonly<Record<string, string | undefined>>

/** Text, or the end of a sentence that says why there is none. */
export type Expanded = { readonly text: string } | { readonly wrong: string }

/** Who connects to whom, as far as it is known when an option is expanded. */
export interface Connection {
  /** As it was typed. */
  readonly name: string
  /** Where it goes: HostName, or the name. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly hostKeyAlias: string | undefined
  /** The host of ProxyJump's last hop; empty: there is none. */
  readonly jump: string
}

/** The machine and the person at it. */
export interface Local {
  readonly home: string
  readonly user: string
  readonly host: string
  readonly uid: number
  readonly env: Environment
  /** The installed ssh's; asked for only where something hangs on it. Undefined: there is none. */
  readonly version: () => number | undefined
}

/** %j is of 9.6, and since then a part of %C. Where no ssh is installed, the newest that is known is meant. */
const knowsJump = ({ version }: Local): boolean => (version() ?? Infinity) >= 9.6

const hashOf = (to: Connection, local: Local): string =>
  createHash('sha1')
    .update(`${local.host}${to.host}${String(to.port)}${to.user}`)
    .update(to.jump !== '' && knowsJump(local) ? to.jump : '')
    .digest('hex')

/** The letters that most options know; ssh_config(5), TOKENS. */
export const LETTERS = 'CdhijkLlnpru'
/** ProxyCommand's and ProxyJump's. */
const PROXY_LETTERS = ['h', 'k', 'n', 'p', 'r']

/** `whenNoAlias`: what %k is without a HostKeyAlias. */
export const tokensOf = (to: Connection, local: Local, whenNoAlias = to.name): Tokens => ({
  // A sum that hardly anybody asks for.
  get C() {
    return hashOf(to, local)
  },
  L: local.host.replace(/\..*$/s, ''),
  d: local.home,
  h: to.host,
  i: String(local.uid),
  get j() {
    return knowsJump(local) ? to.jump : undefined
  },
  k: to.hostKeyAlias ?? whenNoAlias,
  l: local.host,
  n: to.name,
  p: String(to.port),
  r: to.user,
  u: local.user,
})

export const proxyTokens = (tokens: Tokens): Tokens =>
  Object.fromEntries(PROXY_LETTERS.map((letter) => [letter, tokens[letter]]))

/** With `%x` filled in; with an environment, `${NAME}` too. */
export const expand = (text: string, tokens: Tokens, env?: Environment): Expanded => {
  const parts: string[] = []
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at)
    const next = text.charAt(at + 1)
    if (letter === '$' && next === '{' && env !== undefined) {
      const close = text.indexOf('}', at)
      if (close === -1) return { wrong: '"${" has no "}"' }
      const name = text.slice(at + 2, close)
      if (name === '') return { wrong: '"${}" names no environment variable' }
      const value = env[name]
      if (value === undefined) return { wrong: `the environment has no ${name}` }
      parts.push(value)
      at = close
    } else if (letter === '%') {
      const value = next === '%' ? '%' : Object.hasOwn(tokens, next) ? tokens[next] : undefined
      if (value === undefined) return { wrong: badToken(next, tokens) }
      parts.push(value)
      at += 1
    } else parts.push(letter)
  }
  return { text: parts.join('') }
}

const badToken = (letter: string, tokens: Tokens): string => {
  const letters = Object.keys(tokens).filter((each) => tokens[each] !== undefined)
  const known = `known here: ${[...letters, '%'].map((each) => `%${each}`).join(' ')}`
  return letter === ''
    ? `it ends in a single %; ${known}`
    : `%${letter} is no token of it; ${known}`
}

/** Whether each `%x` is a token, and the environment has each `${NAME}`. */
export const canBeExpanded = (text: string, env: Environment): boolean =>
  'text' in expand(text, Object.fromEntries(Array.from(LETTERS, (letter) => [letter, ''])), env)

/** With every `${NAME}` filled in and nothing else. */
export const expandEnvironment = (text: string, env: Environment): Expanded =>
  expand(text.replaceAll('%', '%%'), {}, env)

/** With `~` in front as a home. Another person's home is not looked up: that takes the system's own user list. */
export const expandHome = (path: string, local: Pick<Local, 'home' | 'user'>): Expanded => {
  const tilde = /^~([^/]*)\/*(.*)$/s.exec(path)
  if (tilde === null) return { text: path }
  const [, whose = '', rest = ''] = tilde
  if (whose !== '' && whose !== local.user)
    return { wrong: `~${whose} is not looked up; write the whole path` }
  return { text: `${local.home}${local.home.endsWith('/') ? '' : '/'}${rest}` }
}

// What a shell takes as a plain word in any place. Stricter than OpenSSH, which lets a user's own words through.
const PLAIN = /^(?!-)[\p{L}\p{N}_.:%@+,=/[\]-]+$/u

/** Whether no shell takes a text for anything but one word. */
export const isPlain = (text: string): boolean => PLAIN.test(text)

/** Of the tokens that people, inventories and files fill, one that a shell would obey in place of passing it on. */
export const shellFinds = (text: string, tokens: Tokens): string | undefined =>
  [...text.replaceAll('%%', '').matchAll(/%([hknr])/g)]
    .map(([, letter = '']) => tokens[letter])
    .find((value) => value !== undefined && !isPlain(value))
