import type { Transport } from '../cluster.ts'
import { hopsOf, type Hop } from '../schema/ssh.ts'
import type { Wish } from '../schema.ts'

/** The SSH words of a host that lbprov reaches; undefined for any other name. */
export const sshWishOf = (wish: Wish, name: string) => {
  const router = Object.hasOwn(wish.routers, name) ? wish.routers[name] : undefined
  const server = Object.hasOwn(wish.real_servers, name) ? wish.real_servers[name] : undefined
  const host = router ?? (server?.managed === true ? server : undefined)
  return host === undefined ? undefined : (host.ssh ?? {})
}

/** By what a host is reached, as far as the inventory says. */
export const transportOf = (wish: Wish, name: string): Transport | undefined =>
  sshWishOf(wish, name)?.transport ?? wish.ssh.transport

/**
 * The hops that a host asks for; undefined: it does not say. A default that leads through the host itself ends before
 * it, and is none for a host at which it begins.
 */
export const hopsTo = (wish: Wish, name: string): readonly Hop[] | undefined => {
  const own = sshWishOf(wish, name)?.proxy_jump
  if (own !== undefined) return hopsOf(own) ?? []
  if (wish.ssh.proxy_jump === undefined) return undefined
  const hops = hopsOf(wish.ssh.proxy_jump) ?? []
  const self = hops.findIndex(({ host }) => host === name)
  if (self === 0) return undefined
  return self === -1 ? hops : hops.slice(0, self)
}

/** The names along the way when it leads back to where it began; as in OpenSSH only a first hop has jumps of its own. */
export const circleFrom = (wish: Wish, name: string): readonly string[] | undefined => {
  if (hopsTo(wish, name)?.some(({ host }) => host === name) === true) return [name, name]
  const way = [name]
  for (;;) {
    const next = hopsTo(wish, way.at(-1) ?? name)?.[0]?.host
    if (next === undefined || sshWishOf(wish, next) === undefined) return undefined
    if (next === name) return [...way, next]
    if (way.includes(next)) return undefined
    way.push(next)
  }
}
