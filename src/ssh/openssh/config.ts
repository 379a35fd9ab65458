import { knownName } from '../known-hosts.ts'
import type { Hop } from '../hop.ts'
import type { Reach } from '../reach.ts'
import { quote } from '../../sh/sh.ts'
import * as say from '../sentences/openssh.ts'
import { includeOf, quotedWord, usualUser } from './quoted.ts'

/** Where the files of one dial stand. */
export interface Files {
  /** The generated ssh_config of each hop. */
  readonly config: (n: number) => string
  /** What ssh has against each hop but the last, which tells it on stderr. */
  readonly log: (n: number) => string
  readonly controlSocket: string
  /** The user's and the system's ssh_config. */
  readonly included: readonly string[]
}

type Line = readonly [keyword: string, ...words: readonly string[]]

/** One word of ssh_config(5). What would end it, or stand for something else, is refused. */
const word = (hop: Hop, keyword: string, text: string): string => {
  const tokens = keyword === 'HostName'
  const quoted = !tokens && text.includes('%') ? undefined : quotedWord(text)
  if (quoted === undefined) throw say.unfitWord(hop, keyword)
  return quoted.replaceAll('%', '%%')
}

const include = (hop: Hop, file: string): string => {
  const line = file.includes('%') ? undefined : includeOf(file)
  if (line === undefined) throw say.unfitWord(hop, 'Include')
  return line
}

/** What stands in a command, and takes the rest of its line as it is. */
const oneLine = (hop: Hop, keyword: string, text: string): string => {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw say.unfitWord(hop, keyword)
  return text
}

const command = (hop: Hop, text: string): string =>
  `ProxyCommand ${oneLine(hop, 'ProxyCommand', text).replaceAll('%', '%%')}`

/** What stands behind `ssh`: it must not say a user, an address of another kind, or an option. */
export const nameFor = (hop: Hop): string => {
  const { name } = hop.ssh
  if (!/^[\w.:%][\w.:%-]*$/.test(name)) throw say.unfitWord(hop, 'name')
  return name
}

const place = ({ ssh, at }: Hop): string => at ?? ssh.host

/** How ssh spells the way from a hop to the next: `ssh -W`, with the way there in that hop's own file. */
const wayThrough = (files: Files, n: number, from: Hop, to: Hop): string => {
  const there = `[${oneLine(to, 'HostName', place(to))}]:${String(to.ssh.port)}`
  const words = ['ssh', '-F', files.config(n), '-E', files.log(n), '-W', there, '--']
  return [...words, nameFor(from)].map(quote).join(' ')
}

/** What leads to a hop: one that the files name, they say themselves. */
const wayTo = (files: Files, n: number, from: Hop | undefined, hop: Hop): readonly string[] => {
  if (from !== undefined) return [wayThrough(files, n - 1, from, hop)]
  if (hop.at !== undefined) return [hop.ssh.proxyCommand ?? 'none']
  return hop.ssh.said.straight ? ['none'] : []
}

/** Nothing but the one connection, and nobody to type at it. */
const plain: readonly Line[] = [
  ['ClearAllForwardings', 'yes'],
  ['EscapeChar', 'none'],
  ['ForwardAgent', 'no'],
  ['ForwardX11', 'no'],
  ['LogLevel', 'INFO'],
  ['NoHostAuthenticationForLocalhost', 'no'],
  ['RemoteCommand', 'none'],
  ['RequestTTY', 'no'],
  ['Tunnel', 'no'],
  ['UpdateHostKeys', 'no'],
  ['VisualHostKey', 'no'],
]

/** OpenSSH 8.7 knows them. */
const since87: readonly Line[] = [
  ['ForkAfterAuthentication', 'no'],
  ['StdinNull', 'no'],
]

/** It runs when who logs in is logged in and the control socket is there, with ssh's own stdout. ssh_config(5). */
const upLine = 'LocalCommand echo up'

/** Somewhere else a host is known by its own name all the same; no block of the user's files would know it there. */
const aboutMoved = ({ ssh }: Hop, at: string): readonly Line[] => [
  ['HostName', at],
  ['HostKeyAlias', ssh.hostKeyAlias ?? knownName(ssh.host, ssh.port)],
  ['Port', String(ssh.port)],
  ['User', ssh.user],
  ['AddressFamily', ssh.addressFamily],
  ...(ssh.bindAddress === undefined ? [] : [['BindAddress', ssh.bindAddress] as const]),
  ['IdentityAgent', ssh.agentSocket ?? 'none'],
  ['GlobalKnownHostsFile', ...orNone(ssh.globalKnownHostsFiles)] as unknown as Line,
  ['HashKnownHosts', ssh.hashKnownHosts ? 'yes' : 'no'],
  ['CheckHostIP', ssh.checkHostIp ? 'yes' : 'no'],
]

const aboutHost = ({ ssh }: Hop): readonly Line[] => [
  ...(ssh.said.port === undefined ? [] : [['Port', String(ssh.said.port)] as const]),
  ...(ssh.said.user === undefined ? [] : [['User', ssh.said.user] as const]),
]

/** `all`: what the files say, too. */
const aboutKeys = (ssh: Reach, all: boolean): readonly Line[] => {
  const { identityFiles, userKnownHostsFiles } = all ? ssh : ssh.said
  const only = all ? ssh.identitiesOnly : identityFiles.length > 0
  return [
    ...identityFiles.map((file): Line => ['IdentityFile', file]),
    ...(only || all ? [['IdentitiesOnly', only ? 'yes' : 'no'] as const] : []),
    ...(userKnownHostsFiles.length === 0
      ? []
      : [['UserKnownHostsFile', ...userKnownHostsFiles] as unknown as Line]),
    ['StrictHostKeyChecking', ssh.strictHostKeyChecking],
  ]
}

const orNone = (files: readonly string[]): readonly string[] =>
  files.length === 0 ? ['/dev/null'] : files

/** Seconds for the whole way; 0: as many as it takes. */
export const secondsFor = (hops: readonly Hop[]): number => {
  const seconds = hops.map(({ ssh }) => ssh.connectTimeout)
  return seconds.includes(0) ? 0 : seconds.reduce((sum, each) => sum + each, 0)
}

const aboutTime = (hops: readonly Hop[], n: number, asks: boolean): readonly Line[] => {
  // Behind a jump host it counts from the begin of the way there, where a person may be asked.
  const seconds = n > 0 && asks ? 0 : secondsFor(hops.slice(0, n + 1))
  return [['ConnectTimeout', seconds === 0 ? 'none' : String(seconds)]]
}

const aboutSilence = ({ serverAliveInterval, serverAliveCountMax }: Reach): readonly Line[] => [
  ['ServerAliveInterval', String(serverAliveInterval)],
  ['ServerAliveCountMax', String(serverAliveCountMax)],
]

/**
 * The ssh_config of one hop: first what the inventory says and what must hold, for the first word about a thing wins, then
 * the user's and the system's own files for all the rest. `asks`: there is a person to ask.
 * @throws ReachError for a word that no ssh_config can hold
 */
export const configOf = (
  hops: readonly [Hop, ...Hop[]],
  n: number,
  files: Files,
  { version, asks }: { readonly version: number; readonly asks: boolean },
): string => {
  const hop = hops[n] ?? hops[0]
  const from = hops[n - 1]
  const isLast = n === hops.length - 1
  const way = wayTo(files, n, from, hop)
  const all: readonly Line[] = [
    ...(hop.at === undefined ? aboutHost(hop) : aboutMoved(hop, hop.at)),
    ...aboutKeys(hop.ssh, hop.at !== undefined),
    ...aboutTime(hops, n, asks),
    ...aboutSilence(hop.ssh),
    ...plain,
    ...(version >= 8.7 ? since87 : []),
    ...(from === undefined ? [] : [['ProxyUseFdpass', 'no'] as const]),
    ...(asks ? [] : [['BatchMode', 'yes'] as const]),
    ['ControlMaster', isLast ? 'yes' : 'no'],
    ['ControlPath', isLast ? files.controlSocket : 'none'],
    ['ControlPersist', 'no'],
    ['PermitLocalCommand', isLast ? 'yes' : 'no'],
  ]
  const text = all.map(([keyword, ...words]) =>
    [keyword, ...words.map((each) => word(hop, keyword, each))].join(' '),
  )
  const includes = files.included.map((file) => include(hop, file))
  const usual = usualUser(word(hop, 'User', hop.ssh.user), hop.ssh.said.readTwice)
  return [
    ...text,
    upLine,
    ...way.map((each) => command(hop, each)),
    ...includes,
    ...usual,
    '',
  ].join('\n')
}
