import type { Algorithms } from 'ssh2'

import type { Become, Transport } from '../inventory/cluster.ts'

/** How a person proves to be the user. RFC 4252, RFC 4256. */
export type LoginMethod = 'publickey' | 'password' | 'keyboard-interactive'

/**
 * How one hop is reached: what the inventory says, then ssh_config(5), then OpenSSH's defaults (but for the user, who
 * is root, and for what would be less strict). Tokens are expanded, `~` too.
 */
export interface Reach {
  /** As it would be typed behind `ssh`: what `Host` patterns are compared with. */
  readonly name: string
  /** Where it is connected to: `HostName`. */
  readonly host: string
  readonly port: number
  readonly user: string
  /** `HostKeyAlias`: the name, without a port, by which its key is known; undefined: `host` and `port`. */
  readonly hostKeyAlias: string | undefined
  /** In the order to try; empty: the agent's keys and OpenSSH's own default files. */
  readonly identityFiles: readonly string[]
  /** `IdentityFile none`: where `identityFiles` is empty, OpenSSH's own default files are not tried either. */
  readonly noIdentityFile?: boolean | undefined
  /** Of the agent's keys, only those of `identityFiles`. */
  readonly identitiesOnly: boolean
  /** The agent's socket; undefined: none is to be asked. */
  readonly agentSocket: string | undefined
  /** At least one; `none` is not among them. */
  readonly userKnownHostsFiles: readonly string[]
  readonly globalKnownHostsFiles: readonly string[]
  readonly strictHostKeyChecking: 'yes' | 'accept-new'
  readonly hashKnownHosts: boolean
  /** `CheckHostIP`: the address that it is reached by must not be known by another key than its name. */
  readonly checkHostIp: boolean
  /** Seconds. */
  readonly connectTimeout: number
  /** Seconds. */
  readonly serverAliveInterval: number
  readonly serverAliveCountMax: number
  readonly addressFamily: 'any' | 'inet' | 'inet6'
  readonly bindAddress: string | undefined
  /** The user's shell runs it, and its ends are the connection; undefined: TCP. Its tokens are expanded. */
  readonly proxyCommand: string | undefined
  /** Those that may be tried, in this order. */
  readonly logins: readonly LoginMethod[]
  readonly numberOfPasswordPrompts: number
  /** Only what ssh2 knows; each undefined: lbprov's own choice. */
  readonly algorithms: WantedAlgorithms
  readonly become: Become | undefined
  /** What of this the inventory says, or the words of a jump: the system's ssh is told no more, for it reads its own files. */
  readonly said: Said
}

/** What is said of a hop besides ssh_config; undefined, empty: nothing. */
export interface Said {
  readonly user: string | undefined
  readonly port: number | undefined
  readonly identityFiles: readonly string[]
  readonly userKnownHostsFiles: readonly string[]
  /** Nothing stands before it, whatever ssh_config says. */
  readonly straight: boolean
  /** ssh reads its files a second time, with the name that came of them. */
  readonly readTwice: boolean
}

/** KexAlgorithms, HostKeyAlgorithms, Ciphers, MACs, PubkeyAcceptedAlgorithms, as the user asks for them. */
export interface WantedAlgorithms {
  readonly kex?: Algorithms['kex'] | undefined
  readonly hostKey?: readonly string[] | undefined
  /** A host that is known by a key of this type is asked in the order of `hostKey`; `any`: each host. Default: its first. */
  readonly best?: string | undefined
  readonly cipher?: Algorithms['cipher'] | undefined
  readonly mac?: Algorithms['hmac'] | undefined
  readonly publicKey?: readonly string[] | undefined
}

/** The way to one host of the inventory. */
export interface Route {
  /** The hops, nearest first; the last is the host itself. None of them is reached by a hop of its own. */
  readonly hops: readonly [Reach, ...Reach[]]
  readonly transport: Transport
  /** Why it is not ssh2, where the inventory does not say so itself: `its ssh_config asks for CertificateFile (…)`. */
  readonly because: string | undefined
  /** Sentences about options of ssh_config that are not honoured. */
  readonly remarks: readonly string[]
}
