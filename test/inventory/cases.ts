import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { showFault, WishError, type Fault } from '../../src/errors.ts'
import { readInventory, type Means } from '../../src/inventory/read.ts'
import { Secret } from '../../src/secret.ts'

const folder = fileURLToPath(new URL('cases/', import.meta.url))

const passwords: Readonly<Record<string, string>> = {
  VRRP_PASS: 'passw123',
  LONG_PASS: 'passw1234',
  EMPTY_PASS: '',
  BLANK_PASS: 'pass 123',
  DOLLAR_PASS: 'pa$_PWD',
}

const scripts: Readonly<Record<string, string>> = {
  'scripts/notify.sh': '#!/bin/sh\nlogger "lbprov: $*"\n',
  'more/notify.sh': '#!/bin/sh\nexit 0\n',
  'scripts/no-interpreter.sh': 'logger hello\n',
  'scripts/windows.sh': '#!/bin/sh\r\nexit 0\r\n',
}

/** A home, an environment and scripts beside the inventory that are the same everywhere. */
export const means: Means = {
  home: '/home/operator',
  secret: (reference) => {
    if (!('env' in reference)) return new Secret('passw123')
    const text = passwords[reference.env]
    return text === undefined ? `the variable ${reference.env} is not set` : new Secret(text)
  },
  source: (path) =>
    Object.entries(scripts).find(([name]) => path === name || path.endsWith(`/${name}`))?.[1],
}

/** What reading says of a text: faults, or warnings, or nothing. */
const faultsOf = (file: string, text: string): readonly Fault[] => {
  try {
    return readInventory(file, text, means).warnings
  } catch (error) {
    if (error instanceof WishError) return error.faults
    throw error
  }
}

/** One bad inventory, and what is said of it. */
export interface Case {
  readonly name: string
  /** Its first line, a comment. */
  readonly title: string
  readonly text: string
  readonly faults: readonly Fault[]
  /** Where the expected words are kept. */
  readonly expectedPath: string
}

/** Every case of the folder, by name. */
export const cases: readonly Case[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((file) => {
    const text = readFileSync(`${folder}${file}`, 'utf8')
    const expectedPath = `${folder}${file.replace(/\.yaml$/, '.txt')}`
    return {
      name: file.replace(/\.yaml$/, ''),
      title: (text.split('\n')[0] ?? '').replace(/^# /, ''),
      text,
      faults: faultsOf(file, text),
      expectedPath,
    }
  })

/** Faults as they are kept beside a case. */
export const said = (faults: readonly Fault[]): string =>
  faults.map((fault) => `${showFault(fault)}\n`).join('')
