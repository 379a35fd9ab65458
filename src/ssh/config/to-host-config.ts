import { asked } from './asked.ts'
import type { Given, HostConfig } from './host-config.ts'
import { jumpsIn, numberIn, portIn, secondsIn } from './kinds.ts'
import type { Setting } from './parse.ts'
import { refuseForShell, unclearIn, type Halt, type Resolved } from './resolve.ts'
import {
  expand,
  expandHome,
  proxyTokens,
  shellFinds,
  tokensOf,
  type Expanded,
  type Local,
  type Tokens,
} from './tokens.ts'
import { lower } from './words.ts'

const isNone = (text: string | undefined): boolean => text?.toLowerCase() === 'none'

const strictness = { true: 'yes', false: 'no' } as const

/** The text of a command as it stands, `=` and all in front taken off. */
const commandIn = ({ rest }: Setting): string => rest.replace(/^[\s=]+/, '')

/**
 * What holds for a host, in HostConfig's words; or what of it only ssh itself knows. `left`: it is left to ssh anyhow, and
 * what cannot be filled in here stays as it was written.
 * @throws WishError where a shell would obey a name
 */
export const toHostConfig = (
  { settings, connection }: Resolved,
  given: Given,
  local: Local,
  left = false,
): HostConfig | Halt => {
  const { first } = settings
  let halt: Halt | undefined
  const textOf = (expanded: Expanded, from: Setting): string => {
    if ('text' in expanded) return expanded.text
    if (!left) halt ??= { unclear: unclearIn(from, expanded.wrong) }
    return from.words[0] ?? ''
  }
  const alias = first.get('HostKeyAlias')?.words[0]
  const hostKeyAlias = alias === undefined ? undefined : lower(alias)
  const tokens: Tokens = tokensOf({ ...connection, hostKeyAlias }, local)

  const setting = (option: string): Setting | undefined => first.get(option)
  const word = (option: string): string | undefined => setting(option)?.words[0]
  const small = (option: string): string | undefined => word(option)?.toLowerCase()
  const whole = (option: string): number | undefined => numberIn(word(option) ?? '')
  const seconds = (option: string): number | undefined =>
    isNone(word(option)) ? 0 : secondsIn(word(option) ?? '')
  const flag = (option: string): boolean | undefined => {
    const value = small(option)
    return value === undefined ? undefined : value !== 'no' && value !== 'false'
  }

  const home = (path: string, from: Setting): string => textOf(expandHome(path, local), from)
  // First the home, then tokens and the environment: a home that comes of these is none.
  const path = (text: string, from: Setting): string =>
    textOf(expand(home(text, from), tokens, local.env), from)
  const pathsOf = (list: readonly Setting[]): readonly string[] =>
    list.filter(({ words }) => !isNone(words[0])).map((each) => path(each.words[0] ?? '', each))

  const knownHosts = (
    option: string,
    file: (text: string, from: Setting) => string,
  ): readonly string[] | undefined => {
    const from = setting(option)
    if (from === undefined) return undefined
    return isNone(from.words[0]) ? [] : from.words.map((text) => file(text, from))
  }

  const agent = (): string | undefined => {
    const from = setting('IdentityAgent')
    if (from === undefined) return undefined
    const value = path(from.words[0] ?? '', from)
    if (value === 'SSH_AUTH_SOCK') return undefined
    // A variable that is not there is no agent, not SSH_AUTH_SOCK's.
    return /^\$(?!\{)/.test(value) ? (local.env[value.slice(1)] ?? 'none') : value
  }

  const proxyCommand = (): string | undefined => {
    const from = setting('ProxyCommand')
    if (from === undefined) return undefined
    const command = commandIn(from)
    if (isNone(command)) return undefined
    refuseForShell(shellFinds(command, tokens), 'ProxyCommand', from.place)
    return textOf(expand(command, proxyTokens(tokens)), from)
  }

  const proxyJump = (): readonly string[] | undefined => {
    const from = setting('ProxyJump')
    if (from === undefined || setting('ProxyCommand') !== undefined) return undefined
    const hops = jumpsIn(from.rest)
    if (isNone(hops[0])) return []
    const plain = (hop: string): string => hop.replace(/:$/, '')
    return hops.map((hop) => textOf(expand(plain(hop), proxyTokens(tokens)), from))
  }

  const strict = small('StrictHostKeyChecking') as
    keyof typeof strictness | Exclude<HostConfig['strictHostKeyChecking'], undefined> | undefined

  const config: HostConfig = {
    hostName: setting('HostName') === undefined ? undefined : connection.host,
    user: given.user ?? word('User'),
    port: given.port ?? portIn(word('Port') ?? ''),
    hostKeyAlias,
    identityFiles: pathsOf(settings.identityFiles),
    certificateFiles: pathsOf(settings.certificateFiles),
    identitiesOnly: flag('IdentitiesOnly'),
    identityAgent: agent(),
    proxyJump: proxyJump(),
    proxyCommand: proxyCommand(),
    userKnownHostsFiles: knownHosts('UserKnownHostsFile', (text, from) =>
      home(path(text, from), from),
    ),
    globalKnownHostsFiles: knownHosts('GlobalKnownHostsFile', home),
    strictHostKeyChecking: strict === 'true' || strict === 'false' ? strictness[strict] : strict,
    hashKnownHosts: flag('HashKnownHosts'),
    checkHostIp: flag('CheckHostIP'),
    connectTimeout: seconds('ConnectTimeout'),
    serverAliveInterval: seconds('ServerAliveInterval'),
    serverAliveCountMax: whole('ServerAliveCountMax'),
    addressFamily: small('AddressFamily') as HostConfig['addressFamily'],
    bindAddress: word('BindAddress'),
    preferredAuthentications: word('PreferredAuthentications')
      ?.split(',')
      .filter((each) => each !== ''),
    publicKeyAuthentication: flag('PubkeyAuthentication'),
    passwordAuthentication: flag('PasswordAuthentication'),
    keyboardInteractiveAuthentication: flag('KbdInteractiveAuthentication'),
    numberOfPasswordPrompts: whole('NumberOfPasswordPrompts'),
    batchMode: flag('BatchMode'),
    kexAlgorithms: word('KexAlgorithms'),
    hostKeyAlgorithms: word('HostKeyAlgorithms'),
    ciphers: word('Ciphers'),
    macs: word('MACs'),
    pubkeyAcceptedAlgorithms: word('PubkeyAcceptedAlgorithms'),
    ...(settings.identityFiles.length > 0 &&
    settings.identityFiles.every(({ words }) => isNone(words[0]))
      ? { noIdentityFile: true as const }
      : {}),
    needsOpenssh: asked(settings, 'openssh'),
    unheeded: asked(settings, 'nobody'),
  }
  return halt ?? config
}
