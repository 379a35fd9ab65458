import type { PortRange } from '../service.ts'
import type { Wish } from '../schema.ts'

type ServiceWish = Wish['services'][string]

const FTP = 21

const just = (port: number): PortRange => ({ first: port, last: port })

/** Every port of a service, whichever way it was written; those of passive FTP come last. */
export const portsOf = ({ port, ports, ftp }: ServiceWish): readonly PortRange[] => {
  const own = port === undefined ? (ftp === undefined ? [] : [just(FTP)]) : [just(port)]
  return [...(ports ?? own), ...(ftp?.passive_ports === undefined ? [] : [ftp.passive_ports])]
}

/** The one port of a service; undefined: it has none, or several. */
export const onlyPort = (service: ServiceWish): number | undefined => {
  const [only, ...others] = portsOf(service)
  return only !== undefined && others.length === 0 && only.first === only.last
    ? only.first
    : undefined
}

/** Whether a firewall mark stands for the ports of a service. */
export const isMarked = (service: ServiceWish): boolean =>
  portsOf(service).length > 0 &&
  (service.firewall_mark !== undefined || onlyPort(service) === undefined)

/** Whether a port is in one of some ranges. */
export const holds = (ranges: readonly PortRange[], port: number): boolean =>
  ranges.some(({ first, last }) => first <= port && port <= last)

/** What two ranges share; undefined: nothing. */
export const overlapOf = (one: PortRange, other: PortRange): PortRange | undefined => {
  const first = Math.max(one.first, other.first)
  const last = Math.min(one.last, other.last)
  return first > last ? undefined : { first, last }
}

/** `80` or `10000-20000`. */
export const showPorts = ({ first, last }: PortRange): string =>
  first === last ? String(first) : `${String(first)}-${String(last)}`
