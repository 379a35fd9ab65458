import { holds, portsOf } from '../derive/ports.ts'
import { onceEach } from '../../once-each.ts'
import type { Wish } from '../schema.ts'
import type { PoolMember } from '../service.ts'
import { itemsAt, repeated } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

type ServiceWish = Wish['services'][string]

/** A rule that looks at one service after another; its paths begin at the service. */
export const each =
  (judge: (service: ServiceWish, wish: Wish, name: string) => readonly Complaint[]): Rule =>
  ({ wish }) =>
    Object.entries(wish.services).flatMap(([name, service]) =>
      judge(service, wish, name).map((complaint) => ({
        ...complaint,
        path: ['services', name, ...complaint.path],
      })),
    )

const weightsIn = onceEach(
  (pool: readonly PoolMember[]): ReadonlySet<number> => new Set(pool.map(({ weight }) => weight)),
)

/** Weights that somebody reads. */
export const weights: Rule = ({ cluster }) =>
  cluster.services.flatMap(({ name, scheduler, virtualServers }): readonly Complaint[] => {
    const path = ['services', name]
    const all = new Set(virtualServers.flatMap(({ pool }) => [...weightsIn(pool)]))
    const living = new Set([...all].filter((weight) => weight > 0))
    if (all.size > 0 && living.size === 0)
      return [{ path, message: 'every real server has weight 0: nothing is served', warning: true }]
    if (living.size < 2 || (scheduler !== 'rr' && scheduler !== 'lc')) return []
    const message = `${scheduler} ignores weights, and they differ here; w${scheduler} heeds them`
    return [{ path: [...path, 'scheduler'], message, warning: true }]
  })

/** A scheduler has the flags that are its own; those by number are taken on trust. */
export const schedulerFlags = each(({ scheduler, scheduler_flags: flags }) => {
  const items = itemsAt(flags, ['scheduler_flags'])
  const strange = items.flatMap(({ item, path }): readonly Complaint[] => {
    const [own = ''] = item.split('-')
    if (own === 'flag' || own === scheduler) return []
    const message = `${item} is a flag of the scheduler ${own}, and this service has ${scheduler}; write scheduler: ${own}, or remove the flag`
    return [{ path, message }]
  })
  const twice = repeated(items, ({ item }) => item).map(({ again }) => ({
    path: again.path,
    message: `${again.item} is listed twice`,
  }))
  return [...strange, ...twice]
})

/** One client's http and https belong together more often than not. */
export const webTogether = each((service) => {
  const ports = portsOf(service)
  const isWeb = service.protocol === 'tcp' && holds(ports, 80) && holds(ports, 443)
  if (!isWeb || service.persistence_timeout !== undefined) return []
  const message =
    'a client may get one real server on port 80 and another on 443; add persistence_timeout if sessions span both'
  return [{ path: ['ports'], message, warning: true }]
})
