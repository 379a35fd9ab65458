import { describe, expect, it } from 'vitest'

import { keepalivedConfText } from '../../src/lvs/keepalived-conf-text.ts'
import type { Cluster, Router } from '../../src/inventory/cluster.ts'
import { masked, revealed } from '../../src/secret.ts'
import { clusterOf, dualStack, everything, guideKeepalived, guideNetwork } from './inventories.ts'
import { readTree, valuesOf } from './keepalived-tree.ts'

const router = ({ routers }: Cluster, name: string): Router => {
  const found = routers.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no router ${name}`)
  return found
}

const confOf = (inventory: string, name: string): string => {
  const cluster = clusterOf(inventory)
  return revealed(keepalivedConfText(cluster, router(cluster, name)))
}

/** As Load Balancer Administration 4.1 prints it for LB1; `real_server`s of its example file, not of its text. */
const guide = `
global_defs {
  notification_email {
    admin@example.com
  }
  notification_email_from noreply@example.com
  smtp_server 127.0.0.1
  smtp_connect_timeout 60
}
vrrp_sync_group VG1 {
  group {
    RH_EXT
    RH_INT
  }
}
vrrp_instance RH_EXT {
  state MASTER
  interface eth0
  virtual_router_id 50
  priority 100
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass passw123
  }
  virtual_ipaddress {
    10.0.0.1
  }
}
vrrp_instance RH_INT {
  state MASTER
  interface eth1
  virtual_router_id 2
  priority 100
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass passw123
  }
  virtual_ipaddress {
    192.168.1.1
  }
}
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

/** The guide's words in the words of today's keepalived, and what lbprov says on purpose besides. */
const ours = (name: string, values: readonly string[]): readonly string[] => [
  ...values.map((value) =>
    value
      .replace('lb_algo', 'lvs_sched')
      .replace('lb_kind', 'lvs_method')
      // Both begin as BACKUP: the priorities decide.
      .replace(/state (MASTER|BACKUP)/, 'state BACKUP')
      .replace('virtual_ipaddress / 10.0.0.1', 'virtual_ipaddress / 10.0.0.1/32 dev eth0')
      .replace('virtual_ipaddress / 192.168.1.1', 'virtual_ipaddress / 192.168.1.1/32 dev eth1')
      .replace(/priority 100/, name === 'LB1' ? 'priority 100' : 'priority 99'),
  ),
  `global_defs / router_id ${name}`,
  ...[20, 21, 22, 23].map(
    (n) => `virtual_server 10.0.0.1 80 / real_server 192.168.1.${String(n)} 80 / weight 1`,
  ),
]

describe('keepalived.conf', () => {
  it.each(['LB1', 'LB2'])('says on %s what the guide says', (name) => {
    const values = valuesOf(readTree(confOf(guideKeepalived, name)))
    expect([...values].sort()).toEqual([...ours(name, valuesOf(readTree(guide)))].sort())
  })

  it.each([
    ['guide-keepalived', guideKeepalived, 'LB1'],
    ['guide-network', guideNetwork('203.0.113'), 'lb1'],
    ['dual-stack', dualStack, 'lb2'],
    ['everything', everything, 'lb1'],
  ])('of %s is as it was', async (golden, inventory, name) => {
    await expect(confOf(inventory, name)).toMatchFileSnapshot(`golden/${golden}.conf`)
  })

  it('is the same on every router but for its name and priority', () => {
    const cluster = clusterOf(everything)
    const [lb1, lb2] = cluster.routers.map((each) => revealed(keepalivedConfText(cluster, each)))
    expect(
      lb2?.replaceAll('priority 99', 'priority 100').replace('router_id lb2', 'router_id lb1'),
    ).toBe(lb1)
  })

  it('is read back as it was written, whatever its braces', () => {
    const values = valuesOf(readTree(confOf(everything, 'lb1')))
    expect(values.filter((value) => value.includes('{') || value.includes('}'))).toEqual([])
    expect(values).toContain('vrrp_instance public_v6 / version 3')
    expect(
      values.some((value) => value.startsWith('vrrp_instance public_v6 / authentication')),
    ).toBe(false)
  })

  it('shows nobody its password', () => {
    const cluster = clusterOf(guideKeepalived)
    const text = masked(keepalivedConfText(cluster, router(cluster, 'LB1')))
    expect(text).not.toContain('passw123')
    expect(text).toContain('auth_pass •••')
  })
})
