import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import type { Place } from '../lvs/task.ts'
import type { Resource } from '../resource.ts'
import { command } from '../resources/command.ts'
import { file } from '../resources/file.ts'
import { packageResource } from '../resources/package.ts'
import { service } from '../resources/service.ts'
import { sha256 } from '../resources/sha256.ts'
import { sysctl } from '../resources/sysctl.ts'

/** What the other tasks of a playbook put on the same host. */
export interface Neighbours {
  /** The text of a file that the playbook writes there; undefined: it does not write that file. */
  readonly textOf: (path: string) => string | undefined
}

/** A task that takes its wish from the playbook itself. */
export interface GenericTask {
  readonly name: string
  readonly summary: string
  readonly schema: z.ZodType
  readonly resource: (wish: never, place: Place, neighbours: Neighbours) => Resource
}

const defineGeneric = <Schema extends z.ZodType>(task: {
  readonly name: string
  readonly summary: string
  readonly schema: Schema
  readonly resource: (wish: z.output<Schema>, place: Place, neighbours: Neighbours) => Resource
}): GenericTask => task

const packageName = z.string().regex(/^[a-z0-9][\w.+-]*$/i, 'must be the name of a package')

const packageNames = z.union([packageName.transform((name) => [name]), z.array(packageName).min(1)])

const packages = defineGeneric({
  name: 'package',
  summary: packageResource.summary,
  schema: z.union([
    packageNames,
    z.strictObject({ name: packageNames }).transform(({ name }) => name),
  ]),
  resource: (names, { host, platform }) => {
    if (platform.packageManager === undefined) {
      throw new AnswerError(
        `${host.name}: ${platform.name} has none of apt-get, dnf and yum, so ${names.join(', ')} cannot be installed; install by hand and take the task "package" out of the playbook.`,
      )
    }
    return packageResource.bind({ manager: platform.packageManager, names })
  },
})

const services = defineGeneric({
  name: 'service',
  summary: service.summary,
  schema: z.strictObject({
    name: service.schema.shape.name,
    loads: z
      .array(z.string().startsWith('/', 'must be an absolute path'))
      .default([])
      .describe('Files that it reads when it starts or reloads; it is reloaded when one is newer'),
    restart: service.schema.shape.restart,
  }),
  resource: ({ name, loads, restart }, _, { textOf }) =>
    service.bind({
      name,
      restart,
      loads: loads.map((path) => {
        const text = textOf(path)
        return text === undefined ? { path } : { path, sha256: sha256(text) }
      }),
    }),
})

const files = defineGeneric({
  name: 'file',
  summary: file.summary,
  // `src`, a file beside the playbook, has become `content` before the schema reads it.
  schema: file.schema.extend({
    content: z
      .string({
        error: 'needs the text of the file as "content", or its name beside this playbook as "src"',
      })
      .describe('The whole text of the file'),
  }),
  resource: (wish) => file.bind(wish),
})

/** The generic tasks, for what stands beside LVS: a web server, a tuning of one's own. */
export const genericTasks: readonly GenericTask[] = [
  packages,
  services,
  files,
  defineGeneric({ ...sysctl, resource: (wish) => sysctl.bind(wish) }),
  defineGeneric({ ...command, resource: (wish) => command.bind(wish) }),
]
