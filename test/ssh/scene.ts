import type { Wire } from '../../src/engine/wire.ts'
import type { Ssh } from '../../src/inventory/cluster.ts'
import { makeDial, type Here } from '../../src/ssh/dial.ts'
import type { Person } from '../../src/ssh/person.ts'
import { sh, type Sh } from '../../src/sh/sh.ts'

export { atEnd, failure, fails, folder, tidy, toy } from './endings.ts'

/** Nobody's machine: no key, no agent, no known hosts. */
export const nowhere: Here = { home: '/nonexistent', globalKnownHostsFiles: [] }

export const dialTo = (ssh: Ssh, person?: Person, here: Here = nowhere): Promise<Wire> =>
  makeDial(() => ssh, person, here)('lb1')

/** What one trip over a new connection prints. */
export const say = async (
  ssh: Ssh,
  run: Sh = sh`id -un`,
  person?: Person,
  here: Here = nowhere,
): Promise<string | undefined> => {
  const wire = await dialTo(ssh, person, here)
  try {
    const [answer] = await wire.trip([{ run }], 20_000)
    return answer?.out
  } finally {
    wire.close()
  }
}
