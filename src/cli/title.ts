import type { Cluster } from '../inventory/cluster.ts'

const plural = (n: number, word: string): string => `${String(n)} ${word}${n === 1 ? '' : 's'}`

const methods = { nat: 'NAT', direct: 'direct routing', tunnel: 'tunnelling' } as const

/** `web · NAT · 2 routers, 3 real servers`. */
export const titleOf = ({ name, forwarding, routers, realServers }: Cluster): string =>
  `${name} · ${methods[forwarding]} · ${plural(routers.length, 'router')}, ${plural(realServers.length, 'real server')}`
