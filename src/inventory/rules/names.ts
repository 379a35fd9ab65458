import { hostsIn, repeated } from './parts.ts'
import type { Rule } from './rule.ts'

/** A name means one thing on the screen: no two hosts, and no host and VIP, share one. */
export const hostNames: Rule = ({ wish }) => {
  const hosts = hostsIn(wish).map(({ name, kind, path }) => ({
    name,
    path,
    what: kind === 'routers' ? 'a router' : 'a real server',
  }))
  const vips = Object.keys(wish.vips).map((name) => ({ name, path: ['vips', name], what: 'a VIP' }))
  return repeated([...hosts, ...vips], ({ name }) => name).map(({ first, again }) => ({
    path: again.path,
    message: `"${again.name}" is ${first.what} already; give ${again.what} another name`,
  }))
}

/** Instances are named after networks, so a network must not be called like another's IPv6 instance. */
export const instanceNames: Rule = ({ wish }) =>
  Object.entries(wish.networks).flatMap(([name, { subnet }]) => {
    const taken = `${name}_v6`
    if (subnet.length < 2 || !Object.hasOwn(wish.networks, taken)) return []
    const message = `the IPv6 VRRP instance of "${name}" is called so; give this network another name`
    return [{ path: ['networks', taken], message }]
  })
