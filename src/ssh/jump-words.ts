import { isUser } from '../inventory/schema/ssh.ts'
import type { Ssh } from '../inventory/cluster.ts'
import { isPlace } from './place.ts'

const plain = /^(?:([^@]*(?:@[^@]+)*)@)?(?:\[([^\]]+)\]|([^:@[\]/]+))(?::(\d{1,5}))?$/

/** A host of which the inventory says nothing but where it is. */
export const unsaid: Omit<Ssh, 'host'> = {
  port: undefined,
  user: undefined,
  identityFiles: [],
  userKnownHostsFiles: [],
  strictHostKeyChecking: undefined,
  connectTimeout: undefined,
  transport: undefined,
  become: undefined,
  proxyJump: undefined,
}

/** One hop of ssh_config's ProxyJump: `[user@]host[:port]`, or `ssh://` before it; undefined: it is none. */
export const jumpIn = (text: string): Ssh | undefined => {
  const [, user, bracketed, bare, digits] =
    plain.exec(text.replace(/^ssh:\/\//i, '').replace(/\/$/, '')) ?? []
  const host = bracketed ?? bare ?? ''
  const port = digits === undefined ? undefined : Number(digits)
  const sane =
    isPlace(host) &&
    (user === undefined || isUser(user)) &&
    (port === undefined || (port >= 1 && port <= 65535))
  return sane ? { ...unsaid, host, user, port } : undefined
}
