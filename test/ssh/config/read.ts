import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { WishError } from '../../../src/errors.ts'
import type { Given, HostConfig } from '../../../src/ssh/config/host-config.ts'
import { noSsh } from '../../../src/ssh/config/installed-ssh.ts'
import { readSshConfig, type ReadOptions } from '../../../src/ssh/config/read.ts'

/** A folder for the files of one test. */
export const folder = mkdtempSync(join(tmpdir(), 'lbprov-ssh-config-'))

const somebody: ReadOptions = {
  file: undefined,
  home: folder,
  user: 'ann',
  localHost: 'desk.example',
  env: {},
  systemFile: join(folder, 'ssh_config'),
  run: () => Promise.resolve(false),
  ssh: noSsh,
}

/** Reads a text as -F's file, `bytes` as they are. */
export const read = (text: string | Uint8Array, options: Partial<ReadOptions> = {}) => {
  const file = join(folder, 'config')
  writeFileSync(file, text)
  return readSshConfig({ ...somebody, file, ...options })
}

/** What a text says of lb1. */
export const of = (
  text: string,
  given: Given = {},
  options: Partial<ReadOptions> = {},
): Promise<HostConfig> => read(text, options).of('lb1', given)

/** Reads the files of a person whose home is the test's folder, and of the system. */
export const readOwn = (options: Partial<ReadOptions> = {}) =>
  readSshConfig({ ...somebody, ...options })

/** What is said against something, the test's folder as `~`. */
export const refusal = async (attempt: () => unknown): Promise<string> => {
  try {
    await attempt()
  } catch (error) {
    if (error instanceof WishError) return error.message.replaceAll(folder, '~')
    throw error
  }
  return 'nothing is wrong'
}
