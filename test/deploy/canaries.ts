import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

import type { Toy } from '../toy/toy.ts'
import { callsOf, strace, type Call } from './traced.ts'

/** A word that stands nowhere else; of a VRRP password eight letters count. */
const canary = (length = 24): string => {
  const text = BigInt(`0x${randomBytes(20).toString('hex')}`).toString(36)
  return `q${text.slice(0, length - 1)}`
}

export const canaries = {
  vrrpInEnv: canary(8),
  vrrpInFile: canary(8),
  vrrpOfCommand: canary(8),
  vrrpByHand: canary(8),
  sudo: canary(),
  passphrase: canary(),
}

/** Which of them a text holds. */
export const heldBy = (text: string): readonly string[] =>
  Object.entries(canaries).flatMap(([name, word]) => (text.includes(word) ? [name] : []))

/** What the user keeps for himself; all else on the controller is searched. */
export const vault = mkdtempSync(join(tmpdir(), 'lbprov-test-vault-'))

export const keep = (name: string, text: string): string => {
  const file = join(vault, name)
  writeFileSync(file, `${text}\n`, { mode: 0o600 })
  return file
}

/** The program as it is installed. */
export const main = resolve('dist/main.js')

export interface Watched {
  readonly exit: number | null
  /** Everything that the terminal was sent. */
  readonly raw: string
  readonly calls: readonly Call[]
}

/** What is typed when a question stands at the end of the screen. */
export type Answers = readonly (readonly [RegExp, string])[]

/** The built program on a terminal of its own, with every process of it watched. */
export const watch = async (
  words: readonly string[],
  answers: Answers,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Watched> => {
  const trace = join(vault, 'trace')
  const line = ['stty cols 120 rows 60; exec', process.execPath, main, ...words].join(' ')
  // Quicker, and in the way of nothing but sudo.
  const watched = strace(trace, '--seccomp-bpf')
  const [program, ...rest] = [...watched, 'script', '-qefc', line, '/dev/null']
  const child = spawn(program, rest, {
    cwd,
    env: { PATH: process.env.PATH, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let raw = ''
  let answered = 0
  child.stdout.on('data', (bytes: Buffer) => {
    raw += bytes.toString()
    const asked = stripVTControlCharacters(raw.slice(answered))
    const [, answer] = answers.find(([asks]) => asks.test(asked)) ?? []
    if (answer === undefined) return
    answered = raw.length
    child.stdin.write(`${answer}\r`)
  })
  const [exit] = (await once(child, 'close')) as [number | null]
  const calls = callsOf(readFileSync(trace, 'utf8'))
  rmSync(trace)
  return { exit, raw, calls }
}

/**
 * Files of a host that hold one of them and were touched since `/begun`, with mode and owner; but for what the toy has
 * as its keepalived's memory.
 */
export const heldOn = (host: Toy): readonly string[] => {
  const search = `find / /run /tmp -xdev -type f -cnewer /begun ! -path '/var/strace/*' ! -path '/var/lib/toy/loaded/*' \
    -exec grep -lFf /begun {} + | sort -u | while read -r file; do stat -c '%a %U %n' "$file"; done`
  const { out } = host.run(['sh', '-c', search])
  return out === '' ? [] : out.trimEnd().split('\n')
}

/** Files below a folder of this machine that hold one of them. */
export const heldBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => heldBy(readFileSync(file, 'latin1')).length > 0)
