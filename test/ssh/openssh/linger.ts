import { openOpensshLink } from '../../../src/ssh/openssh/openssh-link.ts'
import type { Reach } from '../../../src/ssh/reach.ts'
import { hopTo } from '../reach-of.ts'
import { meansOf } from './means.ts'

// A program that logs in, begins a command, tells so, and never ends.
const main = async (): Promise<void> => {
  const reach = JSON.parse(process.argv[2] ?? '') as Reach
  const link = await openOpensshLink([hopTo(reach)], meansOf())
  const channel = await link.run('echo begun; cat; echo ended >/ended')
  channel.listen({
    data: (_, bytes) => process.stdout.write(bytes),
    end: () => undefined,
  })
  setInterval(() => undefined, 1000)
}

void main()
