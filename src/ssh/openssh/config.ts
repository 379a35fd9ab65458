import { knownName } from '../known-hosts.ts'
import type { Hop } from '../hop.ts'
import type { Reach } from '../reach.ts'
import { quote } from '../../sh/sh.ts'
import * as say from '../sentences/openssh.ts'

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
  if (text === '' || /["\\\u0000-\u001f\u007f]|\$\{/.test(text)) throw say.unfitWord(hop, keyword)
  const tokens = keyword === 'HostName'
  if (!tokens && text.includes('%')) throw say.unfitWord(hop, keyword)
  return `"${text.replaceAll('%', '%%')}"`
}

/** A command takes the rest of its line as it is. */
const command = (hop: Hop, text: string): string => {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw say.unfitWord(hop, 'ProxyCommand')
  return `ProxyCommand ${text.replaceAll('%', '%%')}`
}

/** What stands behind `ssh`: it must not say a user, an address of another kind, or an option. */
export const nameFor = (hop: Hop): string => {
  const { name } = hop.ssh
  if (!/^[\w.:%][\w.:%-]*$/.test(name)) throw say.unfitWord(hop, 'name')
  return name
}

const place = ({ ssh, at }: Hop): string => at ?? ssh.host

/** How ssh spells the way from a hop to the next: `ssh -W`, with the way there in that hop's own file. */
const wayThrough = (files: Files, n: number, from: Hop, to: Hop): string => {
  const there = `[${place(to)}]:${String(to.ssh.port)}`
  const words = ['ssh', '-F', files.config(n), '-E', files.log(n), '-W', there, '--']
  return [...words, nameFor(from)].map(quote).join(' ')
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
  ['CheckHostIP', 'no'],
]

/** OpenSSH 8.7 knows them. */
const since87: readonly Line[] = [
  ['ForkAfterAuthentication', 'no'],
  ['StdinNull', 'no'],
]

/** It runs when who logs in is logged in and the control socket is there, with ssh's own stdout. ssh_config(5). */
const upLine = 'LocalCommand echo up'

const aboutHost = ({ ssh, at }: Hop): readonly Line[] => {
  // Somewhere else it is known by its own name all the same.
  // It is always said where it can be: a `Match host` of the user's file sees another host than it would by itself.
  const canBeSaid = at !== undefined || (ssh.port === 22 && !ssh.host.includes('%'))
  const own = canBeSaid ? knownName(ssh.host, ssh.port) : undefined
  const alias = ssh.hostKeyAlias ?? own
  return [
    ['HostName', at ?? ssh.host],
    ...(alias === undefined ? [] : [['HostKeyAlias', alias] as const]),
    ['Port', String(ssh.port)],
    ['User', ssh.user],
    ['AddressFamily', ssh.addressFamily],
    ...(ssh.bindAddress === undefined ? [] : [['BindAddress', ssh.bindAddress] as const]),
  ]
}

const aboutKeys = (ssh: Reach): readonly Line[] => [
  ...ssh.identityFiles.map((file): Line => ['IdentityFile', file]),
  ['IdentitiesOnly', ssh.identitiesOnly ? 'yes' : 'no'],
  ['IdentityAgent', ssh.agentSocket ?? 'none'],
  ['UserKnownHostsFile', ...ssh.userKnownHostsFiles] as unknown as Line,
  ['GlobalKnownHostsFile', ...orNone(ssh.globalKnownHostsFiles)] as unknown as Line,
  ['StrictHostKeyChecking', ssh.strictHostKeyChecking],
  ['HashKnownHosts', ssh.hashKnownHosts ? 'yes' : 'no'],
]

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
 * The ssh_config of one hop: first what must hold, for the first word about a thing wins, then the user's and the
 * system's own files for all the rest. `asks`: there is a person to ask.
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
  const way =
    from !== undefined ? wayThrough(files, n - 1, from, hop) : (hop.ssh.proxyCommand ?? 'none')
  const ours = hop.ssh.proxyCommand === undefined || from !== undefined
  const all: readonly Line[] = [
    ...aboutHost(hop),
    ...aboutKeys(hop.ssh),
    ...aboutTime(hops, n, asks),
    ...aboutSilence(hop.ssh),
    ...plain,
    ...(version >= 8.7 ? since87 : []),
    ...(ours ? [['ProxyUseFdpass', 'no'] as const] : []),
    ...(asks ? [] : [['BatchMode', 'yes'] as const]),
    ['ControlMaster', isLast ? 'yes' : 'no'],
    ['ControlPath', isLast ? files.controlSocket : 'none'],
    ['ControlPersist', 'no'],
    ['PermitLocalCommand', isLast ? 'yes' : 'no'],
  ]
  const text = all.map(([keyword, ...words]) =>
    [keyword, ...words.map((each) => word(hop, keyword, each))].join(' '),
  )
  const includes = files.included.map((file) => `Include ${word(hop, 'Include', file)}`)
  return [...text, upLine, command(hop, way), ...includes, ''].join('\n')
}
