import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

import { ReachError } from '../../src/errors.ts'
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

/** What differs from run to run has a name here. */
export const tidy = (text: string): string =>
  text
    .replaceAll(/SHA256:[\w+/]{43}/g, 'SHA256:…')
    .replaceAll(/AAAA[\w+/]+=*/g, 'AAAA…')
    .replaceAll(/\/tmp\/lbprov-[\w-]+/g, '/TMP')
    .replaceAll(/\[127\.0\.0\.1\]:\d+/g, '[127.0.0.1]:PORT')
    .replaceAll(/port \d{4,}/g, 'port PORT')
    .replaceAll(/-p \d+/g, '-p PORT')

/** With what error something fails. */
export const fails = async (work: Promise<unknown>): Promise<ReachError> => {
  const error = await work.then(
    (value) => new Error(`it did not fail: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof ReachError)) throw error
  return error
}

/** The stage and the sentence with which something fails. */
export const failure = async (work: Promise<unknown>): Promise<string> => {
  const { stage, message } = await fails(work)
  return tidy(`${stage}: ${message}`)
}
