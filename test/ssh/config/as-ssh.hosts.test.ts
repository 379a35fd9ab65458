import { rmSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { applyAlgorithms } from '../../../src/ssh/config/algorithm-list.ts'
import type { HostConfig } from '../../../src/ssh/config/host-config.ts'
import { readSshConfig } from '../../../src/ssh/config/read.ts'
import { blocks } from './cases/blocks.ts'
import type { Case } from './cases/case.ts'
import { files } from './cases/files.ts'
import { tops } from './cases/tops.ts'
import { values } from './cases/values.ts'
import { ways } from './cases/ways.ts'
import { words } from './cases/words.ts'
import { algorithms, lay, printed, used, type Laid } from './real-ssh.ts'

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

const ours = (each: Case, { folder, config, env }: Laid): HostConfig =>
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
  // ssh takes the last hop apart, and prints it in the shorter of the two forms.
  proxyjump:
    config.proxyJump?.length === 0
      ? undefined
      : config.proxyJump?.join(',').replace(/ssh:\/\/(?!.*,)/, ''),
  proxyCommand: config.proxyCommand,
  userknownhostsfile: list(config.userKnownHostsFiles, 'userknownhostsfile'),
  globalknownhostsfile: list(config.globalKnownHostsFiles, 'globalknownhostsfile'),
  stricthostkeychecking: config.strictHostKeyChecking ?? byDefault('stricthostkeychecking'),
  hashknownhosts: yesNo(config.hashKnownHosts, 'hashknownhosts'),
  connecttimeout: config.connectTimeout ?? byDefault('connecttimeout'),
  serveraliveinterval: String(config.serverAliveInterval ?? byDefault('serveraliveinterval')),
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
  pubkeyauthentication: { true: 'yes', false: 'no', 'host-bound': 'yes', unbound: 'yes' },
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
    identityagent: agent?.startsWith('$') === true ? laid.env[agent.slice(1)] : agent,
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

describe('the same values as ssh -G', () => {
  it.each([...blocks, ...files, ...words, ...ways, ...values, ...tops])('$what', (each) => {
    // Each of the two has files of its own: one case tells a command to leave something there.
    const [theirLay, ourLay] = [lay(each), lay(each)]
    try {
      const mine = plainOfOurs(ours(each, ourLay), each)
      const keys = Object.keys(mine)
      const ownFolder = (text: string | undefined) =>
        text?.replaceAll(ourLay.folder, theirLay.folder)
      const shown = compared(mine, keys, ourLay)
      expect(
        Object.fromEntries(Object.entries(shown).map(([key, text]) => [key, ownFolder(text)])),
      ).toEqual(compared(plainOfSsh(each, theirLay), keys, theirLay))
    } finally {
      rmSync(theirLay.folder, { recursive: true })
      rmSync(ourLay.folder, { recursive: true })
    }
  })
})
