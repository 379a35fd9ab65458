import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import { publicPart } from './key-form.ts'
import type { Reach } from './reach.ts'
import { readWhole } from './read-file.ts'
import { certificate, securityKey } from './sentences/route.ts'

const largestKey = 2 ** 20

/** Of OpenSSH's own files in `~/.ssh`, those that lbprov's own SSH can use, and the others. */
const plain = ['id_ed25519', 'id_ecdsa', 'id_rsa']
const onSecurityKeys = ['id_ed25519_sk', 'id_ecdsa_sk']

interface Found {
  readonly exists: boolean
  /** Why only the system's ssh can log in with it. */
  readonly needs: string | undefined
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
    return { exists: false, needs: certified ? certificate(beside) : undefined }
  }
  const text = whole.bytes.toString('utf8')
  const type = publicPart(text)?.type ?? text.trimStart()
  const needs = type.startsWith('sk-')
    ? securityKey(file)
    : certified
      ? certificate(beside)
      : undefined
  return { exists: true, needs }
}

/** Why only the system's ssh can log in with the keys of a hop; undefined: it is not so. Each file is looked at once. */
export const makeOpensshKeys = (home: string): ((hop: Reach) => Promise<string | undefined>) => {
  const files = new Map<string, Promise<Found>>()
  const once = (file: string): Promise<Found> => {
    const found = files.get(file) ?? look(file)
    files.set(file, found)
    return found
  }
  return async ({ identityFiles, noIdentityFile, agentSocket }) => {
    if (identityFiles.length > 0) {
      const found = await Promise.all(identityFiles.map(once))
      return found.find(({ needs }) => needs !== undefined)?.needs
    }
    if (noIdentityFile === true) return undefined
    const own = (names: readonly string[]): Promise<readonly Found[]> =>
      Promise.all(names.map((name) => once(join(home, '.ssh', name))))
    const usual = await own(plain)
    const needed = usual.find(({ needs }) => needs !== undefined)
    if (needed !== undefined) return needed.needs
    // Beside a key that will do, nobody need be made to touch another.
    if (agentSocket !== undefined || usual.some(({ exists }) => exists)) return undefined
    return (await own(onSecurityKeys)).find(({ exists, needs }) => exists && needs !== undefined)
      ?.needs
  }
}
