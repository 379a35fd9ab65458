import { rmSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import { WishError } from '../../../src/errors.ts'
import { applyAlgorithms } from '../../../src/ssh/config/algorithm-list.ts'
import type { HostConfig } from '../../../src/ssh/config/host-config.ts'
import { readSshConfig } from '../../../src/ssh/config/read.ts'
import { jumpIn } from '../../../src/ssh/jump-words.ts'
import type { Case } from './cases/case.ts'
import { algorithms, lay, printed, used, Refused, type Laid } from './real-ssh.ts'

const nothing: Case = { what: 'nothing', config: '' }
const nowhere = lay(nothing)
const defaults = printed(nothing, nowhere)
const defaultIdentities = used(nothing, nowhere, false).identityFiles
rmSync(nowhere.folder, { recursive: true })

const all = {
  kexalgorithms: algorithms('kex'),
  ciphers: algorithms('cipher'),
  macs: algorithms('mac'),
  hostkeyalgorithms: algorithms('HostKeyAlgorithms'),
  pubkeyacceptedalgorithms: algorithms('PubkeyAcceptedAlgorithms'),
}

const ours = async (each: Case, { folder, config, env }: Laid): Promise<HostConfig> =>
  readSshConfig({
    file: config,
    home: each.user === undefined && each.system === undefined ? homedir() : join(folder, 'home'),
    user: userInfo().username,
    localHost: hostname(),
    env,
    systemFile: join(folder, 'etc/ssh_config'),
  }).of(each.host ?? 'lb1', { user: each.login, port: each.port })

/** One of ssh's values where neither it nor the files say anything. */
const byDefault = (keyword: string): string | undefined => defaults.get(keyword)

const yesNo = (value: boolean | undefined, keyword: string): string | undefined =>
  value === undefined ? byDefault(keyword) : value ? 'yes' : 'no'

const list = (value: readonly string[] | undefined, keyword: string): string | undefined => {
  if (value === undefined) return byDefault(keyword)
  return value.length === 0 ? 'none' : value.join(' ')
}

const chosen = (said: string | undefined, keyword: keyof typeof all): string | undefined => {
  const usual = byDefault(keyword) ?? ''
  return said === undefined
    ? usual
    : applyAlgorithms(said, usual.split(','), all[keyword]).join(',')
}

/** ssh takes the last hop apart, and prints it in another form than it was written in. */
const hops = (text: string | undefined): readonly unknown[] | undefined =>
  text?.split(',').map((hop) => {
    const found = jumpIn(hop.replace(/:ssh$/, ':22'))
    return found === undefined ? hop : [found.user, found.host, found.port]
  })

const plainOfOurs = (config: HostConfig, each: Case) => ({
  user: config.user ?? byDefault('user'),
  hostname: config.hostName ?? (each.host ?? 'lb1').toLowerCase(),
  port: String(config.port ?? byDefault('port')),
  hostkeyalias: config.hostKeyAlias,
  identityFiles:
    config.identityFiles.length === 0 && config.noIdentityFile !== true
      ? defaultIdentities
      : config.identityFiles,
  certificateFiles: config.certificateFiles,
  identitiesonly: yesNo(config.identitiesOnly, 'identitiesonly'),
  identityagent: config.identityAgent,
  proxyjump: config.proxyJump?.length === 0 ? undefined : hops(config.proxyJump?.join(',')),
  proxyCommand: config.proxyCommand,
  userknownhostsfile: list(config.userKnownHostsFiles, 'userknownhostsfile'),
  globalknownhostsfile: list(config.globalKnownHostsFiles, 'globalknownhostsfile'),
  stricthostkeychecking: config.strictHostKeyChecking ?? byDefault('stricthostkeychecking'),
  hashknownhosts: yesNo(config.hashKnownHosts, 'hashknownhosts'),
  checkhostip: yesNo(config.checkHostIp, 'checkhostip'),
  connecttimeout:
    config.connectTimeout === 0 ? 'none' : (config.connectTimeout ?? byDefault('connecttimeout')),
  // Debian's ssh has another default with BatchMode; lbprov has one of its own.
  serveraliveinterval: config.serverAliveInterval,
  serveralivecountmax: String(config.serverAliveCountMax ?? byDefault('serveralivecountmax')),
  addressfamily: config.addressFamily ?? byDefault('addressfamily'),
  bindaddress: config.bindAddress,
  preferredauthentications: config.preferredAuthentications?.join(','),
  pubkeyauthentication: yesNo(config.publicKeyAuthentication ?? true, ''),
  passwordauthentication: yesNo(config.passwordAuthentication, 'passwordauthentication'),
  kbdinteractiveauthentication: yesNo(
    config.keyboardInteractiveAuthentication,
    'kbdinteractiveauthentication',
  ),
  numberofpasswordprompts: String(
    config.numberOfPasswordPrompts ?? byDefault('numberofpasswordprompts'),
  ),
  batchmode: yesNo(config.batchMode, 'batchmode'),
  kexalgorithms: chosen(config.kexAlgorithms, 'kexalgorithms'),
  hostkeyalgorithms: chosen(config.hostKeyAlgorithms, 'hostkeyalgorithms'),
  ciphers: chosen(config.ciphers, 'ciphers'),
  macs: chosen(config.macs, 'macs'),
  pubkeyacceptedalgorithms: chosen(config.pubkeyAcceptedAlgorithms, 'pubkeyacceptedalgorithms'),
})

// `ssh -G` prints one word for several that mean the same.
const meaning: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  stricthostkeychecking: { true: 'yes', false: 'no', off: 'no' },
  connecttimeout: { 0: 'none' },
  pubkeyauthentication: { true: 'yes', false: 'no', 'host-bound': 'yes', unbound: 'yes' },
}

const agentOf = (agent: string | undefined, { env }: Laid): string | undefined => {
  if (agent === 'SSH_AUTH_SOCK') return undefined
  // No agent, where there is no such variable.
  return agent?.startsWith('$') === true ? (env[agent.slice(1)] ?? 'none') : agent
}

const plainOfSsh = (each: Case, laid: Laid): Readonly<Record<string, unknown>> => {
  const all = printed(each, laid)
  // Its -G shows these as they were written; what it uses is known when it connects.
  const { identityFiles, certificateFiles, proxyCommand } = used(
    each,
    laid,
    all.has('proxycommand'),
  )
  // A variable's name, too, is followed only when it connects.
  const agent = all.get('identityagent')
  return {
    ...Object.fromEntries(all),
    identityFiles,
    certificateFiles,
    proxyCommand,
    identityagent: agentOf(agent, laid),
    proxyjump: hops(all.get('proxyjump')),
    // Its home comes to these behind what -G prints.
    globalknownhostsfile: all.get('globalknownhostsfile')?.replaceAll(/(?<=^| )~/g, homedir()),
  }
}

const compared = (plain: Readonly<Record<string, unknown>>, keys: readonly string[], laid: Laid) =>
  Object.fromEntries(
    keys.map((key) => {
      const value = plain[key]
      const text = typeof value === 'number' ? String(value) : value
      const meant = typeof text === 'string' ? (meaning[key]?.[text] ?? text) : text
      // Where a case has a home of its own, ssh was shown it under the name of the real one.
      const json = JSON.stringify(meant) as string | undefined
      return [key, json?.replaceAll(join(laid.folder, 'home'), homedir())]
    }),
  )

/** What comes of a case: the values that matter, as one text each, or why there are none. */
export type Outcome =
  { readonly values: Readonly<Record<string, string | undefined>> } | { readonly refused: string }

/** `leftToSsh`: lbprov does not know it exactly, and takes ssh's own word. */
type Kind = 'same' | 'both refuse' | 'left to ssh' | 'different'

export interface Compared {
  readonly kind: Kind
  readonly ours: Outcome
  readonly theirs: Outcome
}

/** What lbprov says of a host that it leaves to ssh. */
const told: readonly string[] = [
  ...['user', 'hostname', 'port', 'hostkeyalias', 'proxyjump', 'stricthostkeychecking'],
  ...['userknownhostsfile', 'connecttimeout', 'checkhostip'],
]

const isSame = (ours: Outcome, theirs: Outcome, keys?: readonly string[]): boolean => {
  if ('refused' in ours || 'refused' in theirs || keys === undefined)
    return isDeepStrictEqual(ours, theirs)
  return keys.every((key) => ours.values[key] === theirs.values[key])
}

const kindOf = (ours: Outcome, theirs: Outcome, leftToSsh: boolean): Kind => {
  // What it fails at when it connects, it says itself then.
  if (leftToSsh)
    return 'refused' in theirs || isSame(ours, theirs, told) ? 'left to ssh' : 'different'
  if ('refused' in ours && 'refused' in theirs) return 'both refuse'
  return isSame(ours, theirs) ? 'same' : 'different'
}

const attempt = async (work: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof WishError || error instanceof Refused) return { refused: error.message }
    throw error
  }
}

const isComparable = (key: string, config: HostConfig, each: Case): boolean => {
  // lbprov has a default of its own, and Debian another with BatchMode.
  if (key === 'serveraliveinterval') return (config.serverAliveInterval ?? 0) > 0
  if (key !== 'identityFiles' && key !== 'certificateFiles') return true
  // What ssh opens is known when it connects, which it is kept from by a way of its own: it sees no ProxyJump then.
  const texts = [each.config, each.user, each.system, ...Object.values(each.files ?? {})]
  const hasJump = (config.proxyJump ?? []).length > 0
  return !hasJump || !texts.some((text) => /%[Cj]/.test(text ?? ''))
}

/** The same case, by lbprov's reader and by the real ssh. */
export const compare = async (each: Case): Promise<Compared> => {
  // Each of the two has files of its own: one case tells a command to leave something there.
  const [theirLay, ourLay] = [lay(each), lay(each)]
  const inTheirFolder = (text: string | undefined) =>
    text?.replaceAll(ourLay.folder, theirLay.folder)
  let keys: readonly string[] = []
  let leftToSsh = false
  try {
    const mine = await attempt(async () => {
      const config = await ours(each, ourLay)
      leftToSsh = config.readBySsh === true
      const plain = plainOfOurs(config, each)
      keys = Object.keys(plain).filter((key) => isComparable(key, config, each))
      const shown = Object.entries(compared(plain, keys, ourLay))
      return { values: Object.fromEntries(shown.map(([key, text]) => [key, inTheirFolder(text)])) }
    })
    const theirs = await attempt(() =>
      Promise.resolve({ values: compared(plainOfSsh(each, theirLay), keys, theirLay) }),
    )
    return { kind: kindOf(mine, theirs, leftToSsh), ours: mine, theirs }
  } finally {
    rmSync(theirLay.folder, { recursive: true })
    rmSync(ourLay.folder, { recursive: true })
  }
}
