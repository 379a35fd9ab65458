import type { Check, CheckBase, HttpCheck, MiscCheck } from '../inventory/check.ts'
import type { PoolMember } from '../inventory/service.ts'
import { block, flag, line, quoted, type Block, type Line } from './keepalived-block.ts'

const timing = (wish: CheckBase): readonly Line[] => [
  line('retry', wish.retry),
  line('delay_before_retry', wish.delayBeforeRetry),
  line('delay_loop', wish.delayLoop),
  line('warmup', wish.warmup),
]

const connection = (wish: CheckBase): readonly Line[] => [
  line('connect_ip', wish.connectIp),
  line('connect_port', wish.port),
  line('connect_timeout', wish.connectTimeout),
  ...timing(wish),
]

const http = (wish: HttpCheck): Block =>
  block(wish.kind === 'http' ? 'HTTP_GET' : 'SSL_GET', [
    ...wish.pages.map(({ path, digest, status, virtualhost }) =>
      block('url', [
        line('path', path),
        line('digest', digest),
        line('status_code', status),
        line('virtualhost', virtualhost),
      ]),
    ),
    line('virtualhost', wish.virtualhost),
    flag('enable_sni', wish.kind === 'https' && wish.sni),
    ...connection(wish),
  ])

/** keepalived tells a program nothing of the real server that it checks: `%address` and `%port` do. */
const told = (word: string, { address, port }: PoolMember): string =>
  word.replaceAll('%address', address).replaceAll('%port', String(port))

const misc = (wish: MiscCheck, member: PoolMember): Block =>
  block('MISC_CHECK', [
    line('misc_path', quoted(wish.program.words.map((word) => told(word, member)))),
    line('misc_timeout', wish.timeout),
    flag('misc_dynamic', wish.dynamic),
    // It connects to nothing of itself, and keepalived's own test refuses words that say where to.
    ...timing(wish),
  ])

/** keepalived.conf(5), CHECKERS: what a real server must answer to be alive. */
export const checkBlock = (wish: Check, member: PoolMember): Block => {
  switch (wish.kind) {
    case 'tcp':
      return block('TCP_CHECK', connection(wish))
    case 'http':
    case 'https':
      return http(wish)
    case 'smtp':
      return block('SMTP_CHECK', [line('helo_name', wish.heloName), ...connection(wish)])
    case 'dns':
      return block('DNS_CHECK', [
        line('type', wish.type),
        line('name', wish.name),
        ...connection(wish),
      ])
    case 'udp':
      return block('UDP_CHECK', [
        line('payload', wish.payload),
        flag('require_reply', wish.requireReply),
        ...connection(wish),
      ])
    case 'ping':
      return block('PING_CHECK', connection(wish))
    case 'misc':
      return misc(wish, member)
  }
}
