import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { cause } from '../errors.ts'
import type { OpenSecret } from '../inventory/secrets.ts'
import { Secret } from '../secret.ts'
import type { World } from './world.ts'

const firstLine = (text: string): Secret => new Secret(text.split(/\r?\n/)[0] ?? '')

/** Opens `{ env }`, `{ file }` (seen from the inventory) and `{ command }` (no shell, run once each). */
export const openSecrets = (inventory: string, { env, home }: World): OpenSecret => {
  const opened = new Map<string, Secret | string>()
  const open: OpenSecret = (reference) => {
    if ('env' in reference) {
      const value = env[reference.env]
      if (value !== undefined) return firstLine(value)
      return `the environment variable ${reference.env} is not set; set it, and export it`
    }
    if ('file' in reference) {
      const path = resolve(dirname(inventory), reference.file.replace(/^~(?=\/)/, home))
      try {
        return firstLine(readFileSync(path, 'utf8'))
      } catch (error) {
        return `cannot read ${path}: ${cause((error as NodeJS.ErrnoException).code)}`
      }
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
  return (reference, path) => {
    const key = JSON.stringify(reference)
    const found = opened.get(key) ?? open(reference, path)
    opened.set(key, found)
    return found
  }
}
