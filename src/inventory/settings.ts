/** A line of keepalived.conf(5) in an operator's own words. */
export interface RawLine {
  readonly text: string
  /** Where it was written: `inventory.yaml:31:9`. */
  readonly at: string
}

/** How real servers leave the routers. */
export interface Drain {
  /** For how long the connections of those that leave are waited for; 0: not at all. */
  readonly timeoutSeconds: number
}

/** keepalived's global_defs that a cluster may set, and what only keepalived's own words can say. */
export interface GlobalDefs {
  readonly notificationEmail: readonly string[]
  readonly notificationEmailFrom: string | undefined
  readonly smtpServer: string | undefined
  /** Seconds. */
  readonly smtpConnectTimeout: number | undefined
  /** Lines of keepalived.conf(5) for global_defs, as they are. */
  readonly extraGlobalDefs: readonly RawLine[]
  /** Lines of keepalived.conf(5) for the end of the file, as they are. */
  readonly extra: readonly RawLine[]
}

/** Kernel settings of the routers; undefined: lbprov's own judgement of what the topology needs. */
export interface KernelSettings {
  /** net.ipv4.vs.conntrack: IPVS connections are seen by stateful packet filters. */
  readonly conntrack: boolean | undefined
  /** net.ipv4.vs.expire_nodest_conn: a connection of a removed real server ends at once. */
  readonly expireNodestConn: boolean | undefined
  /** net.ipv4.vs.expire_quiescent_template: persistence ends with a real server's weight. */
  readonly expireQuiescentTemplate: boolean | undefined
  /** net.ipv4.vs.sync_threshold: `3 50`. */
  readonly syncThreshold: string | undefined
  /** net.ipv4.vs.sync_refresh_period, seconds. */
  readonly syncRefreshPeriod: number | undefined
  /** net.ipv4.ip_nonlocal_bind. */
  readonly ipNonlocalBind: boolean | undefined
  /** net.ipv4.conf.DEVICE.rp_filter of the routers' cards: 0 off, 1 strict, 2 loose. */
  readonly rpFilter: 0 | 1 | 2 | undefined
}
