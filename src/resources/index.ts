import type { ResourceKind } from '../resource.ts'
import { address } from './address.ts'
import { arptables } from './arptables.ts'
import { boot_unit } from './boot_unit.ts'
import { command } from './command.ts'
import { file } from './file.ts'
import { firewalld } from './firewalld.ts'
import { ifupdown_sources } from './ifupdown_sources.ts'
import { iptables } from './iptables.ts'
import { ipvs_drain } from './ipvs_drain.ts'
import { keepalived_daemon } from './keepalived_daemon.ts'
import { kernel_module } from './kernel_module.ts'
import { link } from './link.ts'
import { loopback_vips } from './loopback_vips.ts'
import { nft_table } from './nft_table.ts'
import { packageResource } from './package.ts'
import { pool_gate } from './pool_gate.ts'
import { route } from './route.ts'
import { service } from './service.ts'
import { silent_segment } from './silent_segment.ts'
import { sysctl } from './sysctl.ts'
import { sysctl_condition } from './sysctl_condition.ts'
import { vrrp_condition } from './vrrp_condition.ts'

/** Every kind there is. The laws in test/resources hold for each of them. */
export const resourceKinds: readonly ResourceKind[] = [
  address,
  arptables,
  boot_unit,
  command,
  file,
  firewalld,
  ifupdown_sources,
  iptables,
  ipvs_drain,
  keepalived_daemon,
  kernel_module,
  link,
  loopback_vips,
  nft_table,
  packageResource,
  pool_gate,
  route,
  service,
  silent_segment,
  sysctl,
  sysctl_condition,
  vrrp_condition,
]
