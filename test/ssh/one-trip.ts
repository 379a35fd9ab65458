import type { LbprovError } from '../../src/errors.ts'
import type { Ssh } from '../../src/inventory/cluster.ts'
import { makeDial } from '../../src/ssh/dial.ts'
import { sh } from '../../src/sh/sh.ts'

// A program of its own, which ends only when nothing is left open.
const main = async (): Promise<void> => {
  for (const ssh of JSON.parse(process.argv[2] ?? '') as readonly Ssh[]) {
    try {
      const wire = await makeDial(() => ssh, undefined, { home: '/nonexistent' })('lb1')
      const [answer] = await wire.trip([{ run: sh`id -un` }], 10_000)
      process.stdout.write(answer?.out ?? '')
      wire.close()
    } catch (error) {
      process.stdout.write(`${(error as LbprovError).code}\n`)
    }
  }
}

void main()
