import type { GlobalDefs, KernelSettings } from '../settings.ts'
import type { Wish } from '../schema.ts'

/** keepalived's global_defs and lines of its own; nothing here is derived. */
export const globalDefsOf = ({ keepalived }: Wish): GlobalDefs => ({
  notificationEmail: keepalived.notification_email ?? [],
  notificationEmailFrom: keepalived.notification_email_from,
  smtpServer: keepalived.smtp_server,
  smtpConnectTimeout: keepalived.smtp_connect_timeout,
  extraGlobalDefs: keepalived.global_defs ?? [],
  extra: keepalived.extra ?? [],
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
