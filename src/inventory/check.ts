import type { Program } from './program.ts'

/** What every kind of check may say. */
export interface CheckBase {
  /** undefined: the real server's own port; given where a firewall mark stands for ports. */
  readonly port: number | undefined
  /** The address that is asked; undefined: the real server's own. */
  readonly connectIp: string | undefined
  /** Seconds; undefined: keepalived's default. */
  readonly connectTimeout: number | undefined
  /** Further tries before the real server counts as dead. */
  readonly retry: number | undefined
  /** Seconds between tries. */
  readonly delayBeforeRetry: number | undefined
  /** Seconds between checks; undefined: the service's. */
  readonly delayLoop: number | undefined
  /** Seconds over which the first check of each is spread at the start. */
  readonly warmup: number | undefined
}

/** One TCP connection and nothing more. keepalived: TCP_CHECK. */
export interface TcpCheck extends CheckBase {
  readonly kind: 'tcp'
}

/** One page of an HTTP check. */
export interface PageWish {
  readonly path: string
  /** What must come back: `200`, or `200-299 301`. */
  readonly status: string | undefined
  /** MD5 of the page, 32 hex digits (genhash(1)). */
  readonly digest: string | undefined
  /** The Host header of this page. */
  readonly virtualhost: string | undefined
}

/** keepalived: HTTP_GET or SSL_GET. */
export interface HttpCheck extends CheckBase {
  readonly kind: 'http' | 'https'
  readonly pages: readonly PageWish[]
  /** The Host header of all pages that have none of their own. */
  readonly virtualhost: string | undefined
  /** https: the name is sent in TLS (SNI). */
  readonly sni: boolean
}

/** keepalived: SMTP_CHECK. */
export interface SmtpCheck extends CheckBase {
  readonly kind: 'smtp'
  readonly heloName: string | undefined
}

/** keepalived: DNS_CHECK. */
export interface DnsCheck extends CheckBase {
  readonly kind: 'dns'
  readonly name: string
  /** A, NS, CNAME, SOA, MX, TXT or AAAA. */
  readonly type: string
}

/** keepalived: UDP_CHECK. A closed port answers with ICMP; silence is life unless an answer is required. */
export interface UdpCheck extends CheckBase {
  readonly kind: 'udp'
  /** Hex digits. */
  readonly payload: string | undefined
  readonly requireReply: boolean
}

/** keepalived: PING_CHECK. */
export interface PingCheck extends CheckBase {
  readonly kind: 'ping'
}

/** keepalived: MISC_CHECK. */
export interface MiscCheck extends CheckBase {
  readonly kind: 'misc'
  readonly program: Program
  /** Seconds. */
  readonly timeout: number | undefined
  /** The exit code sets the weight. */
  readonly dynamic: boolean
}

export type Check = TcpCheck | HttpCheck | SmtpCheck | DnsCheck | UdpCheck | PingCheck | MiscCheck
