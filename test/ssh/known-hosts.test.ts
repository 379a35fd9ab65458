import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  authorityOf,
  bareName,
  fingerprint,
  isPlainKey,
  judgeKey,
  knownName,
  lineToAdd,
  nameOf,
  parseKnownHosts,
  typesOf,
} from '../../src/ssh/known-hosts.ts'
import { listFits, makeShelf } from '../../src/ssh/known-names.ts'
import { makeKey } from '../toy/keys.ts'
import { folder } from './endings.ts'

const string = (bytes: Buffer | string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(bytes))
  return Buffer.concat([length, Buffer.from(bytes)])
}
const key = (): Buffer => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return Buffer.concat([string('ssh-ed25519'), string(der.subarray(-32))])
}
const mine = key()
const other = key()
const rsa = Buffer.concat([string('ssh-rsa'), string('\u0001\0\u0001'), string('modulus')])
const text = (bytes: Buffer): string => bytes.toString('base64')
const ed = `ssh-ed25519 ${text(mine)}`

const named = (host: string, port = 22, hostKeyAlias?: string) => ({ host, port, hostKeyAlias })

/** The lines by the name with the port, or else by the bare name, as a run looks them up. */
const verdict = async (
  file: string,
  host: string,
  port = 22,
  shown = mine,
  alias?: string,
): Promise<string> => {
  const shelf = makeShelf(parseKnownHosts(file, 'known_hosts'))
  const who = named(host, port, alias)
  const exact = judgeKey(await shelf.about(nameOf(who)), shown)
  const bare = bareName(who)
  const second = bare === undefined ? exact : judgeKey(await shelf.about(bare), shown)
  const believed = second.kind === 'known' || second.kind === 'revoked'
  const said = exact.kind === 'unknown' && believed ? second : exact
  if (said.kind === 'changed') return `changed, line ${String(said.old.line)}`
  if (said.kind === 'revoked') return `revoked, line ${String(said.by.line)}`
  if (said.kind === 'unknown' && said.authority) return 'unknown, but for an authority'
  return said.kind
}

describe('a host is known', () => {
  it.each([
    ['by its name', `lb1 ${ed}`, 'lb1', 22, 'known'],
    ['in any case', `LB1.example ${ed}`, 'lb1.EXAMPLE', 22, 'known'],
    ['by one of several names', `lb1,192.0.2.1 ${ed}`, '192.0.2.1', 22, 'known'],
    ['by an asterisk', `*.example.org ${ed}`, 'lb1.example.org', 22, 'known'],
    ['by question marks', `lb? ${ed}`, 'lb1', 22, 'known'],
    ['not by one too few', `lb? ${ed}`, 'lb12', 22, 'unknown'],
    ['not by half a name', `lb ${ed}`, 'lb1', 22, 'unknown'],
    ['not by a dot that is any letter', `lb.1 ${ed}`, 'lbx1', 22, 'unknown'],
    ['not when it is excepted first', `!lb1.example,*.example ${ed}`, 'lb1.example', 22, 'unknown'],
    ['not by the name for another port', `[lb1]:* ${ed}`, 'lb1', 22, 'unknown'],
    ['by any port', `[lb1]:* ${ed}`, 'lb1', 2222, 'known'],
    ['not by words that are no key', `lb1 ssh-ed25519 ${text(mine)}$%`, 'lb1', 22, 'unknown'],
    [
      'not by a key with more behind it',
      `lb1 ssh-ed25519 ${text(Buffer.concat([mine, string('x')]))}`,
      'lb1',
      22,
      'unknown',
    ],
    [
      'not by a type that nobody knows',
      `lb1 ssh-moon ${text(Buffer.concat([string('ssh-moon'), string('x')]))}`,
      'lb1',
      22,
      'unknown',
    ],
    ['not with two marks', `@revoked @cert-authority lb1 ${ed}`, 'lb1', 22, 'unknown'],
    ['revoked before it is known', `@revoked lb? ${ed}\nlb1 ${ed}`, 'lb1', 22, 'revoked, line 1'],
    ['not when it is excepted', `*.example,!lb1.example ${ed}`, 'lb1.example', 22, 'unknown'],
    ['by a line that excepts another', `*.example,!lb2.example ${ed}`, 'lb1.example', 22, 'known'],
    ['by its port', `[lb1]:2222 ${ed}`, 'lb1', 2222, 'known'],
    ['not by another port', `[lb1]:2222 ${ed}`, 'lb1', 22, 'unknown'],
    ['on any port by its bare name', `lb1 ${ed}`, 'lb1', 2222, 'known'],
    ['by an IPv6 address', `2001:db8::1 ${ed}`, '2001:db8::1', 22, 'known'],
    ['by an IPv6 address and a port', `[2001:db8::1]:2222 ${ed}`, '2001:db8::1', 2222, 'known'],
    ['with a comment behind', `lb1 ${ed} root@lb1`, 'lb1', 22, 'known'],
    ['with tabs and spaces between', ` lb1\t ${ed}`, 'lb1', 22, 'known'],
    ['in a file of another system', `lb1 ${ed}\r\n`, 'lb1', 22, 'known'],
    ['not in a comment', `#lb1 ${ed}`, 'lb1', 22, 'unknown'],
    ['not by an SSH 1 key', `lb1 1024 35 1234567`, 'lb1', 22, 'unknown'],
    ['not by half a key', `lb1 ssh-ed25519 AAAA`, 'lb1', 22, 'unknown'],
    [
      'not by a key of another type than it says',
      `lb1 ssh-rsa ${text(mine)}`,
      'lb1',
      22,
      'unknown',
    ],
    ['not by an empty file', '', 'lb1', 22, 'unknown'],
    ['by the second of two keys', `lb1 ssh-ed25519 ${text(other)}\nlb1 ${ed}`, 'lb1', 22, 'known'],
    ['changed', `\n# old\nlb1 ssh-ed25519 ${text(other)}`, 'lb1', 22, 'changed, line 3'],
    ['changed, by another type', `lb1 ssh-rsa ${text(rsa)}`, 'lb1', 22, 'changed, line 1'],
    [
      'changed: the same type speaks first',
      `lb1 ssh-rsa ${text(rsa)}\nlb1 ssh-ed25519 ${text(other)}`,
      'lb1',
      22,
      'changed, line 2',
    ],
    ['not changed by the bare name', `lb1 ssh-ed25519 ${text(other)}`, 'lb1', 2222, 'unknown'],
    ['revoked', `lb1 ${ed}\n@revoked * ${ed}`, 'lb1', 22, 'revoked, line 2'],
    ['not revoked by another host', `lb1 ${ed}\n@revoked lb2 ${ed}`, 'lb1', 22, 'known'],
    [
      'not revoked by another key',
      `lb1 ${ed}\n@revoked * ssh-rsa ${text(rsa)}`,
      'lb1',
      22,
      'known',
    ],
    ['by an authority', `@cert-authority * ${ed}`, 'lb1', 22, 'unknown, but for an authority'],
    ['by a mark that nobody knows', `@trusted lb1 ${ed}`, 'lb1', 22, 'unknown'],
  ])('%s', async (_, file, host, port, expected) => {
    expect(await verdict(file, host, port)).toBe(expected)
  })
})

it('ssh-keygen hashes names, and they are found', async () => {
  const file = join(folder(), 'known_hosts')
  writeFileSync(file, `lb1 ${ed}\n[lb2]:2222 ${ed}\n2001:db8::1 ssh-ed25519 ${text(other)}\n`)
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
  const hashed = readFileSync(file, 'utf8')
  expect(hashed).not.toMatch(/lb1/)
  expect(await verdict(hashed, 'lb1')).toBe('known')
  expect(await verdict(hashed, 'LB1')).toBe('known')
  expect(await verdict(hashed, 'lb2', 2222)).toBe('known')
  expect(await verdict(hashed, 'lb2')).toBe('unknown')
  expect(await verdict(hashed, '2001:db8::1')).toBe('changed, line 3')
})

it('the fingerprint is the one that ssh-keygen prints', () => {
  const { file, publicKey } = makeKey(join(folder(), 'key'))
  const printed = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' })
  const bytes = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
  expect(printed).toContain(` ${fingerprint(bytes)} `)
})

it.each([22, 2222])('the line to add is found by ssh-keygen, and by us: port %i', async (port) => {
  const file = join(folder(), 'known_hosts')
  for (const hashed of [false, true]) {
    const line = lineToAdd(named('LB1', port), mine, hashed)
    writeFileSync(file, `${line}\n`)
    const found = execFileSync('ssh-keygen', ['-F', knownName('lb1', port), '-f', file])
    expect(String(found)).toContain(ed)
    expect(line.includes('lb1')).toBe(!hashed)
    expect(await verdict(line, 'lb1', port)).toBe('known')
  }
})

it('a host with an alias is known by that alone, on every port', async () => {
  const line = lineToAdd(named('192.0.2.1', 2222, 'Farm'), mine)
  expect(line).toBe(`farm ${ed}`)
  expect(await verdict(line, '192.0.2.1', 2222, mine, 'Farm')).toBe('known')
  expect(await verdict(`192.0.2.1 ${ed}`, '192.0.2.1', 22, mine, 'farm')).toBe('unknown')
  expect(await verdict(`[farm]:2222 ${ed}`, '192.0.2.1', 2222, mine, 'farm')).toBe('unknown')
})

it('what a host is known by says what it is asked for', async () => {
  const lines = `lb1 ssh-rsa ${text(rsa)}\n[lb1]:2222 ${ed}\n@revoked lb1 ${ed}\n@cert-authority * ${ed}\n`
  const shelf = makeShelf(parseKnownHosts(lines, 'known_hosts'))
  expect(typesOf(await shelf.about('lb1'))).toEqual(['ssh-rsa'])
  expect(typesOf(await shelf.about('[lb1]:2222'))).toEqual(['ssh-ed25519'])
  expect(typesOf(await shelf.about('lb2'))).toEqual([])
  expect(authorityOf(await shelf.about('lb2'))?.line).toBe(4)
})

it('is not asked for a type whose first key is revoked', () => {
  const types = (...lines: readonly string[]) => typesOf(parseKnownHosts(lines.join('\n'), 'file'))
  const second = `ssh-ed25519 ${text(other)}`
  const known = [`lb1 ${ed}`, `lb1 ${second}`, `lb1 ssh-rsa ${text(rsa)}`]
  expect(types(...known)).toEqual(['ssh-ed25519', 'ssh-rsa'])
  expect(types(...known, `@revoked lb1 ${ed}`)).toEqual(['ssh-rsa'])
  expect(types(...known, `@revoked lb1 ${second}`)).toEqual(['ssh-ed25519', 'ssh-rsa'])
})

it('a certificate is no key', () => {
  const certificate = Buffer.concat([
    string('ssh-ed25519-cert-v01@openssh.com'),
    string('nonce'),
    mine.subarray(15),
  ])
  expect(isPlainKey(mine)).toBe(true)
  expect(isPlainKey(rsa)).toBe(true)
  expect(isPlainKey(certificate)).toBe(false)
  // Such a type would put a line of its own into known_hosts.
  const lines = Buffer.concat([string(`ssh-ed25519 AAAA\n* ${ed}\n`), string('x')])
  expect(isPlainKey(lines)).toBe(false)
})

it('ten thousand stars take no time', () => {
  const stars = '*a'.repeat(500)
  expect(listFits([stars], 'a'.repeat(499))).toBe(false)
  expect(listFits([`${stars}b`], 'a'.repeat(20_000))).toBe(false)
  expect(listFits(['*'.repeat(1000)], 'lb1')).toBe(true)
  // OpenSSH's buffer ends before such a pattern does.
  expect(listFits(['lb1', '*'.repeat(10_000)], 'lb1')).toBe(false)
})

it('a hundred thousand lines are searched, hashed ones too', async () => {
  const plain = Array.from({ length: 90_000 }, (_, n) => `h${String(n)},*.h${String(n % 50)} ${ed}`)
  const hashed = Array.from({ length: 10_000 }, (_, n) =>
    lineToAdd(named(`s${String(n)}`), mine, true),
  )
  const shelf = makeShelf(parseKnownHosts([...plain, ...hashed].join('\n'), 'known_hosts'))
  expect((await shelf.about('s777')).map(({ line }) => line)).toEqual([90_778])
  expect(await shelf.about('h89999')).toHaveLength(1)
  expect(await shelf.about('x.h49')).toHaveLength(1800)
})

describe('laws', () => {
  const names = fc.string({ unit: fc.constantFrom('l', 'b', '1', '.', 'é', 'Z'), minLength: 1 })
  const patterns = fc.string({ unit: fc.constantFrom('l', 'b', '1', '.', '*', '?', 'é') })

  it('any bytes are lines or nothing, and no name makes them fail', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(fc.constantFrom('@revoked ', '|1|', '\n', '*', ed, ' ', ','), { maxLength: 20 }),
        fc.string(),
        async (bytes, words, name) => {
          const file = `${words.join('')}${Buffer.from(bytes).toString('utf8')}`
          const shelf = makeShelf(parseKnownHosts(file, 'known_hosts'))
          const said = judgeKey(await shelf.about(name), Buffer.from(bytes))
          expect(['known', 'unknown', 'changed', 'revoked']).toContain(said.kind)
        },
      ),
    ))

  it('a pattern means what the same regular expression means', () =>
    fc.assert(
      fc.property(patterns, names, (pattern, name) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll(/\*+/g, '.*').replaceAll('?', '.')
        expect(listFits([pattern], name)).toBe(new RegExp(`^${source}$`).test(name))
      }),
    ))

  it('a line that is added is found, and believed for nobody else', () =>
    fc.assert(
      fc.asyncProperty(
        names,
        names,
        fc.integer({ min: 1, max: 65535 }),
        fc.boolean(),
        async (one, two, port, hashed) => {
          const line = lineToAdd(named(one, port), mine, hashed)
          expect(await verdict(line, one, port)).toBe('known')
          expect(await verdict(line, one, port, other)).toBe('changed, line 1')
          const same = knownName(one, port) === knownName(two, port)
          expect(await verdict(line, two, port)).toBe(same ? 'known' : 'unknown')
        },
      ),
    ))
})
