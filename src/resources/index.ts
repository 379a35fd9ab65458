import type { ResourceKind } from '../resource.ts'
import { address } from './address.ts'
import { command } from './command.ts'
import { file } from './file.ts'
import { ifupdown_sources } from './ifupdown_sources.ts'
import { kernel_module } from './kernel_module.ts'
import { link } from './link.ts'
import { packageResource } from './package.ts'
import { route } from './route.ts'
import { service } from './service.ts'
import { sysctl } from './sysctl.ts'

/** Every kind there is. The laws in test/resources hold for each of them. */
export const resourceKinds: readonly ResourceKind[] = [
  address,
  command,
  file,
  ifupdown_sources,
  kernel_module,
  link,
  packageResource,
  route,
  service,
  sysctl,
]
