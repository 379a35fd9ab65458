import type { Secret } from '../secret.ts'
import type { Cluster } from './cluster.ts'
import { realServersOf, routersOf } from './derive/hosts.ts'
import { networksOf, vipsOf } from './derive/networks.ts'
import { servicesOf } from './derive/services.ts'
import type { Origin } from './derive/ssh.ts'
import { instancesOf } from './derive/vrrp.ts'
import type { Wish } from './schema.ts'

/** Everything that a wish implies. What does not fit together is left out: the rules say why. */
export const derive = (wish: Wish, origin: Origin, authPass: Secret | undefined): Cluster => {
  const networks = networksOf(wish)
  const vips = vipsOf(wish, networks)
  const routers = routersOf(wish, { networks, vips }, origin)
  const realServers = realServersOf(wish, { networks, vips }, origin)
  return {
    name: wish.cluster,
    forwarding: wish.forwarding,
    networks,
    vips,
    vrrp: {
      advertInt: wish.vrrp.advert_int,
      authPass,
      instances: instancesOf(wish, networks, vips),
    },
    globalDefs: {
      notificationEmail: wish.keepalived.notification_email ?? [],
      notificationEmailFrom: wish.keepalived.notification_email_from,
      smtpServer: wish.keepalived.smtp_server,
      smtpConnectTimeout: wish.keepalived.smtp_connect_timeout,
    },
    routers,
    realServers,
    services: servicesOf(wish, { networks, vips, routers, realServers }),
  }
}
