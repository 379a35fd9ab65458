import { forwardingOf, membersOf } from '../derive/pool.ts'
import { holds, isMarked, portsOf } from '../derive/ports.ts'
import { each } from './services.ts'
import type { Complaint } from './rule.ts'

/** What ip_vs_ftp looks at unless its module is told otherwise. */
const CONTROL = 21

/** FTP's data connections reach the real server that has their control connection (E18, E19; persistence: G5). */
export const ftp = each((service, wish): readonly Complaint[] => {
  const wanted = service.ftp
  if (wanted === undefined) return []
  if (service.protocol !== 'tcp')
    return [
      {
        path: ['protocol'],
        message: `ftp is spoken over tcp, and this service is ${service.protocol}; remove "protocol", or "ftp"`,
      },
    ]
  const ways = [...new Set(membersOf(wish, service).map((one) => forwardingOf(wish, service, one)))]
  const byNat = ways.includes('nat')
  const asTheyCame = ways.filter((way) => way !== 'nat').join(' and ')
  const lost =
    isMarked(service) && service.persistence_timeout === undefined
      ? [
          {
            path: ['ftp'],
            message:
              'needs "persistence_timeout" beside it (say 300): a data connection must reach the real server that has the control connection',
          },
        ]
      : []
  const passive =
    asTheyCame !== '' && wanted.passive_ports === undefined
      ? [
          {
            path: ['ftp'],
            message: `without passive_ports only active FTP works under ${asTheyCame} forwarding: passive data connections go to ports that no service has`,
            warning: true,
          },
        ]
      : []
  const unseen =
    byNat && !holds(portsOf(service), CONTROL)
      ? [
          {
            path: [service.port === undefined ? 'ports' : 'port'],
            message: `under nat forwarding the kernel turns addresses in FTP's own words on port ${String(CONTROL)} alone, and this service has others: real servers must name the VIP in passive mode themselves (vsftpd: pasv_address), or listen on ${String(CONTROL)}`,
            warning: true,
          },
        ]
      : []
  const active =
    wanted.active && ways.length > 0 && !byNat
      ? [
          {
            path: ['ftp', 'active'],
            message: `does nothing under ${asTheyCame} forwarding, where a real server answers as the VIP itself, port 20 too; remove it`,
            warning: true,
          },
        ]
      : []
  return [...lost, ...passive, ...unseen, ...active]
})
