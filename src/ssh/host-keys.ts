import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

import { algorithmsFor } from './algorithms.ts'
import type { Hop } from './hop.ts'
import {
  authorityOf,
  bareName,
  isPlainKey,
  judgeKey,
  nameOf,
  lineToAdd,
  parseKnownHosts,
  typesOf,
  type KnownKey,
  type Verdict,
} from './known-hosts.ts'
import { makeShelf, type Shelf } from './known-names.ts'
import { readWhole } from './read-file.ts'
import * as say from './sentences.ts'

/** What a run knows of host keys: each file is read once, and what is accepted is known from then on. */
export interface HostKeys {
  /** What to offer a host, so that it shows the key by which it is known. */
  algorithms(hop: Hop): Promise<ReturnType<typeof algorithmsFor>>
  /** @throws ReachError when the key may not be believed */
  verify(hop: Hop, key: Buffer): Promise<void>
  /** `file:line` of the authority (@cert-authority) that knows the host, where no plain key does. */
  onlyByAuthority(hop: Hop): Promise<string | undefined>
}

interface KnownFile {
  /** It ends in the middle of a line. */
  readonly open: boolean
  readonly shelf: Shelf<KnownKey>
}

interface Accepted {
  readonly name: string
  readonly known: KnownKey
}

const largestFile = 64 * 2 ** 20

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code)

const append = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'a', 0o600)
  try {
    // One write to a file opened for appending, so that two runs cannot mix their lines.
    await handle.write(text)
  } finally {
    await handle.close()
  }
}

const filesOf = ({ ssh }: Hop): readonly string[] => [
  ...ssh.userKnownHostsFiles,
  // Known by all users, never written.
  ...ssh.globalKnownHostsFiles,
]

export const makeHostKeys = (): HostKeys => {
  const files = new Map<string, Promise<KnownFile>>()
  // Hashed names make a search dear, and each host is looked up more than once.
  const found = new Map<string, Promise<readonly KnownKey[]>>()
  const accepted: Accepted[] = []

  const read = async (hop: Hop, file: string): Promise<KnownFile> => {
    const whole = await readWhole(file, largestFile)
    if ('why' in whole && !whole.missing) throw say.unreadableKnownHosts(hop, file, whole.why)
    const text = 'why' in whole ? '' : whole.bytes.toString('utf8')
    const shelf = makeShelf(parseKnownHosts(text, file))
    return { open: text !== '' && !text.endsWith('\n'), shelf }
  }
  const readOnce = (hop: Hop, file: string): Promise<KnownFile> => {
    const known = files.get(file) ?? read(hop, file)
    files.set(file, known)
    return known
  }
  const search = async (hop: Hop, name: string): Promise<readonly KnownKey[]> => {
    const known = await Promise.all(filesOf(hop).map((file) => readOnce(hop, file)))
    const about: KnownKey[] = []
    for (const { shelf } of known) about.push(...(await shelf.about(name)))
    return about
  }
  const linesAbout = async (hop: Hop, name: string): Promise<readonly KnownKey[]> => {
    const wish = JSON.stringify([name, filesOf(hop)])
    const lines = found.get(wish) ?? search(hop, name)
    found.set(wish, lines)
    const old = await lines
    const ours = accepted.filter((each) => each.name === name).map(({ known }) => known)
    return [...old, ...ours.filter((known) => filesOf(hop).includes(known.file))]
  }
  const plainNames = ({ ssh }: Hop): readonly string[] => {
    const bare = bareName(ssh)
    return [nameOf(ssh), ...(bare === undefined ? [] : [bare])]
  }

  const judge = async (hop: Hop, key: Buffer): Promise<Verdict> => {
    const verdict = judgeKey(await linesAbout(hop, nameOf(hop.ssh)), key)
    const bare = bareName(hop.ssh)
    if (verdict.kind !== 'unknown' || bare === undefined) return verdict
    const other = judgeKey(await linesAbout(hop, bare), key)
    return other.kind === 'known' || other.kind === 'revoked' ? other : verdict
  }

  const accept = async (hop: Hop, key: Buffer): Promise<void> => {
    const line = lineToAdd(hop.ssh, key, hop.ssh.hashKnownHosts)
    const file = hop.ssh.userKnownHostsFiles[0]
    if (file === undefined) return
    // Known before it is written, so that another connection of this run does not write it too.
    const name = nameOf(hop.ssh)
    accepted.push(...parseKnownHosts(line, file).map((known) => ({ name, known })))
    const known = await readOnce(hop, file)
    files.set(file, Promise.resolve({ ...known, open: false }))
    try {
      await append(file, known.open ? `\n${line}\n` : `${line}\n`)
    } catch (error) {
      throw say.unwritableKnownHosts(hop, file, line, codeOf(error))
    }
  }

  return {
    algorithms: async (hop) => {
      for (const name of plainNames(hop)) {
        const types = typesOf(await linesAbout(hop, name))
        if (types.length > 0) return algorithmsFor(hop.ssh.algorithms, types)
      }
      return algorithmsFor(hop.ssh.algorithms, [])
    },
    verify: async (hop, key) => {
      // What is written down must be a key and nothing else; a certificate is no key that could be compared.
      if (!isPlainKey(key)) throw say.strangeHostKey(hop)
      const verdict = await judge(hop, key)
      if (verdict.kind === 'known') return
      if (verdict.kind === 'revoked') throw say.revokedKey(hop, key, verdict.by)
      if (verdict.kind === 'changed') throw say.changedKey(hop, key, verdict.old)
      if (hop.ssh.strictHostKeyChecking === 'yes') {
        throw say.unknownKey(hop, key, verdict.authority)
      }
      await accept(hop, key)
    },
    onlyByAuthority: async (hop) => {
      const about: KnownKey[] = []
      for (const name of plainNames(hop)) about.push(...(await linesAbout(hop, name)))
      const authority = authorityOf(about)
      if (authority === undefined || typesOf(about).length > 0) return undefined
      return `${authority.file}:${String(authority.line)}`
    },
  }
}
