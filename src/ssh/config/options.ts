import type { Kind } from './kinds.ts'

/** What an option asks for that ssh2 does not do, or nobody. */
interface Asks {
  readonly of: 'openssh' | 'nobody'
  /** By its first value, and those of other options. */
  readonly when: (value: string, said: (name: string) => string | undefined) => boolean
  /** Only where the user's own file says it: distributions say it for everybody, whether it is of use or not. */
  readonly own: boolean
}

/** A keyword of ssh_config(5). */
export interface Option {
  /** As ssh_config(5) spells it. */
  readonly name: string
  readonly kind: Kind
  /** `honoured`: HostConfig has it. `harmless`: commands run the same without it. */
  readonly use: 'honoured' | 'harmless' | Asks
}

const yesNo = ['yes', 'no', 'true', 'false']
const isNot =
  (...words: readonly string[]) =>
  (value: string): boolean =>
    !words.includes(value.toLowerCase())

const openssh = (when: Asks['when'], own = false): Asks => ({ of: 'openssh', when, own })
const nobody = (when: Asks['when']): Asks => ({ of: 'nobody', when, own: false })
const isOn = isNot('no', 'false')
const isGiven = isNot('none')

const honoured: Readonly<Record<string, Kind>> = {
  AddressFamily: ['any', 'inet', 'inet6'],
  BatchMode: yesNo,
  BindAddress: 'word',
  CheckHostIP: yesNo,
  Ciphers: 'word',
  ConnectTimeout: 'time',
  GlobalKnownHostsFile: 'files',
  HashKnownHosts: yesNo,
  HostKeyAlgorithms: 'word',
  HostKeyAlias: 'word',
  HostName: 'word',
  IdentitiesOnly: yesNo,
  IdentityAgent: 'agent',
  IdentityFile: 'word',
  IgnoreUnknown: 'word',
  KbdInteractiveAuthentication: yesNo,
  KexAlgorithms: 'word',
  MACs: 'word',
  NumberOfPasswordPrompts: 'number',
  PasswordAuthentication: yesNo,
  Port: 'port',
  PreferredAuthentications: 'word',
  ProxyCommand: 'command',
  ProxyJump: 'jumps',
  PubkeyAcceptedAlgorithms: 'word',
  PubkeyAuthentication: [...yesNo, 'unbound', 'host-bound'],
  ServerAliveCountMax: 'number',
  ServerAliveInterval: 'time',
  StrictHostKeyChecking: [...yesNo, 'ask', 'off', 'accept-new'],
  // Of 9.4 and later: what `Match tagged` compares with.
  Tag: 'word',
  User: 'word',
  UserKnownHostsFile: 'files',
}

const asking: Readonly<Record<string, readonly [Kind, Asks]>> = {
  BindInterface: ['word', openssh(() => true)],
  CanonicalizeHostname: [[...yesNo, 'always'], openssh(isOn)],
  CertificateFile: ['word', openssh(isGiven)],
  GSSAPIAuthentication: [yesNo, openssh(isOn, true)],
  GSSAPIKeyExchange: [yesNo, openssh(isOn, true)],
  HostbasedAuthentication: [yesNo, openssh(isOn)],
  KbdInteractiveDevices: ['word', openssh(() => true)],
  KnownHostsCommand: ['command', openssh(isGiven)],
  PKCS11Provider: ['word', openssh(isGiven)],
  ProxyUseFdpass: [
    yesNo,
    openssh((value, said) => isOn(value) && isGiven(said('ProxyCommand') ?? 'none')),
  ],
  // Of 10.0 and later. ssh itself says no, in the words that stand there.
  RefuseConnection: ['anything', openssh(() => true)],
  // RHEL says 2048 for everybody.
  RequiredRSASize: ['number', openssh(() => true, true)],
  // A key revocation list is a format of OpenSSH's own, and what is revoked must not be believed.
  RevokedHostKeys: ['word', openssh(isGiven)],
  SecurityKeyProvider: ['word', openssh(isNot('internal', 'none'))],
  VerifyHostKeyDNS: [[...yesNo, 'ask'], openssh(isOn)],

  // A connection that fails is reported, not tried again; one that is dropped at the door is, whatever this says.
  ConnectionAttempts: ['number', nobody((value) => Number(value) > 1)],
  ForkAfterAuthentication: [yesNo, nobody(isOn)],
  LocalCommand: [
    'command',
    nobody((value, said) => isGiven(value) && isOn(said('PermitLocalCommand') ?? 'no')),
  ],
  // Host keys are verified wherever they are.
  NoHostAuthenticationForLocalhost: [yesNo, nobody(isOn)],
  RemoteCommand: ['command', nobody(isGiven)],
  // A terminal would change what commands print. `yes` asks for one only where a person sits.
  RequestTTY: [[...yesNo, 'force', 'auto'], nobody((value) => value.toLowerCase() === 'force')],
  SessionType: [['none', 'subsystem', 'default'], nobody(isNot('default'))],
  StdinNull: [yesNo, nobody(isOn)],
  Tunnel: [[...yesNo, 'ethernet', 'point-to-point'], nobody(isOn)],
}

const harmless: Readonly<Record<string, Kind>> = {
  AddKeysToAgent: 'anything',
  // Only for certificates, and those are the system's ssh's.
  CASignatureAlgorithms: 'word',
  CanonicalDomains: 'files',
  CanonicalizeFallbackLocal: yesNo,
  CanonicalizeMaxDots: 'number',
  CanonicalizePermittedCNAMEs: 'words',
  ChannelTimeout: 'anything',
  ClearAllForwardings: yesNo,
  Compression: ['yes', 'no'],
  // A shared connection is no new one, and a guard needs new ones.
  ControlMaster: [...yesNo, 'auto', 'ask', 'autoask'],
  ControlPath: 'word',
  ControlPersist: 'anything',
  DynamicForward: 'anything',
  EnableEscapeCommandline: yesNo,
  EnableSSHKeysign: yesNo,
  EscapeChar: 'anything',
  ExitOnForwardFailure: yesNo,
  FingerprintHash: ['md5', 'sha256'],
  ForwardAgent: 'word',
  ForwardX11: yesNo,
  ForwardX11Timeout: 'time',
  ForwardX11Trusted: yesNo,
  // GSSAPI's others mean nothing without the two above.
  GSSAPIClientIdentity: 'word',
  GSSAPIDelegateCredentials: yesNo,
  GSSAPIKexAlgorithms: 'word',
  GSSAPIRenewalForcesRekey: yesNo,
  GSSAPIServerIdentity: 'word',
  GSSAPITrustDns: yesNo,
  GatewayPorts: yesNo,
  HostbasedAcceptedAlgorithms: 'word',
  IPQoS: 'anything',
  LocalForward: 'anything',
  LogLevel: [
    ...['quiet', 'silent', 'fatal', 'error', 'info', 'verbose'],
    ...['debug', 'debug1', 'debug2', 'debug3'],
  ],
  LogVerbose: 'anything',
  ObscureKeystrokeTiming: 'anything',
  PermitLocalCommand: yesNo,
  PermitRemoteOpen: 'anything',
  RekeyLimit: 'anything',
  RemoteForward: 'anything',
  SendEnv: 'anything',
  SetEnv: 'anything',
  StreamLocalBindMask: 'anything',
  StreamLocalBindUnlink: yesNo,
  SyslogFacility: 'word',
  TCPKeepAlive: yesNo,
  TunnelDevice: 'word',
  UpdateHostKeys: [...yesNo, 'ask'],
  // Apple's own.
  UseKeychain: yesNo,
  VersionAddendum: 'anything',
  VisualHostKey: yesNo,
  WarnWeakCrypto: 'anything',
  XAuthLocation: 'word',
}

/** Older names, and Debian's. */
const aliases: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'KbdInteractiveAuthentication',
  dsaauthentication: 'PubkeyAuthentication',
  hostbasedkeytypes: 'HostbasedAcceptedAlgorithms',
  identityfile2: 'IdentityFile',
  keepalive: 'TCPKeepAlive',
  protocolkeepalives: 'ServerAliveInterval',
  pubkeyacceptedkeytypes: 'PubkeyAcceptedAlgorithms',
  rsaminsize: 'RequiredRSASize',
  setuptimeout: 'ServerAliveInterval',
  skeyauthentication: 'KbdInteractiveAuthentication',
  smartcarddevice: 'PKCS11Provider',
  tisauthentication: 'KbdInteractiveAuthentication',
}

/** What OpenSSH took once, and passes over today. */
const former =
  'afstokenpassing cipher compressionlevel fallbacktorsh globalknownhostsfile2 kerberosauthentication ' +
  'kerberostgtpassing protocol rhostsauthentication rhostsrsaauthentication rsaauthentication ' +
  'useprivilegedport userknownhostsfile2 useroaming usersh'

/** Every keyword but Host, Match and Include. */
export const options: readonly Option[] = [
  ...Object.entries(honoured).map(([name, kind]): Option => ({ name, kind, use: 'honoured' })),
  ...Object.entries(asking).map(([name, [kind, use]]): Option => ({ name, kind, use })),
  ...Object.entries(harmless).map(([name, kind]): Option => ({ name, kind, use: 'harmless' })),
]

const byKeyword = new Map<string, Option>([
  ...former
    .split(' ')
    .map((name): [string, Option] => [name, { name, kind: 'anything', use: 'harmless' }]),
  ...options.map((option): [string, Option] => [option.name.toLowerCase(), option]),
])

/** An option by its keyword in small letters. */
export const optionOf = (keyword: string): Option | undefined =>
  byKeyword.get(
    (Object.hasOwn(aliases, keyword) ? aliases[keyword] : keyword)?.toLowerCase() ?? keyword,
  )

/** Those that lbprov does without and ssh fills in all the same: one that it cannot fill in, it refuses. */
export const filledIn: ReadonlySet<string> = new Set([
  ...['ControlPath', 'ForwardAgent', 'LocalForward', 'RemoteCommand', 'RemoteForward'],
])

/** Of 9.3 and later. */
const newer = new Set([
  ...['channeltimeout', 'obscurekeystroketiming', 'refuseconnection', 'tag', 'versionaddendum'],
  'warnweakcrypto',
])
/** Apple's, Debian's, and of those that speak Kerberos as Red Hat's and Debian's do. */
const vendors = new Set([
  ...['usekeychain', 'protocolkeepalives', 'setuptimeout', 'rsaminsize'],
  ...['gssapiclientidentity', 'gssapikexalgorithms', 'gssapikeyexchange', 'gssapiserveridentity'],
  ...['gssapirenewalforcesrekey', 'gssapitrustdns'],
])

/**
 * Whether not every OpenSSH knows a keyword, in small letters: one that does not refuses the whole file. What a
 * distribution says to everybody (`own`: it is not there), its own ssh reads.
 */
export const isDoubtfulKeyword = (keyword: string, own: boolean): boolean =>
  newer.has(keyword) || (own && vendors.has(keyword))
