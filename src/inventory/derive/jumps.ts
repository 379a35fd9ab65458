import { hopsOf, type Hop } from '../schema/ssh.ts'
import type { Wish } from '../schema.ts'

/** The SSH words of a host that lbprov reaches; undefined for any other name. */
export const sshWishOf = (wish: Wish, name: string) => {
  const router = Object.hasOwn(wish.routers, name) ? wish.routers[name] : undefined
  const server = Object.hasOwn(wish.real_servers, name) ? wish.real_servers[name] : undefined
  const host = router ?? (server?.managed === true ? server : undefined)
  return host === undefined ? undefined : (host.ssh ?? {})
}

/** The hops that a host asks for. A default that leads through the host itself ends before it. */
export const hopsTo = (wish: Wish, name: string): readonly Hop[] => {
  const own = sshWishOf(wish, name)?.proxy_jump
  if (own !== undefined) return hopsOf(own) ?? []
  const hops = hopsOf(wish.ssh.proxy_jump ?? 'none') ?? []
  const self = hops.findIndex(({ host }) => host === name)
  return self === -1 ? hops : hops.slice(0, self)
}

/** The names along the way when it leads back to where it began; as in OpenSSH only a first hop has jumps of its own. */
export const circleFrom = (wish: Wish, name: string): readonly string[] | undefined => {
  if (hopsTo(wish, name).some(({ host }) => host === name)) return [name, name]
  const way = [name]
  for (;;) {
    const next = hopsTo(wish, way.at(-1) ?? name)[0]?.host
    if (next === undefined || sshWishOf(wish, next) === undefined) return undefined
    if (next === name) return [...way, next]
    if (way.includes(next)) return undefined
    way.push(next)
  }
}
