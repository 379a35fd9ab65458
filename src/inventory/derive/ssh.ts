import type { Path } from '../../yaml.ts'
import type { Become, Ssh } from '../cluster.ts'
import type { Wish } from '../schema.ts'
import { hopsTo, sshWishOf, transportOf } from './jumps.ts'

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

/** Undefined: who logs in is root. The password is opened once it is known that it is wanted. */
const becomeOf = ({ ssh }: Wish, words: Words): Become | undefined =>
  (words.become ?? ssh.become) === true
    ? {
        method: words.become_method ?? ssh.become_method ?? 'sudo',
        user: words.become_user ?? ssh.become_user ?? 'root',
        password: undefined,
      }
    : undefined

const direct = ({ ssh }: Wish, words: Words, host: string, origin: Origin): Ssh => {
  const paths = (list: readonly string[] | undefined): readonly string[] =>
    (list ?? []).map((path) => expand(path, origin))
  return {
    host: words.host ?? host,
    port: words.port ?? ssh.port,
    user: words.user ?? ssh.user,
    identityFiles: paths(words.identity_file ?? ssh.identity_file),
    userKnownHostsFiles: paths(words.user_known_hosts_file ?? ssh.user_known_hosts_file),
    strictHostKeyChecking: words.strict_host_key_checking ?? ssh.strict_host_key_checking,
    connectTimeout: words.connect_timeout ?? ssh.connect_timeout,
    // Of a host that is only passed through, nobody wants root's rights.
    transport: undefined,
    become: undefined,
    proxyJump: undefined,
  }
}

/** The hosts on the way, as the inventory has it; undefined: it does not say. */
const jumpsTo = (
  wish: Wish,
  name: string,
  origin: Origin,
  trail: readonly string[],
): readonly Ssh[] | undefined =>
  hopsTo(wish, name)?.flatMap((hop, index): readonly Ssh[] => {
    const words = sshWishOf(wish, hop.host)
    const over = {
      ...(hop.user === undefined ? {} : { user: hop.user }),
      ...(hop.port === undefined ? {} : { port: hop.port }),
    }
    const own = { ...direct(wish, words ?? {}, hop.host, origin), ...over }
    // As in OpenSSH, only the nearest may be reached by a way of its own.
    if (index > 0) return [{ ...own, proxyJump: [] }]
    // A circle is a fault of its own; here it only must not go round for ever.
    if (words === undefined || [...trail, name].includes(hop.host)) return [own]
    const before = jumpsTo(wish, hop.host, origin, [...trail, name])
    return before === undefined ? [own] : [...before, { ...own, proxyJump: [] }]
  })

/** How a host is reached, its jumps spread out: nearest first, none of them with jumps of its own. */
export const sshOf = (wish: Wish, name: string, origin: Origin): Ssh => {
  const words = sshWishOf(wish, name) ?? {}
  const transport = transportOf(wish, name)
  return {
    ...direct(wish, words, name, origin),
    transport,
    become: becomeOf(wish, words),
    // Nobody jumps to where he is; a rule says so of a host that asks for it.
    proxyJump: transport === 'local' ? [] : jumpsTo(wish, name, origin, []),
  }
}
