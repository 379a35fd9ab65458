import { LabError, sleep } from './command.ts'
import type { Lab } from './lab.ts'

/** Since the entry was made: connections, packets from clients, packets back through the router. */
export interface Counters {
  readonly conns: number
  readonly inPkts: number
  readonly outPkts: number
}

export interface ServerStats extends Counters {
  /** `203.0.113.21:80`, `[2001:db8:113::21]:80`; port 0 under a firewall mark of several ports. */
  readonly address: string
}

export interface ServiceStats extends Counters {
  /** `TCP 203.0.113.24:80`, `UDP …`, `FWM 80`, `FWM 80 IPv6`: as ipvsadm names it. */
  readonly service: string
  readonly servers: readonly ServerStats[]
}

const numbers = /^(.*?)((?:\s+\d+){5})$/

const counters = (text: string): Counters => {
  const [conns = NaN, inPkts = NaN, outPkts = NaN] = text.trim().split(/\s+/).map(Number)
  return { conns, inPkts, outPkts }
}

/** What `ipvsadm -Ln --stats --exact` prints. */
const parseStats = (text: string): readonly ServiceStats[] => {
  const services: (Omit<ServiceStats, 'servers'> & { readonly servers: ServerStats[] })[] = []
  for (const line of text.trimEnd().split('\n')) {
    const [, name = '', figures = ''] = numbers.exec(line.trimEnd()) ?? []
    const server = /^\s+-> (\S+)/.exec(name)?.[1]
    if (server !== undefined)
      services.at(-1)?.servers.push({ address: server, ...counters(figures) })
    else if (/^(TCP|UDP|SCTP|FWM)\s/.test(name))
      services.push({
        service: name.trim().replace(/\s+/g, ' '),
        servers: [],
        ...counters(figures),
      })
  }
  return services
}

/** A router's IPVS table, with its counters; the kernel adds those up every two seconds, not at once. */
const ipvsStats = async (lab: Lab, router: string): Promise<readonly ServiceStats[]> => {
  const { code, stdout, stderr } = await lab.machine(router).ssh('ipvsadm -Ln --stats --exact')
  if (code !== 0) throw new LabError(`${router} shows no IPVS table: ${stderr.trim()}`)
  return parseStats(stdout)
}

/** The table once its services have counted so many connections together. */
export const ipvsStatsAfter = async (
  lab: Lab,
  router: string,
  conns: number,
): Promise<readonly ServiceStats[]> => {
  const deadline = Date.now() + 10_000
  for (;;) {
    const stats = await ipvsStats(lab, router)
    const counted = stats.reduce((sum, service) => sum + service.conns, 0)
    if (counted >= conns) return stats
    if (Date.now() > deadline) {
      throw new LabError(`${router} counted ${String(counted)} connections, not ${String(conns)}.`)
    }
    await sleep(250)
  }
}

/** All packets that a router counted on the way back: 0 where the real servers answer the clients themselves. */
export const packetsBack = (stats: readonly ServiceStats[]): number =>
  stats.reduce((sum, { outPkts }) => sum + outPkts, 0)

/** Waits until a router's pools have so many places filled, all services together. */
export const poolsFilled = async (lab: Lab, router: string, places: number): Promise<void> => {
  const { code } = await lab.machine(router).ssh(
    `for try in $(seq 300); do
      [ "$(ipvsadm -Ln | grep -cE ' (Masq|Route|Tunnel) +[1-9]')" = ${String(places)} ] && exit 0
      sleep 0.2
    done
    exit 1`,
  )
  if (code !== 0) {
    const { stdout } = await lab.machine(router).ssh('ipvsadm -Ln')
    throw new LabError(`${router} has not ${String(places)} places filled after 60 s:\n${stdout}`)
  }
}
