/**
 * What ssh_config(5) says of one host, as `ssh -G` resolves it: the first value wins, lists collect. Undefined or empty:
 * not said in any file; OpenSSH's own defaults are not filled in here. Tokens (%h, %u, …) and `~` are expanded.
 */
export interface HostConfig {
  readonly hostName: string | undefined
  readonly user: string | undefined
  readonly port: number | undefined
  readonly hostKeyAlias: string | undefined
  readonly identityFiles: readonly string[]
  /** `IdentityFile none` and no other: no file is to be tried, not even OpenSSH's default ones. */
  readonly noIdentityFile?: true
  readonly certificateFiles: readonly string[]
  readonly identitiesOnly: boolean | undefined
  /** A path; `none`; undefined: SSH_AUTH_SOCK. `SSH_AUTH_SOCK` and `$NAME` are resolved. */
  readonly identityAgent: string | undefined
  /** `[user@]host[:port]` or an ssh:// URI each, nearest first; empty: `none`. */
  readonly proxyJump: readonly string[] | undefined
  /** Undefined also for `none`. Exclusive with `proxyJump`: whichever stood first. */
  readonly proxyCommand: string | undefined
  /** Empty: `none`. */
  readonly userKnownHostsFiles: readonly string[] | undefined
  readonly globalKnownHostsFiles: readonly string[] | undefined
  readonly strictHostKeyChecking: 'yes' | 'no' | 'off' | 'ask' | 'accept-new' | undefined
  readonly hashKnownHosts: boolean | undefined
  readonly checkHostIp: boolean | undefined
  /** Seconds; 0 (`none`): the system's own. */
  readonly connectTimeout: number | undefined
  readonly serverAliveInterval: number | undefined
  readonly serverAliveCountMax: number | undefined
  readonly addressFamily: 'any' | 'inet' | 'inet6' | undefined
  readonly bindAddress: string | undefined
  readonly preferredAuthentications: readonly string[] | undefined
  readonly publicKeyAuthentication: boolean | undefined
  readonly passwordAuthentication: boolean | undefined
  readonly keyboardInteractiveAuthentication: boolean | undefined
  readonly numberOfPasswordPrompts: number | undefined
  readonly batchMode: boolean | undefined
  /** As written, with `+`, `-` or `^` in front where it changes the default list. */
  readonly kexAlgorithms: string | undefined
  readonly hostKeyAlgorithms: string | undefined
  readonly ciphers: string | undefined
  readonly macs: string | undefined
  readonly pubkeyAcceptedAlgorithms: string | undefined
  /** Options that only the system's ssh can honour, as they were said: `CertificateFile`, with where that stands. */
  readonly needsOpenssh: readonly Said[]
  /** Options that nobody can honour here: they would change how a host is reached, and do not. */
  readonly unheeded: readonly Said[]
  /** All of this is the installed ssh's own word (`ssh -G`), its defaults too: lbprov's reader does not know it exactly. */
  readonly readBySsh?: true
  /** With it: ssh reads its files a second time, with the name that came of them. */
  readonly readTwice?: boolean
}

/** An option and where it stands. */
export interface Said {
  /** In ssh_config(5)'s own spelling. */
  readonly option: string
  readonly value: string
  readonly file: string
  /** Counts from 1. */
  readonly line: number
}

/** What a person gave for this host besides its name; it wins over the files, and `Match user` sees it. */
export interface Given {
  readonly user?: string | undefined
  readonly port?: number | undefined
  /** Who logs in where neither this nor a file says it. */
  readonly usualUser?: string | undefined
  /** Whether there is a way there that no file says: through another host, or straight. */
  readonly proxied?: boolean | undefined
  /** It is ssh that goes there, so it is ssh that is to say how it reads its files. */
  readonly bySsh?: boolean
}

/** Files of ssh_config(5), read once. */
export interface SshConfig {
  /** `name`: as it would be typed behind `ssh`. Commands of Match exec run meanwhile, and `ssh -G` where only that knows. */
  readonly of: (name: string, given: Given) => Promise<HostConfig>
  /** The files that were read at the top, for the system's ssh to read too: the user's (or -F's), then the system's. */
  readonly files: readonly string[]
}
