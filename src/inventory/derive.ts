import type { Cluster } from './cluster.ts'
import { realServersOf, routersOf } from './derive/hosts.ts'
import { networksOf, vipsOf } from './derive/networks.ts'
import { servicesOf } from './derive/services.ts'
import type { Origin } from './derive/ssh.ts'
import { drainOf, globalDefsOf, kernelOf } from './derive/settings.ts'
import { vrrpOf } from './derive/vrrp.ts'
import type { Wish } from './schema.ts'

/** Everything that a wish implies, but for what is secret. What does not fit together is left out: the rules say why. */
export const derive = (wish: Wish, origin: Origin): Cluster => {
  const networks = networksOf(wish)
  const vips = vipsOf(wish, networks)
  const routers = routersOf(wish, { networks, vips }, origin)
  const realServers = realServersOf(wish, { networks, vips }, origin)
  return {
    name: wish.cluster,
    renamedFrom: wish.renamed_from,
    forwarding: wish.forwarding,
    networks,
    vips,
    vrrp: vrrpOf(wish, { networks, vips }, origin),
    globalDefs: globalDefsOf(wish, origin),
    kernel: kernelOf(wish),
    drain: drainOf(wish),
    routers,
    realServers,
    services: servicesOf(wish, { networks, vips, routers, realServers }, origin),
  }
}
