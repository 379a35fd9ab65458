import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

import { algorithmsFor } from './algorithms.ts'
import type { Hop } from './hop.ts'
import {
  addressName,
  authorityOf,
  bareName,
  isPlainKey,
  judgeKey,
  nameOf,
  linesToAdd,
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
  /**
   * `address`: of the host, as the connection has it; undefined: there is a way between that hides it.
   * @throws ReachError when the key may not be believed
   */
  verify(hop: Hop, key: Buffer, address?: string): Promise<void>
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

interface ByAddress {
  readonly name: string
  readonly verdict: Verdict
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

  /** What is known of the key by the host's address on a port; undefined: nothing is compared (CheckHostIP). */
  const byAddress = async (
    hop: Hop,
    key: Buffer,
    address: string | undefined,
    port: number,
  ): Promise<ByAddress | undefined> => {
    const { ssh, at } = hop
    if (!ssh.checkHostIp || address === undefined) return undefined
    const name = addressName(at ?? ssh.host, port, address)
    // The name of the host is this address, so it has been looked up already.
    if (name === undefined || name === nameOf(ssh)) return undefined
    return { name, verdict: judgeKey(await linesAbout(hop, name), key) }
  }

  const judge = async (hop: Hop, key: Buffer, address: string | undefined): Promise<Verdict> => {
    const verdict = judgeKey(await linesAbout(hop, nameOf(hop.ssh)), key)
    const bare = bareName(hop.ssh)
    if (verdict.kind !== 'unknown' || bare === undefined) return verdict
    const other = judgeKey(await linesAbout(hop, bare), key)
    if (other.kind === 'revoked') return other
    const there = other.kind === 'known' ? await byAddress(hop, key, address, 22) : undefined
    return other.kind === 'known' && there?.verdict.kind !== 'changed'
      ? { kind: 'known', barely: true }
      : verdict
  }

  /** Makes the key known by names. */
  const accept = async (hop: Hop, names: readonly string[], key: Buffer): Promise<void> => {
    const lines = linesToAdd(names, key, hop.ssh.hashKnownHosts)
    const file = hop.ssh.userKnownHostsFiles[0]
    if (file === undefined) return
    // Known before it is written, so that another connection of this run does not write it too.
    for (const line of lines)
      for (const known of parseKnownHosts(line, file))
        accepted.push(...names.map((name) => ({ name, known })))
    const known = await readOnce(hop, file)
    files.set(file, Promise.resolve({ ...known, open: false }))
    const text = lines.map((line) => `${line}\n`).join('')
    try {
      await append(file, known.open ? `\n${text}` : text)
    } catch (error) {
      throw say.unwritableKnownHosts(hop, file, lines.join('\n'), codeOf(error))
    }
  }

  return {
    // By its name with the port alone, as OpenSSH does.
    algorithms: async (hop) =>
      algorithmsFor(hop.ssh.algorithms, typesOf(await linesAbout(hop, nameOf(hop.ssh)))),
    verify: async (hop, key, address) => {
      // What is written down must be a key and nothing else; a certificate is no key that could be compared.
      if (!isPlainKey(key)) throw say.strangeHostKey(hop)
      const verdict = await judge(hop, key, address)
      if (verdict.kind === 'revoked') throw say.revokedKey(hop, key, verdict.by)
      if (verdict.kind === 'changed') throw say.changedKey(hop, key, verdict.old)
      if (verdict.kind === 'unknown' && hop.ssh.strictHostKeyChecking === 'yes') {
        throw say.unknownKey(hop, key, verdict.authority)
      }
      const there = await byAddress(hop, key, address, hop.ssh.port)
      if (there?.verdict.kind === 'changed') {
        throw say.otherAddress(hop, key, there.name, there.verdict.old)
      }
      const isNewThere = there?.verdict.kind === 'unknown'
      if (verdict.kind === 'unknown') {
        await accept(hop, [nameOf(hop.ssh), ...(isNewThere ? [there.name] : [])], key)
      } else if (isNewThere && verdict.barely !== true) {
        // As ssh does, whatever StrictHostKeyChecking says; without the line it would ask nothing of the address, no more.
        await accept(hop, [there.name], key).catch(() => undefined)
      }
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
