import { ReachError } from '../../errors.ts'
import type { Said } from '../config/host-config.ts'
import { tameWord } from '../../printable.ts'

const refuse = (host: string, sentence: string): ReachError =>
  new ReachError(host, 'resolve', `${host}: ${sentence}`)

const shown = (text: string): string => JSON.stringify(tameWord(text))
const placed = ({ option, file, line }: Said): string =>
  `${option} (${tameWord(file)}:${String(line)})`

export const strangeName = (host: string, name: string, hostName: string): ReachError =>
  refuse(
    host,
    `ssh_config says that ${name} is at ${shown(hostName)}, which is neither an address nor a host's name. HostName there decides that.`,
  )

export const strangeUser = (host: string, name: string, user: string): ReachError =>
  refuse(
    host,
    `ssh_config says that ${shown(user)} logs in to ${name}, which is not a user's name. Give another with ssh.user, or with User there.`,
  )

export const strangeJump = (host: string, name: string, text: string): ReachError =>
  refuse(
    host,
    `ssh_config says that ${name} is reached through ${shown(text)}, which is no way to jump: [user@]host[:port]. ProxyJump there decides that.`,
  )

export const circle = (host: string, way: readonly string[]): ReachError =>
  refuse(
    host,
    `ssh_config jumps in a circle: ${way.join(' → ')}. Write ProxyJump none for one of them there, or proxy_jump: none in the inventory.`,
  )

export const tooFar = (host: string, most: number): ReachError =>
  refuse(
    host,
    `the way to it has more than ${String(most)} hosts. Shorten it with proxy_jump in the inventory, or with ProxyJump in ssh_config.`,
  )

/** The config's own sentence says where. */
export const wrongConfig = (host: string, message: string): ReachError =>
  refuse(host, `no way there can be read from ssh_config:\n${message}`)

/** `the ssh_config for it asks for CertificateFile (/home/a/.ssh/config:12)`. */
export const asksFor = (said: Said, jump: string | undefined): string =>
  `the ssh_config ${jump === undefined ? 'for it' : `for its jump host ${jump}`} asks for ${placed(said)}`

export const asksForAlgorithms = (options: readonly string[], jump: string | undefined): string =>
  `of what ssh_config asks for ${jump === undefined ? '' : `of its jump host ${jump} `}with ${options.join(' and ')}, lbprov's own SSH knows nothing`

export const noLoginKnown = (jump: string | undefined): string =>
  `ssh_config allows no login ${jump === undefined ? '' : `to its jump host ${jump} `}that lbprov's own SSH knows (PreferredAuthentications and its like)`

export const certificate = (file: string): string => `there is a certificate, ${file}`
export const securityKey = (file: string): string => `${file} is a key of a security key`
/** `shown`: the agent's. */
export const certificateOf = (shown: string): string => `${shown} is a certificate`
export const knownByAuthority = (name: string, place: string): string =>
  `${name} is known by a certificate authority alone (${tameWord(place)}, @cert-authority)`

const reasons: Readonly<Record<string, string>> = {
  ConnectionAttempts: 'a connection that fails is reported, not tried again',
  ForkAfterAuthentication: 'lbprov runs a shell of its own there',
  LocalCommand: 'nothing runs here but lbprov itself',
  NoHostAuthenticationForLocalhost: 'host keys are always verified',
  RemoteCommand: 'lbprov runs a shell of its own there',
  RequestTTY: 'a terminal would change what commands say',
  SessionType: 'lbprov runs a shell of its own there',
  StdinNull: 'lbprov runs a shell of its own there',
  Tunnel: 'lbprov makes no tunnels',
}

/** `RequestTTY (/home/a/.ssh/config:12) is not heeded: a terminal would change what commands say`. */
export const unheeded = (said: Said): string => {
  const reason = Object.hasOwn(reasons, said.option) ? reasons[said.option] : undefined
  return `${placed(said)} is not heeded${reason === undefined ? '' : `: ${reason}`}`
}
export const neverUnverified = (word: string): string =>
  `StrictHostKeyChecking ${word} of ssh_config is not heeded: host keys are always verified`
export const alwaysKnown = (): string =>
  'UserKnownHostsFile of ssh_config names no file that could know a host, and is not heeded: host keys are always verified'
export const onlyByOpenssh = (because: string): string =>
  `the inventory says transport: ssh2, though ${because}; only transport: openssh heeds that`
export const byOpenssh = (because: string): string => `reached by the system's ssh: ${because}`
