import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import type { Outcome } from './command.ts'
import type { Lab } from './lab.ts'

export const password = 'passw123'

/** The last line of `--json`. */
export interface Summary {
  readonly changed: number
  readonly failed: number
  readonly unreachable: number
  readonly hosts: Readonly<Record<string, { readonly changed: number; readonly status: string }>>
}

/** One change of a plan, as `--json` tells it. */
export interface ToldChange {
  readonly host: string
  readonly phase: string
  readonly what: string
}

/** Runs the built command in the lab's network, as its operator would. */
export const lbprov = (lab: Lab, ...words: readonly string[]): Promise<Outcome> =>
  lab.inNamespace([process.execPath, resolve('dist/main.js'), ...words], {
    env: { VRRP_PASS: password },
    timeoutMs: 300_000,
  })

type Line = { readonly type: string } & Partial<ToldChange>

/** Applies without asking; what was told, and how it ended. */
export const apply = async (
  lab: Lab,
  inventory: string,
  ...words: readonly string[]
): Promise<Outcome & { readonly summary: Summary; readonly changes: readonly ToldChange[] }> => {
  const ran = await lbprov(lab, 'apply', inventory, '--yes', '--json', ...words)
  const lines = ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  return {
    ...ran,
    summary: lines.at(-1) as unknown as Summary,
    changes: lines.filter(({ type }) => type === 'change') as unknown as readonly ToldChange[],
  }
}

/** The guide's own inventory, as it stands in the repository. */
export const natInventory = 'inventory/nat.yaml'

/** Keeps an inventory for this lab; its path. */
export const written = (lab: Lab, name: string, text: string): string => {
  const path = join(lab.home, `${name}.yaml`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

/** An inventory like one of the repository's, the guide's unless said otherwise, changed; its path. */
export const edited = (
  lab: Lab,
  name: string,
  edit: (text: string) => string,
  original = natInventory,
): string => {
  const before = readFileSync(original, 'utf8')
  const after = edit(before)
  if (after === before) throw new Error(`${name}: the edit found nothing to change`)
  return written(lab, name, after)
}

/** nat.yaml with rs3 as one of ours, where it stood as somebody else's. */
export const withOwnRs3 = (text: string): string =>
  text.replace(
    /^ {2}rs3: .*$/m,
    '  rs3: { ssh: 192.0.2.23, interfaces: { eth0: { network: private, address: 10.11.12.22 } } }',
  )

/** nat.yaml before anybody thought of rs3. */
export const withoutRs3 = (text: string): string => text.replace(/^ {2}rs3: .*\n/m, '')

/** What a command on a machine printed; it must succeed. */
export const on = async (lab: Lab, name: string, command: string): Promise<string> => {
  const { code, stdout, stderr } = await lab.machine(name).ssh(command)
  if (code !== 0) throw new Error(`${name}: ${command}: ${stderr}`)
  return stdout
}
