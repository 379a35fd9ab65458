import { basename } from 'node:path'

import { z } from 'zod'

import { familyOf } from '../inventory/address.ts'
import { hostsOf, type Cluster, type Ssh } from '../inventory/cluster.ts'
import { defineRecord, recordedName } from './records.ts'
import type { KnownHost, Task } from './task.ts'

// What the inventory's own schema takes: an address, a name of DNS, or a host's name.
const hostName = /^[A-Za-z0-9_][\w.-]{0,253}$/
const userName = z.string().regex(/^[A-Za-z_][\w.@+-]{0,63}\$?$/)

const paths = z.array(
  z
    .string()
    .min(1)
    .max(4096)
    .regex(/^\P{Cc}*$/u),
)

const become = z
  .union([
    // As it was written before there was more to say.
    z
      .boolean()
      .transform((asked) => (asked ? { method: 'sudo' as const, user: 'root' } : undefined)),
    z.strictObject({ method: z.enum(['sudo', 'doas']), user: userName }),
  ])
  .optional()

const hop = {
  host: z
    .string()
    .max(255)
    .refine((text) => familyOf(text) !== undefined || hostName.test(text)),
  port: z.int().min(1).max(65535).optional(),
  user: userName.optional(),
  identityFiles: paths,
  userKnownHostsFiles: paths,
  connectTimeout: z.int().min(1).max(3600).optional(),
  // Never `local`: a router that lies would have its wishes done on this machine.
  transport: z.enum(['ssh2', 'openssh']).optional(),
  become,
}

/** One on the way; it has no way of its own, or says nothing of it. */
const jump = z.strictObject({ ...hop, proxyJump: z.array(z.never()).optional() })

export const knownHosts = defineRecord(
  'roster',
  z.strictObject({
    name: recordedName,
    role: z.enum(['router', 'real_server']),
    ssh: z.strictObject({ ...hop, proxyJump: z.array(jump).optional() }),
  }),
)

type RememberedHost = ReturnType<typeof knownHosts.read>[number]
type Hop = Omit<RememberedHost['ssh'], 'proxyJump'>

const hopOf = (ssh: Ssh): Hop => ({
  host: ssh.host,
  port: ssh.port,
  user: ssh.user,
  identityFiles: [...ssh.identityFiles],
  userKnownHostsFiles: [...ssh.userKnownHostsFiles],
  connectTimeout: ssh.connectTimeout,
  transport: ssh.transport === 'local' ? undefined : ssh.transport,
  become: ssh.become && { method: ssh.become.method, user: ssh.become.user },
})

const jumpOf = (ssh: Ssh): z.output<typeof jump> => ({
  ...hopOf(ssh),
  proxyJump: ssh.proxyJump === undefined ? undefined : [],
})

const remembered = ({ name, role, ssh }: KnownHost): RememberedHost => ({
  name,
  role,
  ssh: { ...hopOf(ssh), proxyJump: ssh.proxyJump?.map(jumpOf) },
})

/**
 * Nobody is met for the first time by what a router says of him: the host keys must be known, and no file of known
 * hosts is ever written because of it.
 */
const asSsh = (found: Hop, proxyJump: readonly Ssh[] | undefined): Ssh => ({
  host: found.host,
  port: found.port,
  user: found.user,
  identityFiles: found.identityFiles,
  userKnownHostsFiles: found.userKnownHostsFiles,
  strictHostKeyChecking: 'yes',
  connectTimeout: found.connectTimeout,
  transport: found.transport,
  become: found.become && { ...found.become, password: undefined },
  proxyJump,
})

/** The hosts that a router remembers. Without the strictness, and with no secret: there is none in it. */
export const readRoster = (text: string | undefined): readonly KnownHost[] =>
  knownHosts.read(text).map(({ name, role, ssh: { proxyJump, ...ssh } }) => ({
    name,
    role,
    ssh: asSsh(
      ssh,
      proxyJump?.map((each) => asSsh(each, each.proxyJump)),
    ),
  }))

const besidesFolders = (host: KnownHost): string =>
  JSON.stringify(remembered(host), (key, value: unknown) =>
    key === 'identityFiles' || key === 'userKnownHostsFiles'
      ? (value as readonly string[]).map((path) => basename(path))
      : value,
  )

const pathsOf = (
  hosts: readonly { readonly ssh: Ssh }[],
  of: 'identityFiles' | 'userKnownHostsFiles',
): ReadonlySet<string> =>
  new Set(hosts.flatMap(({ ssh }) => [ssh, ...(ssh.proxyJump ?? [])].flatMap((hop) => hop[of])))

/**
 * A remembered host, reached by the operator's own keys and known hosts: a router does not say which of his files are
 * read. Only those that the inventory's own hosts have are taken.
 */
export const byOwnFiles = (cluster: Cluster, host: KnownHost): KnownHost => {
  const own = {
    identityFiles: pathsOf(hostsOf(cluster), 'identityFiles'),
    userKnownHostsFiles: pathsOf(hostsOf(cluster), 'userKnownHostsFiles'),
  }
  const hop = (ssh: Ssh): Ssh => ({
    ...ssh,
    identityFiles: ssh.identityFiles.filter((path) => own.identityFiles.has(path)),
    userKnownHostsFiles: ssh.userKnownHostsFiles.filter((path) =>
      own.userKnownHostsFiles.has(path),
    ),
    proxyJump: ssh.proxyJump?.map(hop),
  })
  return { ...host, ssh: hop(host.ssh) }
}

/** Where a host is reached, whatever it is called. */
export const endpoint = ({ ssh }: Pick<KnownHost, 'ssh'>): string =>
  [ssh, ...(ssh.proxyJump ?? [])]
    .map(({ host, port }) => `${host} ${String(port ?? 22)}`)
    .join(' by ')

/**
 * Hosts that left the inventory. One that has another name by now is the same host: nobody may be told to clean it.
 */
export const departed = (cluster: Cluster, known: readonly KnownHost[]): readonly KnownHost[] => {
  const hosts = hostsOf(cluster)
  const names = new Set(hosts.map(({ name }) => name))
  const endpoints = new Set(hosts.map(endpoint))
  return known.filter((each) => !names.has(each.name) && !endpoints.has(endpoint(each)))
}

export const roster: Task = {
  name: 'roster',
  summary:
    'On the routers: how each host is reached, so that one that left the inventory can still be cleaned up',
  resources: (place) => {
    const { cluster, host } = place
    if (host.role !== 'router') return []
    const remembering = new Map(place.roster.map((each) => [each.name, each]))
    const known = hostsOf(cluster).map(({ name, role, ssh }): KnownHost => {
      const now = { name, role, ssh }
      const before = remembering.get(name)
      // Two people have their keys in two homes, and must not take turns in writing this.
      return before !== undefined && besidesFolders(before) === besidesFolders(now) ? before : now
    })
    const gone = departed(cluster, place.roster)
    return knownHosts.wish(place, [...known, ...gone].map(remembered))
  },
}
