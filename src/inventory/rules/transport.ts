import { hopsTo, sshWishOf, transportOf } from '../derive/jumps.ts'
import { hopsOf, type Hop } from '../schema/ssh.ts'
import type { Wish } from '../schema.ts'
import { hostsIn } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

const isLocal = (wish: Wish, name: string): boolean =>
  sshWishOf(wish, name) !== undefined && transportOf(wish, name) === 'local'

const throughHere = (
  wish: Wish,
  hops: readonly Hop[],
  path: readonly string[],
): readonly Complaint[] =>
  hops
    .filter(({ host }) => isLocal(wish, host))
    .slice(0, 1)
    .map(({ host }) => ({
      path,
      message: `jumps through ${host}, which is this very machine (transport: local); leave it out of the way`,
    }))

/** Whoever is this very machine is not jumped to, and not jumped through. */
export const localIsHere: Rule = ({ wish }) => [
  ...(wish.ssh.transport === 'local' && (hopsOf(wish.ssh.proxy_jump ?? 'none') ?? []).length > 0
    ? [
        {
          path: ['ssh', 'proxy_jump'],
          message:
            'jumps, where every host is this very machine (transport: local); leave one of the two out',
        },
      ]
    : throughHere(wish, hopsOf(wish.ssh.proxy_jump ?? 'none') ?? [], ['ssh', 'proxy_jump'])),
  ...hostsIn(wish).flatMap(({ name, host, path }): readonly Complaint[] => {
    const hops = hopsTo(wish, name) ?? []
    if (host.ssh?.proxy_jump === undefined || hops.length === 0) return []
    const place = [...path.map(String), 'ssh', 'proxy_jump']
    if (!isLocal(wish, name)) return throughHere(wish, hops, place)
    const message = `jumps, and ${name} is this very machine (transport: local); leave one of the two out`
    return [{ path: place, message }]
  }),
]
