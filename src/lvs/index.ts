import { gateway } from './gateway.ts'
import { ifcfg } from './ifcfg.ts'
import { interfaces } from './interfaces.ts'
import { ip_forward } from './ip_forward.ts'
import { keepalived } from './keepalived.ts'
import { keepalived_conf } from './keepalived_conf.ts'
import { kernel_modules } from './kernel_modules.ts'
import { packages } from './packages.ts'
import type { Task } from './task.ts'

/** Every word that a playbook may use for LVS, in the order in which the guides come to them. */
export const tasks: readonly Task[] = [
  packages,
  kernel_modules,
  ip_forward,
  ifcfg,
  interfaces,
  gateway,
  keepalived_conf,
  keepalived,
]
