import { drain } from './drain.ts'
import { drainedHosts } from './drained.ts'
import { firewall } from './firewall.ts'
import { marksRecord } from './former-marks.ts'
import { former_firewall } from './former_firewall.ts'
import { former_vips } from './former_vips.ts'
import { gateway } from './gateway.ts'
import { ifcfg } from './ifcfg.ts'
import { interfaces } from './interfaces.ts'
import { ip_forward } from './ip_forward.ts'
import { keepalived } from './keepalived.ts'
import { keepalived_conf } from './keepalived_conf.ts'
import { keepalived_scripts } from './keepalived_scripts.ts'
import { kernel_modules } from './kernel_modules.ts'
import { kernel_settings } from './kernel_settings.ts'
import { packages } from './packages.ts'
import { ready } from './ready.ts'
import type { HostRecord } from './records.ts'
import { vipsRecord } from './remembered-vips.ts'
import { knownHosts, roster } from './roster.ts'
import { stand_down } from './stand_down.ts'
import type { Task } from './task.ts'
import { tunnel } from './tunnel.ts'
import { vips } from './vips.ts'
import { ftpRecord, vrrpRecord } from './wall.ts'

/** Every word that a playbook may use for LVS, in the order in which the guides come to them. */
export const tasks: readonly Task[] = [
  roster,
  packages,
  kernel_modules,
  ip_forward,
  kernel_settings,
  ifcfg,
  interfaces,
  gateway,
  tunnel,
  vips,
  firewall,
  ready,
  drain,
  stand_down,
  keepalived_scripts,
  keepalived_conf,
  keepalived,
  former_vips,
  former_firewall,
]

/** Every record that a task keeps on a host. */
export const records: readonly Pick<HostRecord<unknown>, 'of'>[] = [
  drainedHosts,
  knownHosts,
  vipsRecord,
  marksRecord,
  ftpRecord,
  vrrpRecord,
]
