import type { Path } from '../../yaml.ts'
import type { Drain, GlobalDefs, KernelSettings, RawLine } from '../settings.ts'
import type { Wish } from '../schema.ts'
import type { Origin } from './ssh.ts'

/** Lines that are taken as they are, each with the place that they came from. */
export const rawLinesOf = (
  lines: readonly string[] | undefined,
  path: Path,
  { place }: Origin,
): readonly RawLine[] => (lines ?? []).map((text, index) => ({ text, at: place(path, index) }))

/** keepalived's global_defs and lines of its own; nothing here is derived. */
export const globalDefsOf = ({ keepalived }: Wish, origin: Origin): GlobalDefs => ({
  notificationEmail: keepalived.notification_email ?? [],
  notificationEmailFrom: keepalived.notification_email_from,
  smtpServer: keepalived.smtp_server,
  smtpConnectTimeout: keepalived.smtp_connect_timeout,
  extraGlobalDefs: rawLinesOf(keepalived.global_defs, ['keepalived', 'global_defs'], origin),
  extra: rawLinesOf(keepalived.extra, ['keepalived', 'extra'], origin),
})

/** The routers' kernel settings that were given. */
export const kernelOf = ({ kernel }: Wish): KernelSettings => ({
  conntrack: kernel.conntrack,
  expireNodestConn: kernel.expire_nodest_conn,
  expireQuiescentTemplate: kernel.expire_quiescent_template,
  syncThreshold: kernel.sync_threshold,
  syncRefreshPeriod: kernel.sync_refresh_period,
  ipNonlocalBind: kernel.ip_nonlocal_bind,
  rpFilter: kernel.rp_filter,
})

/** How real servers leave. */
export const drainOf = ({ drain }: Wish): Drain => ({ timeoutSeconds: drain.timeout })
