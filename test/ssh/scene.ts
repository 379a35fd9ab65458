import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

import type { Wire } from '../../src/engine/wire.ts'
import { ReachError } from '../../src/errors.ts'
import type { Ssh } from '../../src/inventory/cluster.ts'
import { makeDial, type Here } from '../../src/ssh/dial.ts'
import type { Terminal } from '../../src/ssh/keyring.ts'
import { sh, type Sh } from '../../src/sh/sh.ts'
import { toyHost, type Toy, type ToyOptions } from '../toy/toy.ts'

// One hook for the whole file: a hook that is added inside a test is never called.
const endings: (() => unknown)[] = []
afterAll(() => Promise.all(endings.map((end) => end())))

/** Does something once the test file is through. */
export const atEnd = (end: () => unknown): void => {
  endings.push(end)
}

/** A toy that lasts as long as the test file. */
export const toy = async (options: ToyOptions = {}): Promise<Toy> => {
  const made = await toyHost(options)
  atEnd(() => made.close())
  return made
}

/** A folder that lasts as long as the test file. */
export const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), `lbprov-test-${String(process.pid)}-`))
  atEnd(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Nobody's machine: no key, no agent, no known hosts. */
export const nowhere: Here = { home: '/nonexistent', globalKnownHostsFiles: [] }

export const dialTo = (ssh: Ssh, terminal?: Terminal, here: Here = nowhere): Promise<Wire> =>
  makeDial(() => ssh, terminal, here)('lb1')

/** What one trip over a new connection prints. */
export const say = async (
  ssh: Ssh,
  run: Sh = sh`id -un`,
  terminal?: Terminal,
  here: Here = nowhere,
): Promise<string | undefined> => {
  const wire = await dialTo(ssh, terminal, here)
  try {
    const [answer] = await wire.trip([{ run }], 20_000)
    return answer?.out
  } finally {
    wire.close()
  }
}

/** What differs from run to run has a name here. */
export const tidy = (text: string): string =>
  text
    .replaceAll(/SHA256:[\w+/]{43}/g, 'SHA256:…')
    .replaceAll(/AAAA[\w+/]+=*/g, 'AAAA…')
    .replaceAll(/\/tmp\/lbprov-[\w-]+/g, '/TMP')
    .replaceAll(/\[127\.0\.0\.1\]:\d+/g, '[127.0.0.1]:PORT')
    .replaceAll(/port \d{4,}/g, 'port PORT')
    .replaceAll(/-p \d+/g, '-p PORT')

/** The stage and the sentence with which something fails. */
export const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    (value) => new Error(`it did not fail: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof ReachError)) throw error
  return tidy(`${error.stage}: ${error.message}`)
}
