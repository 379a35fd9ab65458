import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import type { AgentKey, Agents } from './agent.ts'
import { certifiedKey, isCertificate, publicPart } from './key-form.ts'
import { fieldsOf, keyType } from './known-hosts.ts'
import { once } from './once.ts'
import type { Reach } from './reach.ts'
import { readWhole } from './read-file.ts'
import { agentKey } from './sentences/keys.ts'
import { certificate, certificateOf, securityKey } from './sentences/route.ts'

/** Why keys are a matter of the system's ssh; each undefined: they are not. */
export interface OpensshKeys {
  /** lbprov's own SSH has nothing to log in with, or nothing that is meant to. */
  readonly needs: string | undefined
  /** There is more that the system's ssh could try, where none of the plain keys does. */
  readonly more: string | undefined
}

const largestKey = 2 ** 20

/** Of OpenSSH's own files in `~/.ssh`, those that lbprov's own SSH can use, and the others. */
const plain = ['id_ed25519', 'id_ecdsa', 'id_rsa']
const onSecurityKeys = ['id_ed25519_sk', 'id_ecdsa_sk']

interface Found {
  readonly exists: boolean
  /** The public half, where the file says it. */
  readonly key: Buffer | undefined
  /** Why only the system's ssh can log in with it. */
  readonly needs: string | undefined
}

const publicIn = (text: string): Buffer | undefined => {
  const [type = '', key = ''] = text.trimStart().split(/\s+/, 2)
  return fieldsOf(type) === undefined ? undefined : Buffer.from(key, 'base64')
}

const look = async (file: string): Promise<Found> => {
  const beside = `${file}-cert.pub`
  const certified = await stat(beside).then(
    () => true,
    () => false,
  )
  const whole = await readWhole(file, largestKey)
  if ('why' in whole) {
    // The agent may hold the key; the certificate is for whoever shows it.
    const needs = certified ? certificate(beside) : undefined
    return { exists: false, key: undefined, needs }
  }
  const text = whole.bytes.toString('utf8')
  const part = publicPart(text)
  const needs = (part?.type ?? text.trimStart()).startsWith('sk-')
    ? securityKey(file)
    : certified
      ? certificate(beside)
      : undefined
  return { exists: true, key: part?.bytes ?? publicIn(text), needs }
}

/** What an agent's keys are to the system's ssh alone. */
const ofAgent = (held: readonly AgentKey[]) => {
  const certificates = held.filter(({ bytes }) => isCertificate(keyType(bytes)))
  const certified = certificates.flatMap(({ bytes }) => certifiedKey(bytes, fieldsOf) ?? [])
  const touched = held.find(({ bytes }) => /^sk-(?!.*-cert-v)/.test(keyType(bytes)))
  const [first] = certificates
  const isOfOne = (key: Buffer | undefined): boolean =>
    key !== undefined && certified.some((each) => each.equals(key))
  return {
    plain: held
      .map(({ bytes }) => bytes)
      .filter((bytes) => /^(ssh|ecdsa)-(?!.*-cert-v)/.test(keyType(bytes))),
    certificate: first && certificateOf(agentKey(first.comment)),
    securityKey: touched && securityKey(agentKey(touched.comment)),
    isOfOne,
  }
}

/** Why the keys of a hop are a matter of the system's ssh. Each file is looked at once. */
export const makeOpensshKeys = (
  home: string,
  agents: Agents,
): ((hop: Reach) => Promise<OpensshKeys>) => {
  const lookOnce = once(look)
  const lookAt = (files: readonly string[]): Promise<readonly Found[]> =>
    Promise.all(files.map(lookOnce))
  const own = (names: readonly string[]): Promise<readonly Found[]> =>
    lookAt(names.map((name) => join(home, '.ssh', name)))

  return async ({ identityFiles, noIdentityFile, identitiesOnly, agentSocket, logins }) => {
    if (!logins.includes('publickey')) return { needs: undefined, more: undefined }
    const given = identityFiles.length > 0
    const usual = noIdentityFile === true ? [] : await own(plain)
    const files = given ? await lookAt(identityFiles) : usual
    const needed = files.find(({ needs }) => needs !== undefined)
    if (needed !== undefined) return { needs: needed.needs, more: undefined }
    const all = agentSocket === undefined || identitiesOnly ? [] : await agents(agentSocket)
    const held = ofAgent(typeof all === 'string' ? [] : all)
    const usable = [...files.filter(({ exists }) => exists).map(({ key }) => key), ...held.plain]
    // The key of a certificate is hardly ever known to a host by itself.
    if (held.certificate !== undefined && usable.every(held.isOfOne)) {
      return { needs: held.certificate, more: undefined }
    }
    const touched = given || noIdentityFile === true ? [] : await own(onSecurityKeys)
    const touchedNeed = touched.find(({ exists }) => exists)?.needs
    const more = held.certificate ?? held.securityKey ?? touchedNeed
    // Beside a key that will do, nobody need be made to touch another.
    return usable.length === 0 ? { needs: more, more: undefined } : { needs: undefined, more }
  }
}
