import { readFileSync, writeFileSync } from 'node:fs'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { ReachError } from '../../src/errors.ts'
import type { Ssh } from '../../src/inventory/cluster.ts'
import { makeDial } from '../../src/ssh/dial.ts'
import { sh } from '../../src/sh/sh.ts'
import { toyHost, type Toy } from '../toy/toy.ts'

let toy: Toy
beforeAll(async () => {
  toy = await toyHost()
})
afterAll(() => toy.close())

/** The inventory knows it by an address at which nobody is any more. */
const old = '127.0.0.9'
const now = '127.0.0.1'

/** `known`: under which address its key is known. */
const sshOf = (known: string): Ssh => {
  const file = `${String(toy.ssh.identityFiles[0])}.${known}`
  const lines = readFileSync(String(toy.ssh.userKnownHostsFiles[0]), 'utf8')
  writeFileSync(file, lines.replaceAll(now, known))
  return { ...toy.ssh, host: old, userKnownHostsFiles: [file] }
}
const dialWith = (known: string) =>
  makeDial(() => sshOf(known), undefined, { home: '/nonexistent', globalKnownHostsFiles: [] })

it('a host is reached where it went, by the key that is known for it, and again there from then on', async () => {
  const dial = dialWith(old)
  await expect(dial('lb1')).rejects.toThrow(ReachError)
  for (const wire of [await dial('lb1', now), await dial('lb1')]) {
    const [answer] = await wire.trip([{ run: sh`echo here` }], 10_000)
    expect(answer?.out).toBe('here\n')
    wire.close()
  }
})

it('is not believed on the word of another host that was known there', async () => {
  await expect(dialWith(now)('lb1', now)).rejects.toMatchObject({ stage: 'host key' })
})
