import { AnswerError } from '../errors.ts'

/** A default route that a host has. */
export interface DefaultRoute {
  /** What an operator calls it: `10.0.0.1 dev eth0 metric 100`. */
  readonly shown: string
  /** `10.0.0.1 dev eth0`; undefined: it has several ways. */
  readonly way: string | undefined
  readonly metric: number
  /** The words with which `ip route` takes it back as it was. */
  readonly words: readonly string[]
}

// What `ip route` shows of a route and takes back as it is. The rest it shows is about the moment.
const settable = ['metric', 'proto', 'scope', 'src', 'mtu', 'advmss'] as const

const value = (words: readonly string[], name: string): readonly string[] => {
  const [first, second] = words.slice(words.indexOf(name) + 1)
  if (!words.includes(name) || first === undefined) return []
  // via inet6 fe80::1: a gateway of the other family.
  return first === 'inet6' && second !== undefined ? [first, second] : [first]
}

const pairs = (words: readonly string[], names: readonly string[]): readonly string[] => [
  ...names.flatMap((name) => {
    const found = value(words, name)
    return found.length === 0 ? [] : [name, ...found]
  }),
  ...words.filter((word) => word === 'onlink'),
]

const wayOf = (hop: readonly string[]): string =>
  [...(hop.includes('via') ? value(hop, 'via') : ['on link']), 'dev', ...value(hop, 'dev')].join(
    ' ',
  )

const read = (text: string): DefaultRoute => {
  const [first = [], ...hops] = text
    .split(/\bnexthop\b/)
    .map((piece) => piece.split(/[\s\\]+/).filter((word) => word !== ''))
  const ways = hops.length === 0 ? [first] : hops
  if (!ways.every((way) => way.includes('dev'))) {
    throw new AnswerError(`cannot tell where this default route leads: ${text.trim()}`)
  }
  const metric = Number(value(first, 'metric')[0] ?? 0)
  return {
    shown: ways.map(wayOf).join(' and ') + (metric === 0 ? '' : ` metric ${String(metric)}`),
    way: hops.length === 0 ? wayOf(first) : undefined,
    metric,
    words: [
      'default',
      ...pairs(first, [...(hops.length === 0 ? ['via', 'dev'] : []), ...settable]),
      ...hops.flatMap((hop) => ['nexthop', ...pairs(hop, ['via', 'dev', 'weight'])]),
    ],
  }
}

/** Reads what `ip route show default` shows: the winner first. A route of several ways has a line for each. */
export const defaultRoutes = (shown: string): readonly DefaultRoute[] =>
  shown
    .replace(/\n[\t ]+/g, ' ')
    .split('\n')
    .filter((line) => /^default\b/.test(line))
    .map(read)
    // Of two alike the kernel lists the winner first, and sort keeps that order.
    .sort((a, b) => a.metric - b.metric)
