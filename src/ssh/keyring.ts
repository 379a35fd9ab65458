import { join } from 'node:path'

import type { ParsedKey } from 'ssh2'

import { reveal } from '../secret.ts'
import { agentSigns, makeAgents, type AgentKey, type Agents } from './agent.ts'
import { defaultAlgorithms, mayShow } from './algorithms.ts'
import type { Hop } from './hop.ts'
import { isCertificate } from './key-form.ts'
import {
  certificateBeside,
  publicKey,
  readKeyFile,
  signWith,
  type KeyFile,
  type Unusable,
} from './key-file.ts'
import { keyType } from './known-hosts.ts'
import { once } from './once.ts'
import type { Person } from './person.ts'
import * as say from './sentences.ts'

/** One key that may log in. */
export interface Identity {
  /** As a person knows it: the file, or the agent's comment. */
  readonly shown: string
  /** The public half; undefined: the file says it only when it is unlocked. */
  readonly half: ParsedKey | undefined
  /** Nobody need be asked for a signature. */
  readonly atOnce: boolean
  /** Asks a person for the passphrase: the key, or the reason why not. Undefined: it is not locked. */
  readonly unlock?: (() => Promise<ParsedKey | string>) | undefined
  /** The signature, or the reason why there is none. `algorithm`: RFC 4253, 6.6; RFC 8332. */
  readonly sign: (bytes: Buffer, algorithm: string) => Promise<Buffer | string>
}

/** The identities for a hop in the order to try them, and why others are not among them. */
export interface Keys {
  readonly identities: readonly Identity[]
  readonly unusable: readonly string[]
  /** The system's ssh could use some of the others. */
  readonly more: boolean
}

export type Keyring = (hop: Hop) => Promise<Keys>

/** Those that OpenSSH looks for in `~/.ssh`; the last two are named when they are of no use. */
const defaultFiles = ['id_ed25519', 'id_ecdsa', 'id_rsa', 'id_ed25519_sk', 'id_ecdsa_sk']

const passphraseTries = 3

/** An agent that takes longer than this has probably asked somebody. */
const agentPatienceMs = 2000

const bytesOf = (key: ParsedKey): Buffer => key.getPublicSSH()

/**
 * The keys of this machine. Files are read once, agents listed once and passphrases asked once, for all hosts.
 * Without a `person` nobody is asked. `home`: where the default key files stand, ssh_config(5), IdentityFile.
 */
export const makeKeyring = (
  person: Person | undefined,
  home: string,
  agents: Agents = makeAgents(),
): Keyring => {
  const fileOnce = once(readKeyFile)
  const certificateOnce = once(certificateBeside)

  const unlock = async (file: string): Promise<ParsedKey | string> => {
    const sealed = await fileOnce(file)
    if ('why' in sealed || sealed.kind !== 'sealed') return say.strangeKey(file)
    for (let tries = 0; tries < passphraseTries; tries += 1) {
      const passphrase = await person?.askHidden(say.askPassphrase(file, tries > 0))
      if (passphrase === undefined) return say.noPassphrase(file)
      const key = sealed.open(reveal(passphrase))
      if (key !== undefined) return key
    }
    return say.wrongPassphrase(file)
  }
  const unlockOnce = once(unlock)

  const ofAgent = (socket: string, held: AgentKey, half: ParsedKey, shown: string): Identity => ({
    shown,
    half,
    atOnce: false,
    sign: async (bytes, algorithm) => {
      const tell = setTimeout(() => person?.tell(say.agentAsks(shown)), agentPatienceMs)
      try {
        return await agentSigns(socket, held.bytes, bytes, algorithm)
      } catch (error) {
        return say.agentRefuses(shown, (error as Error).message)
      } finally {
        clearTimeout(tell)
      }
    },
  })

  const ofFile = (file: string, found: KeyFile): Identity | Unusable => {
    if (found.kind === 'public') return { why: say.publicKeyOnly(file) }
    if (found.exposed !== undefined) return { why: found.exposed }
    if (found.kind === 'private') {
      const { key } = found
      const sign = (bytes: Buffer, algorithm: string) =>
        Promise.resolve(signWith(key, bytes, algorithm))
      return { shown: file, half: key, atOnce: true, sign }
    }
    if (person === undefined) return { why: say.noPassphrase(file) }
    return {
      shown: file,
      half: found.half,
      atOnce: false,
      unlock: () => unlockOnce(file),
      sign: async (bytes, algorithm) => {
        const key = await unlockOnce(file)
        return typeof key === 'string' ? key : signWith(key, bytes, algorithm)
      },
    }
  }

  return async ({ ssh }) => {
    const socket = ssh.agentSocket
    const agent = socket === undefined ? [] : await agents(socket)
    const inAgent = typeof agent === 'string' ? [] : agent
    const given = ssh.identityFiles.length > 0
    const usual = ssh.noIdentityFile === true ? [] : defaultFiles
    const files = given ? ssh.identityFiles : usual.map((name) => join(home, '.ssh', name))
    const found = await Promise.all(files.map(fileOnce))
    const accepted = ssh.algorithms.publicKey ?? defaultAlgorithms.publicKey

    const named = new Set<AgentKey>()
    const byFile = found.map((each, n): Identity | Unusable => {
      const file = files[n] ?? ''
      if ('why' in each) return each
      const half = each.kind === 'sealed' ? each.half : each.key
      if (half !== undefined && !mayShow(half.type, accepted)) {
        return { why: say.unacceptedKey(file, half.type) }
      }
      const held = inAgent.find((one) => half !== undefined && bytesOf(half).equals(one.bytes))
      if (held !== undefined) named.add(held)
      const own = ofFile(file, each)
      const asAgent = socket !== undefined && held !== undefined && half !== undefined
      return asAgent && !('atOnce' in own && own.atOnce) ? ofAgent(socket, held, half, file) : own
    })
    const others = (ssh.identitiesOnly ? [] : inAgent.filter((each) => !named.has(each))).map(
      (held): Identity | Unusable => {
        const shown = say.agentKey(held.comment)
        const half = publicKey(held.bytes)
        if (half === undefined) {
          const type = keyType(held.bytes)
          const openssh = type.startsWith('sk-') || isCertificate(type)
          return { why: say.strangeAgentKey(shown, type), openssh }
        }
        return mayShow(half.type, accepted)
          ? ofAgent(socket ?? '', held, half, shown)
          : { why: say.unacceptedKey(shown, half.type) }
      },
    )

    const usable = byFile.filter((each) => 'sign' in each)
    const ofTheAgent = others.filter((each) => 'sign' in each)
    const open = usable.filter((each) => each.atOnce)
    const why = (all: readonly (Identity | Unusable)[]): readonly Unusable[] =>
      all.filter((each) => 'why' in each)
    const certificates = await Promise.all(
      files.filter((_, n) => !('why' in (found[n] ?? { why: '' }))).map(certificateOnce),
    )
    return {
      identities: [
        ...usable.filter((each) => !each.atOnce && each.unlock === undefined),
        // OpenSSH shows all of an agent's keys before the first that is only a file. But sshd counts them
        // (MaxAuthTries, 6), so a file that somebody has named does not wait behind what an agent happens to hold.
        ...(given ? [...open, ...ofTheAgent] : [...ofTheAgent, ...open]),
        // Whoever needs a person's help comes last.
        ...usable.filter((each) => each.unlock !== undefined),
      ],
      unusable: [
        ...new Set([
          ...(typeof agent === 'string' ? [agent] : []),
          // A default file that is not there is no fault.
          ...why(byFile).flatMap((each) => (given || each.missing !== true ? [each.why] : [])),
          ...certificates.filter((each) => each !== undefined),
          ...why(others).map((each) => each.why),
        ]),
      ],
      more:
        certificates.some((each) => each !== undefined) ||
        why([...byFile, ...others]).some(({ openssh }) => openssh === true),
    }
  }
}
