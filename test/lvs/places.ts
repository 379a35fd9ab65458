import { hostsOf, type Cluster } from '../../src/inventory/cluster.ts'
import { nothingRemembered, type Task } from '../../src/lvs/task.ts'
import { guidePlatform, type Platform } from '../../src/platform.ts'
import type { Resource } from '../../src/resource.ts'

/** What a task wishes of a host by its name; on RHEL 7 unless said otherwise. */
export const resources = (
  task: Task,
  cluster: Cluster,
  name: string,
  platform: Platform = guidePlatform,
): readonly Resource[] => {
  const host = hostsOf(cluster).find((each) => each.name === name)
  if (host === undefined) throw new Error(`no host ${name}`)
  return task.resources({ cluster, host, platform, ...nothingRemembered })
}

/** Every file, as one text. */
export const filesOf = (found: readonly Resource[]): string =>
  found
    .flatMap(({ files }) => files)
    .map(({ path, text }) => `# ${path}\n${text}`)
    .join('\n')

export const ids = (found: readonly Resource[]): readonly string[] => found.map(({ id }) => id)

/** What is wished of the resource with this id; undefined: there is none. */
export const wishOf = (found: readonly Resource[], id: string): unknown => {
  const resource = found.find((each) => each.id === id)
  return resource === undefined ? undefined : JSON.parse(resource.wish)
}

/** The wishes of a kind, in order. */
export const wishesOf = (found: readonly Resource[], kind: string): readonly unknown[] =>
  found.filter((each) => each.kind === kind).map(({ wish }) => JSON.parse(wish) as unknown)

/** One rule of iptables as a line of `iptables -S`, without our comment. */
export const ruleLines = (wish: unknown): readonly string[] =>
  (
    wish as {
      rules: readonly {
        chain: string
        match: readonly string[]
        target: readonly string[]
        first?: boolean
      }[]
    }
  ).rules.map(({ chain, match, target, first }) =>
    [first === true ? '-I' : '-A', chain, ...match, ...target].join(' '),
  )
