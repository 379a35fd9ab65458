import { Resolver } from 'node:dns/promises'

/*
 * Asks a name server who it is, COUNT times, each from a new socket: it stands in the lab's network. Writes a line
 * for each question: the name, or nothing.
 */
const [server = '', count = '1', localAddress] = process.argv.slice(2)

for (let n = 0; n < Number(count); n += 1) {
  const resolver = new Resolver({ timeout: 1000, tries: 1 })
  resolver.setServers([server])
  if (localAddress !== undefined) resolver.setLocalAddress(localAddress)
  const records = await resolver.resolveTxt('whoami.example.com').catch(() => [])
  process.stdout.write(`${records.flat().join('')}\n`)
}
