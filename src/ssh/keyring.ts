import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { ParsedKey } from 'ssh2'
import ssh2 from 'ssh2'

import { reveal, type Secret } from '../secret.ts'
import { agentKeys, type AgentKey, type AgentMethod } from './agent.ts'
import type { Hop } from './hop.ts'
import * as say from './sentences.ts'

/** What a person at a terminal can be asked. */
export interface Terminal {
  /** `undefined`: nobody answers. */
  askPassphrase(keyFile: string): Promise<Secret | undefined>
}

export type Method = { readonly type: 'publickey'; readonly key: ParsedKey } | AgentMethod

/** One key that may log in. */
export interface Identity {
  /** As a person knows it: the file, or the agent's comment. */
  readonly shown: string
  /** `open` asks a person. */
  readonly locked: boolean
  /** The key, or the reason why it cannot be used. */
  readonly open: () => Promise<Method | string>
}

/** The identities for a hop in the order to try them, and why others are not among them. */
export interface Keys {
  readonly identities: readonly Identity[]
  readonly unusable: readonly string[]
}

export type Keyring = (hop: Hop) => Promise<Keys>

interface Unusable {
  readonly why: string
  /** There is no such file. */
  readonly missing?: boolean
}

type KeyFile = { readonly key: ParsedKey } | { readonly sealed: string } | Unusable

const parse = (text: string, passphrase?: string): ParsedKey | Error => {
  const parsed = ssh2.utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error
  return Array.isArray(parsed) ? (parsed[0] ?? new Error('no key in it')) : parsed
}

const readKey = async (file: string): Promise<KeyFile> => {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { why: say.unreadableKey(file, String(code)), missing: code === 'ENOENT' }
  }
  const key = parse(text)
  if (!(key instanceof Error)) return { key: refuseSha1(key) }
  return key.message.includes('no passphrase') ? { sealed: text } : { why: say.strangeKey(file) }
}

/** RFC 8332: a host that knows no SHA-2 signatures gets none at all. */
const refuseSha1 = (key: ParsedKey): ParsedKey => {
  if (key.type !== 'ssh-rsa') return key
  const sign = key.sign.bind(key)
  const refuse = (bytes: Buffer | string, hash?: string) =>
    hash === undefined || hash === 'sha1' ? new Error('no SHA-1 signatures') : sign(bytes, hash)
  key.sign = refuse as typeof key.sign
  return key
}

const publicHalf = async (file: string): Promise<ParsedKey | undefined> => {
  const text = await readFile(`${file}.pub`, 'utf8').catch(() => '')
  const key = parse(text)
  return key instanceof Error ? undefined : key
}

const once = <Result>(ask: (file: string) => Promise<Result>) => {
  const answers = new Map<string, Promise<Result>>()
  return (file: string): Promise<Result> => {
    const answer = answers.get(file) ?? ask(file)
    answers.set(file, answer)
    return answer
  }
}

const sameKey = (one: ParsedKey, other: ParsedKey): boolean =>
  one.getPublicSSH().equals(other.getPublicSSH())

/**
 * The keys of this machine. Files are read once and passphrases asked once, for all hosts. `agentSocket`
 * is SSH_AUTH_SOCK; the default key files are those of ssh_config(5), IdentityFile.
 */
export const makeKeyring = (
  terminal: Terminal | undefined,
  home: string,
  agentSocket: string | undefined,
): Keyring => {
  const fileOnce = once(readKey)
  const agentOnce = once(agentKeys)

  const unlock = once(async (file: string): Promise<Method | string> => {
    const sealed = await fileOnce(file)
    if (!('sealed' in sealed)) return say.strangeKey(file)
    for (let tries = 0; tries < 3; tries += 1) {
      const passphrase = await terminal?.askPassphrase(file)
      if (passphrase === undefined) return say.noPassphrase(file)
      const key = parse(sealed.sealed, reveal(passphrase))
      if (!(key instanceof Error)) return { type: 'publickey', key: refuseSha1(key) }
    }
    return say.wrongPassphrase(file)
  })

  const identity = async (
    file: string,
    inAgent: readonly AgentKey[],
  ): Promise<Identity | Unusable> => {
    const found = await fileOnce(file)
    if ('why' in found) return found
    const half = 'key' in found ? found.key : await publicHalf(file)
    if ('key' in found && found.key.isPrivateKey()) {
      const method: Method = { type: 'publickey', key: found.key }
      return { shown: file, locked: false, open: () => Promise.resolve(method) }
    }
    const held = inAgent.find((each) => half !== undefined && sameKey(each.key, half))
    if (held !== undefined) {
      return { shown: file, locked: false, open: () => Promise.resolve(held.method) }
    }
    if ('key' in found) return { why: say.publicKeyOnly(file) }
    if (terminal === undefined) return { why: say.noPassphrase(file) }
    return { shown: file, locked: true, open: () => unlock(file) }
  }

  return async ({ ssh }) => {
    const agent = agentSocket === undefined ? [] : await agentOnce(agentSocket)
    const inAgent = typeof agent === 'string' ? [] : agent
    const given = ssh.identityFiles.length > 0
    const defaults = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(home, '.ssh', name))
    const found = await Promise.all(
      (given ? ssh.identityFiles : defaults).map((file) => identity(file, inAgent)),
    )
    const held: readonly Identity[] = inAgent.map((each) => ({
      shown: each.shown,
      locked: false,
      open: () => Promise.resolve(each.method),
    }))
    const files = found.filter((each) => 'open' in each)
    const others = found.filter((each) => 'why' in each)
    return {
      // Whoever needs a person's help comes last.
      identities: [
        ...(given ? [] : held),
        ...files.filter((each) => !each.locked),
        ...files.filter((each) => each.locked),
      ],
      unusable: [
        ...(typeof agent === 'string' ? [agent] : []),
        // A default file that is not there is no fault.
        ...others.filter((each) => given || each.missing !== true).map((each) => each.why),
      ],
    }
  }
}
