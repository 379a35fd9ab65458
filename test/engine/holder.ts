import { createInterface } from 'node:readline'

import { lockStep, type RunInfo } from '../../src/engine/lock.ts'
import type { Ssh } from '../../src/inventory/cluster.ts'
import { sh } from '../../src/sh/sh.ts'
import { readSshConfig } from '../../src/ssh/config/read.ts'
import { makeDial } from '../../src/ssh/dial.ts'

/** What the program is given: the way to a host, and the ssh_config of whoever runs it. */
export interface Wish {
  readonly ssh: Ssh
  readonly config: string
  readonly run: Omit<RunInfo, 'isOver'>
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

// A controller of its own: it locks a host, and asks it something for every line that comes; it ends with its stdin.
const main = async ({ ssh, config, run }: Wish): Promise<void> => {
  const home = '/nonexistent'
  const asked = { file: config, home, user: 'root', localHost: 'controller', env: {} }
  const here = { home, config: readSshConfig(asked), sshConfigFiles: [config] }
  const wire = await makeDial(() => ssh, undefined, here)('lb1')
  const [locked] = await wire.trip([lockStep({ ...run, isOver: () => false }, 0)], 60_000)
  print(locked?.exit === 0 ? 'held' : `refused: ${locked?.out ?? ''}${locked?.err ?? ''}`)
  for await (const line of createInterface({ input: process.stdin })) {
    print(
      await wire.trip([{ run: sh`echo ${line}` }], 60_000).then(
        ([answer]) => answer?.out.trim() ?? 'nothing',
        (error: unknown) => `lost: ${String(error)}`,
      ),
    )
  }
  wire.close()
}

void main(JSON.parse(process.argv[2] ?? '') as Wish)
