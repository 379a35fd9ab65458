import { openLocalLink } from '../../src/ssh/local-link.ts'
import { ReachError } from '../../src/errors.ts'
import type { Reach } from '../../src/ssh/reach.ts'
import { hopTo } from './reach-of.ts'

// A program of its own that runs one command on this machine, and never ends by itself.
const main = async (): Promise<void> => {
  const [reach = '', command = ''] = process.argv.slice(2)
  try {
    const link = await openLocalLink(hopTo(JSON.parse(reach) as Reach))
    const channel = await link.run(command)
    channel.listen({
      data: (_, bytes) => process.stdout.write(bytes),
      end: () => undefined,
    })
    setInterval(() => undefined, 1000)
  } catch (error) {
    if (error instanceof ReachError) process.stdout.write(`${error.stage}: ${error.message}\n`)
    else throw error
  }
}

void main()
