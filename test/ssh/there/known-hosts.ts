import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import ssh2 from 'ssh2'

import { ReachError } from '../../../src/errors.ts'
import { readSshConfig } from '../../../src/ssh/config/read.ts'
import { makeDial } from '../../../src/ssh/dial.ts'
import { unsaid } from '../../../src/ssh/jump-words.ts'
import { tryRandomCases } from '../random-cases.ts'
import { asText, doors, keySets, meetings, type Meeting } from './random-known-hosts.ts'

// A program of its own: a real ssh and lbprov meet the same host, with the same random known_hosts. $1: a folder.
const [, , folder = ''] = process.argv

const makeKeys = () => [
  ssh2.utils.generateKeyPairSync('ed25519'),
  ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }),
  ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }),
]
type Keys = ReturnType<typeof makeKeys>
const shown = (keys: Keys): readonly string[] => keys.map((pair) => pair.public.trim())
const [own, others] = [makeKeys(), makeKeys()]

const servers = keySets.map(
  (set) =>
    new ssh2.Server({ hostKeys: set.map((n) => own[n]?.private ?? '') }, (client) => {
      client.on('authentication', (login) => login.reject(['publickey']))
      client.on('error', () => undefined)
    }),
)
let current = 0
const answer = (socket: Socket): void => {
  socket.on('error', () => undefined)
  servers[current]?.injectSocket(socket)
}

/** What came of it, and what was written down. */
interface Outcome {
  readonly verdict: string
  readonly added: string
}

// ssh's words, and lbprov's.
const verdicts: readonly (readonly [string, RegExp])[] = [
  ['revoked', /REVOKED HOST KEY|which \S+ has revoked/],
  ['another at the address', /differs from the key for the IP|for its address \(CheckHostIP/],
  ['changed', /IDENTIFICATION HAS CHANGED|Somebody may stand between/],
  ['unknown', /No \S+ host key is known|no known_hosts file holds|could vouch for/],
  ['no common algorithm', /no matching host key|nothing in common/],
  ['believed', /Permission denied \(|refuses the login/],
]
const verdictOf = (said: string): string =>
  verdicts.find(([, words]) => words.test(said))?.[0] ?? said.trim()

const textOf = ({ lines, open }: Meeting): string =>
  lines.join('\n') + (open || lines.length === 0 ? '' : '\n')

const lay = (each: Meeting, who: string) => {
  const known = join(folder, `known_hosts.${who}`)
  writeFileSync(known, textOf(each))
  const forAll = join(folder, `ssh_known_hosts.${who}`)
  writeFileSync(forAll, each.forAll.map((one) => `${one}\n`).join(''))
  const config = join(folder, `config.${who}`)
  const files = `UserKnownHostsFile ${known}\nGlobalKnownHostsFile ${forAll}\n`
  // Enough to see a key, and quickly.
  const quick = 'KexAlgorithms curve25519-sha256\nIdentityFile none\nIdentityAgent none\n'
  writeFileSync(config, `${each.options.join('\n')}\n${files}${quick}`)
  return { known, config }
}

const addedTo = (file: string, each: Meeting): string => {
  const [before, after] = [textOf(each), readFileSync(file, 'utf8')]
  if (!after.startsWith(before)) return `it is another file: ${after}`
  // Older ssh write on in a line that has no end.
  const added = after.slice(before.length).replace(/^\n/, '')
  // Salts are random.
  return added.replaceAll(/^\|1\|\S+\|\S+(?= )/gm, '|1|SALT|HASH')
}

const bySsh = async (each: Meeting): Promise<Outcome> => {
  const { known, config } = lay(each, 'ssh')
  const words = ['-F', config, '-o', 'BatchMode=yes', '-o', 'PreferredAuthentications=none']
  const ssh = spawn('ssh', [...words, '-l', 'root', each.name, 'true'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(ssh, 'exit')
  const said = await text(ssh.stderr)
  const [, signal] = (await ended) as [number | null, string | null]
  const verdict = signal === null ? verdictOf(said) : crashed
  return { verdict, added: addedTo(known, each) }
}

const byUs = async (each: Meeting): Promise<Outcome> => {
  const { known, config: file } = lay(each, 'lbprov')
  const env = process.env
  const config = readSshConfig({ file, home: '/root', user: 'root', localHost: 'x', env })
  const wish = { ...unsaid, host: each.name, transport: 'ssh2' as const }
  const here = { home: '/nonexistent', globalKnownHostsFiles: [], config }
  try {
    const wire = await makeDial(() => wish, undefined, here)('lb1')
    wire.close()
  } catch (error) {
    if (!(error instanceof ReachError)) throw error
    return { verdict: verdictOf(error.message), added: addedTo(known, each) }
  }
  throw new Error('a host without keys let somebody in')
}

/** OpenSSH 9.2 follows a null pointer where the name has another key and the address a revoked one. */
const crashed = 'crashed'

const isSame = (each: Meeting, ours: Outcome, theirs: Outcome): boolean => {
  if (theirs.verdict === crashed) return ours.verdict === 'changed'
  if (ours.verdict !== theirs.verdict) return false
  // ssh has added the key before it finds these faults; lbprov adds no key that it refuses.
  const isAddedFirst = ['another at the address', 'revoked'].includes(ours.verdict)
  return ours.added === (isAddedFirst ? '' : theirs.added)
}

const main = async (): Promise<void> => {
  const listening = doors.map(({ host, port }) => createServer(answer).listen(port, host))
  await Promise.all(listening.map((door) => once(door, 'listening')))
  const cases = meetings({ own: shown(own), others: shown(others) })
  const counts = await tryRandomCases('known_hosts', cases, async (each) => {
    current = each.server
    const [theirs, ours] = [await bySsh(each), await byUs(each)]
    if (isSame(each, ours, theirs)) return { kind: ours.verdict }
    const apart = `lbprov: ${JSON.stringify(ours)}\nssh: ${JSON.stringify(theirs)}`
    return { wrong: `${asText(each)}\n---\n${apart}` }
  })
  for (const door of listening) door.close()
  console.log(JSON.stringify(counts))
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.log(error instanceof Error ? error.message : String(error))
    process.exit(1)
  },
)
