import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import {
  fingerprint,
  judgeKey,
  knownName,
  knownTypes,
  lineToAdd,
  parseKnownHosts,
} from '../../src/ssh/known-hosts.ts'
import { makeKey } from '../toy/keys.ts'
import { folder } from './scene.ts'

const string = (bytes: Buffer | string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(bytes))
  return Buffer.concat([length, Buffer.from(bytes)])
}
const key = (type = 'ssh-ed25519'): Buffer => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return Buffer.concat([string(type), string(der.subarray(-32))])
}
const mine = key()
const other = key()
const rsa = key('ssh-rsa')
const text = (bytes: Buffer): string => bytes.toString('base64')
const ed = `ssh-ed25519 ${text(mine)}`

const verdict = (file: string, host: string, port = 22, shown = mine): string => {
  const said = judgeKey(parseKnownHosts(file, 'known_hosts'), host, port, shown)
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
  ])('%s', (_, file, host, port, expected) => {
    expect(verdict(file, host, port)).toBe(expected)
  })
})

it('ssh-keygen hashes names, and they are found', () => {
  const file = join(folder(), 'known_hosts')
  writeFileSync(file, `lb1 ${ed}\n[lb2]:2222 ${ed}\n2001:db8::1 ssh-ed25519 ${text(other)}\n`)
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
  const hashed = readFileSync(file, 'utf8')
  expect(hashed).not.toMatch(/lb1/)
  expect(verdict(hashed, 'lb1')).toBe('known')
  expect(verdict(hashed, 'LB1')).toBe('known')
  expect(verdict(hashed, 'lb2', 2222)).toBe('known')
  expect(verdict(hashed, 'lb2')).toBe('unknown')
  expect(verdict(hashed, '2001:db8::1')).toBe('changed, line 3')
})

it('the fingerprint is the one that ssh-keygen prints', () => {
  const { file, publicKey } = makeKey(join(folder(), 'key'))
  const printed = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' })
  const bytes = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
  expect(printed).toContain(` ${fingerprint(bytes)} `)
})

it('the line to add is found by ssh-keygen, and by us', () => {
  const file = join(folder(), 'known_hosts')
  for (const port of [22, 2222]) {
    const line = lineToAdd('LB1', port, mine)
    writeFileSync(file, `${line}\n`)
    const found = execFileSync('ssh-keygen', ['-F', knownName('lb1', port), '-f', file])
    expect(String(found)).toContain(ed)
    expect(verdict(line, 'lb1', port)).toBe('known')
  }
})

it('a host is asked first for the types by which it is known', () => {
  const file = `lb1 ssh-rsa ${text(rsa)}\n[lb1]:2222 ${ed}\n@revoked lb1 ${ed}\n`
  const known = parseKnownHosts(file, 'known_hosts')
  expect(knownTypes(known, 'lb1', 22)).toEqual(['ssh-rsa'])
  expect(knownTypes(known, 'lb1', 2222)).toEqual(['ssh-ed25519'])
  expect(knownTypes(known, 'lb1', 2200)).toEqual(['ssh-rsa'])
  expect(knownTypes(known, 'lb2', 22)).toEqual([])
})
