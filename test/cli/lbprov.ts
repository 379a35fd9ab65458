import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll } from 'vitest'

import { program } from '../../src/cli/program.ts'
import { LbprovError } from '../../src/errors.ts'
import { makeWorld, type Elsewhere, type Ran } from '../deploy/site.ts'

/** A folder of a test file's own, which is gone with it. */
export const ownFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lbprov-cli-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Writes a file into a folder; its path. */
export const put = (folder: string, name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** One command line in this process, which reaches no host. */
export const lbprov = async (
  home: string,
  words: readonly string[],
  elsewhere: Elsewhere = {},
): Promise<Ran> => {
  const said = { out: '', err: '' }
  try {
    return { exit: await program(words, makeWorld(home, said, elsewhere)), ...said }
  } catch (error) {
    if (!(error instanceof LbprovError)) throw error
    return { exit: error.exit, out: said.out, err: `${said.err}${error.message}\n` }
  }
}
