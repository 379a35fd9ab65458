import { watchArp, type Claim } from './arp-watcher.ts'
import { stream, type Request } from './requests.ts'
import type { Lab } from './lab.ts'
import type { NetworkName } from './topology.ts'

/** What clients and neighbours saw while something was done to a cluster. */
export interface Seen<Result> {
  readonly result: Result
  /** Requests that nobody answered, or not in time. */
  readonly failed: readonly Request[]
  /** Requests a second, of all streams together. */
  readonly rate: number
  /** For each VIP who claimed it, in order; one who claims it again after another did stands there again. */
  readonly turns: Readonly<Record<string, readonly string[]>>
}

interface Watch {
  /** Each is asked for 60 times a second. */
  readonly urls: readonly string[]
  /** VIPs by the network on which they are. */
  readonly vips: Readonly<Partial<Record<NetworkName, readonly string[]>>>
}

const everyMs = 15

const turnsOf = (claims: readonly Claim[], vip: string): readonly string[] =>
  claims
    .filter(({ address }) => address === vip)
    .map(({ machine, mac }) => machine ?? mac)
    .filter((name, index, all) => name !== all[index - 1])

/** Does something under requests, each over a connection of its own, while the networks are asked who has the VIPs. */
export const underLoad = async <Result>(
  lab: Lab,
  { urls, vips }: Watch,
  work: () => Promise<Result>,
): Promise<Seen<Result>> => {
  const networks = Object.entries(vips) as [NetworkName, readonly string[]][]
  const watchers = await Promise.all(
    networks.map(async ([network, addresses]) => ({
      addresses,
      watcher: await watchArp(lab, network, addresses),
    })),
  )
  const claimed = (): Promise<unknown> =>
    Promise.all(
      watchers.flatMap(({ addresses, watcher }) => {
        const since = Date.now()
        return addresses.map((vip) =>
          watcher.next(({ address, time }) => address === vip && time > since),
        )
      }),
    )
  const streams = urls.map((url) => stream(lab, `${url}/`, everyMs))
  const answered = (): Promise<unknown> =>
    Promise.all(streams.map(({ next }) => next(({ server }) => server !== undefined)))
  await Promise.all([answered(), claimed()])
  const began = Date.now()
  const asked = streams.reduce((sum, { requests }) => sum + requests.length, 0)
  try {
    const result = await work()
    // Whoever is there at the end is heard too.
    await Promise.all([answered(), claimed()])
    const all = (await Promise.all(streams.map(({ stop }) => stop()))).flat()
    const claims = (await Promise.all(watchers.map(({ watcher }) => watcher.stop()))).flat()
    return {
      result,
      failed: all.filter(({ error }) => error !== undefined),
      rate: ((all.length - asked) * 1000) / (Date.now() - began),
      turns: Object.fromEntries(
        networks.flatMap(([, addresses]) => addresses.map((vip) => [vip, turnsOf(claims, vip)])),
      ),
    }
  } finally {
    await Promise.all([
      ...streams.map(({ stop }) => stop()),
      ...watchers.map(({ watcher }) => watcher.stop()),
    ])
  }
}
