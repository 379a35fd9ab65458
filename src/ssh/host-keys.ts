import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import { algorithmsFor } from './algorithms.ts'
import type { Hop } from './hop.ts'
import {
  judgeKey,
  knownTypes,
  linesAbout,
  lineToAdd,
  parseKnownHosts,
  type KnownKey,
} from './known-hosts.ts'
import * as say from './sentences.ts'

/** What a run knows of host keys: each file is read once, and what is accepted is known from then on. */
export interface HostKeys {
  /** What to offer a host, so that it shows the key by which it is known. */
  algorithms(hop: Hop): Promise<ReturnType<typeof algorithmsFor>>
  /** @throws ReachError when the key may not be believed */
  verify(hop: Hop, key: Buffer): Promise<void>
}

interface KnownFile {
  readonly text: string
  readonly keys: readonly KnownKey[]
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code)

const append = async (file: string, line: string, text: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'a', 0o600)
  try {
    // One write to a file opened for appending, so that two runs cannot mix their lines.
    await handle.write(text === '' || text.endsWith('\n') ? `${line}\n` : `\n${line}\n`)
  } finally {
    await handle.close()
  }
}

/** `globalFiles`: ssh_config(5), GlobalKnownHostsFile; they are read after the user's, never written. */
export const makeHostKeys = (globalFiles: readonly string[]): HostKeys => {
  const files = new Map<string, Promise<KnownFile>>()
  // Hashed names make a search dear, and each host is looked up more than once.
  const found = new Map<string, Promise<readonly KnownKey[]>>()
  const accepted: KnownKey[] = []

  const read = async (hop: Hop, file: string): Promise<KnownFile> => {
    try {
      const text = await readFile(file, 'utf8')
      return { text, keys: parseKnownHosts(text, file) }
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return { text: '', keys: [] }
      throw say.unreadableKnownHosts(hop, file, code)
    }
  }
  const readOnce = (hop: Hop, file: string): Promise<KnownFile> => {
    const known = files.get(file) ?? read(hop, file)
    files.set(file, known)
    return known
  }
  const search = async (hop: Hop): Promise<readonly KnownKey[]> => {
    const all = [...hop.ssh.userKnownHostsFiles, ...globalFiles]
    const known = await Promise.all(all.map((file) => readOnce(hop, file)))
    return linesAbout(
      known.flatMap(({ keys }) => keys),
      hop.ssh.host,
      hop.ssh.port,
    )
  }
  const knownFor = async (hop: Hop): Promise<readonly KnownKey[]> => {
    const { host, port, userKnownHostsFiles } = hop.ssh
    const wish = JSON.stringify([host, port, userKnownHostsFiles])
    const known = found.get(wish) ?? search(hop)
    found.set(wish, known)
    return [...(await known), ...accepted]
  }

  const accept = async (hop: Hop, key: Buffer): Promise<void> => {
    const line = lineToAdd(hop.ssh.host, hop.ssh.port, key)
    const file = hop.ssh.userKnownHostsFiles[0]
    // Known before it is written, so that another connection of this run does not write it too.
    accepted.push(...parseKnownHosts(line, file ?? ''))
    if (file === undefined) return
    try {
      await append(file, line, (await readOnce(hop, file)).text)
    } catch (error) {
      throw say.unwritableKnownHosts(hop, file, line, codeOf(error))
    }
  }

  return {
    algorithms: async (hop) =>
      algorithmsFor(knownTypes(await knownFor(hop), hop.ssh.host, hop.ssh.port)),
    verify: async (hop, key) => {
      const verdict = judgeKey(await knownFor(hop), hop.ssh.host, hop.ssh.port, key)
      if (verdict.kind === 'known') return
      if (verdict.kind === 'revoked') throw say.revokedKey(hop, key, verdict.by)
      if (verdict.kind === 'changed') throw say.changedKey(hop, key, verdict.old)
      if (hop.ssh.strictHostKeyChecking === 'yes') {
        throw say.unknownKey(hop, key, verdict.authority)
      }
      await accept(hop, key)
    },
  }
}
