const globalDefs = (from: string): string => `
global_defs {
  notification_email {
    admin@example.com
  }
  notification_email_from ${from}
  smtp_server 127.0.0.1
  smtp_connect_timeout 60
}`

const instance = (name: string, device: string, id: number, vip: string): string => `
vrrp_instance ${name} {
  state MASTER
  interface ${device}
  virtual_router_id ${String(id)}
  priority 100
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass passw123
  }
  virtual_ipaddress {
    ${vip}
  }
}`

/** What Load Balancer Administration 4.1 prints for LB1; `real_server`s of its example file, not of its text. */
export const guideNat = `${globalDefs('noreply@example.com')}
vrrp_sync_group VG1 {
  group {
    RH_EXT
    RH_INT
  }
}
${instance('RH_EXT', 'eth0', 50, '10.0.0.1')}
${instance('RH_INT', 'eth1', 2, '192.168.1.1')}
virtual_server 10.0.0.1 80 {
  delay_loop 6
  lb_algo rr
  lb_kind NAT
  protocol TCP
${[20, 21, 22, 23]
  .map(
    (n) => `
  real_server 192.168.1.${String(n)} 80 {
    TCP_CHECK {
      connect_timeout 10
    }
  }`,
  )
  .join('')}
}
`

/** What Load Balancer Administration 4.2 prints for LB1. */
export const guideDr = `${globalDefs('noreply_admin@example.com')}
${instance('RH_1', 'eth0', 50, '172.31.0.1')}
virtual_server 172.31.0.1 80 {
  delay_loop 10
  lb_algo rr
  lb_kind DR
  persistence_timeout 9600
  protocol TCP
${[1, 2, 3]
  .map(
    (n) => `
  real_server 192.168.0.${String(n)} 80 {
    weight 1
    TCP_CHECK {
      connect_timeout 10
      connect_port 80
    }
  }`,
  )
  .join('')}
}
`
