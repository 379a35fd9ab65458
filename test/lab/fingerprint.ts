import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from './command.ts'
import type { Machine } from './machine.ts'

/** All that a run could change on a machine: sections of sorted lines, by name. */
export type Fingerprint = Readonly<Record<string, string>>

const script = join(import.meta.dirname, 'fingerprint.sh')

const sections = (text: string): Fingerprint =>
  Object.fromEntries(
    text
      .split(/^# /m)
      .slice(1)
      .map((section) => {
        const end = section.indexOf('\n')
        return [section.slice(0, end), section.slice(end + 1)]
      }),
  )

/** Takes a machine's fingerprint in one login, as root. */
export const fingerprint = async (machine: Machine): Promise<Fingerprint> => {
  const stdin = await readFile(script, 'utf8')
  const { code, stdout, stderr } = await machine.ssh('sh -s', { stdin, timeoutMs: 120_000 })
  if (code !== 0) throw new LabError(`${machine.name} gave no fingerprint: ${stderr.trim()}`)
  return sections(stdout)
}

/**
 * What went and what came, line by line; empty when nothing moved. Across a reboot, except `sysctl by memory`:
 * it differs from boot to boot by itself.
 */
export const differences = (
  before: Fingerprint,
  after: Fingerprint,
  options: { readonly except?: readonly string[] } = {},
): readonly string[] => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const compared = names.filter((name) => options.except?.includes(name) !== true)
  return compared.flatMap((name) => {
    const old = new Set((before[name] ?? '').split('\n'))
    const now = new Set((after[name] ?? '').split('\n'))
    return [
      ...[...old].filter((line) => !now.has(line)).map((line) => `${name}: - ${line}`),
      ...[...now].filter((line) => !old.has(line)).map((line) => `${name}: + ${line}`),
    ]
  })
}
