import { spawnSync } from 'node:child_process'
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { WishError, cause } from '../errors.ts'
import type { OpenSecret } from '../inventory/secrets.ts'
import { Secret } from '../secret.ts'
import { quote } from '../sh/sh.ts'
import { readTextFile } from '../text-file.ts'
import type { World } from './world.ts'

const firstLine = (text: string): Secret => new Secret(text.split(/\r?\n/)[0] ?? '')

/** `exposed` hears, in a sentence, that others may read it, whoever they are. */
const inFile = (path: string, exposed: (sentence: string) => void): Secret | string => {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      if ((fstatSync(file).mode & 0o044) !== 0) {
        exposed(`others may read ${path}; take that away with "chmod 600 ${quote(path)}"`)
      }
      return firstLine(readTextFile(path))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof WishError) return error.message
    return `cannot read ${path}: ${cause((error as NodeJS.ErrnoException).code)}`
  }
}

/** Opens `{ env }`, `{ file }` (seen from the inventory) and `{ command }` (no shell, run once each). */
export const openSecrets = (inventory: string, { env, home, conceal }: World): OpenSecret => {
  const opened = new Map<string, Secret | string>()
  const exposures = new Map<string, string>()
  const open: OpenSecret = (reference) => {
    if ('env' in reference) {
      const value = env[reference.env]
      conceal?.(reference.env)
      if (value !== undefined) return firstLine(value)
      return `the environment variable ${reference.env} is not set; set it, and export it`
    }
    if ('file' in reference) {
      const path = resolve(dirname(inventory), reference.file.replace(/^~(?=\/)/, home))
      return inFile(path, (sentence) => exposures.set(JSON.stringify(reference), sentence))
    }
    const [program = '', ...words] = reference.command
    const run = spawnSync(program, words, {
      cwd: dirname(resolve(inventory)),
      encoding: 'utf8',
      stdio: ['inherit', 'pipe', 'inherit'],
    })
    if (run.error !== undefined) {
      const { code } = run.error as NodeJS.ErrnoException
      return `cannot run ${program}: ${code === 'ENOENT' ? 'there is no such command' : cause(code)}`
    }
    if (run.status === 0) return firstLine(run.stdout)
    return `${program} ended with exit ${String(run.status ?? run.signal)}; see what it said above`
  }
  const once = (...[reference, path]: Parameters<OpenSecret>): Secret | string => {
    const key = JSON.stringify(reference)
    const found = opened.get(key) ?? open(reference, path)
    opened.set(key, found)
    return found
  }
  return Object.assign(once, {
    exposed: (reference: Parameters<OpenSecret>[0]) => exposures.get(JSON.stringify(reference)),
  })
}
