import type { Path } from '../../yaml.ts'
import type { Ssh } from '../cluster.ts'
import type { Wish } from '../schema.ts'
import { hopsTo, sshWishOf } from './jumps.ts'

/** What a relative path is seen from. */
export interface Origin {
  /** The inventory's own path. */
  readonly file: string
  /** What `~` stands for. */
  readonly home: string
  /** The text of a file on this machine; undefined: it cannot be read. */
  readonly source: (path: string) => string | undefined
  /** Where a line of a text of the inventory stands, by the text's path: `inventory.yaml:31:9`. */
  readonly place: (path: Path, line: number) => string
}

/** A path of the inventory as this machine knows it. */
export const expand = (path: string, { file, home }: Origin): string => {
  if (path === '~' || path.startsWith('~/')) return home + path.slice(1)
  return path.startsWith('/') ? path : file.slice(0, file.lastIndexOf('/') + 1) + path
}

type Words = NonNullable<ReturnType<typeof sshWishOf>>

const direct = (wish: Wish, words: Words, host: string, origin: Origin): Ssh => {
  const { ssh } = wish
  const paths = (list: readonly string[]): readonly string[] =>
    list.map((path) => expand(path, origin))
  return {
    host: words.host ?? host,
    port: words.port ?? ssh.port ?? 22,
    user: words.user ?? ssh.user ?? 'root',
    identityFiles: paths(words.identity_file ?? ssh.identity_file ?? []),
    userKnownHostsFiles: paths(
      words.user_known_hosts_file ?? ssh.user_known_hosts_file ?? ['~/.ssh/known_hosts'],
    ),
    strictHostKeyChecking:
      words.strict_host_key_checking ?? ssh.strict_host_key_checking ?? ('yes' as const),
    connectTimeout: words.connect_timeout ?? ssh.connect_timeout ?? 10,
    become: words.become ?? ssh.become ?? false,
    proxyJump: [],
  }
}

/** How a host is reached, its jumps spread out: nearest first, none of them with jumps of its own. */
export const sshOf = (
  wish: Wish,
  name: string,
  origin: Origin,
  trail: readonly string[] = [],
): Ssh => {
  const proxyJump = hopsTo(wish, name).flatMap((hop, index): readonly Ssh[] => {
    const words = sshWishOf(wish, hop.host)
    const over = {
      ...(hop.user === undefined ? {} : { user: hop.user }),
      ...(hop.port === undefined ? {} : { port: hop.port }),
    }
    const own = { ...direct(wish, words ?? {}, hop.host, origin), ...over }
    // A circle is a fault of its own; here it only must not go round for ever.
    const known = words !== undefined && index === 0 && ![...trail, name].includes(hop.host)
    return known ? [...sshOf(wish, hop.host, origin, [...trail, name]).proxyJump, own] : [own]
  })
  return { ...direct(wish, sshWishOf(wish, name) ?? {}, name, origin), proxyJump }
}
