import { expect } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { keepalived_daemon } from '../../src/resources/keepalived_daemon.ts'
import { sha256 } from '../../src/resources/sha256.ts'
import { vrrpSettings } from '../../src/resources/vrrp-settings.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn } from './on-host.ts'

export const path = '/etc/keepalived/keepalived.conf'
export const vip = '203.0.113.10'
export const conf = (id: number): string =>
  `vrrp_instance public {\n    virtual_router_id ${String(id)}\n    virtual_ipaddress {\n        ${vip}/32 dev eth0\n    }\n}\n`

export const daemon = (part: 'run' | 'stand_down', text: string, vips = [vip]): Resource =>
  keepalived_daemon.bind({
    part,
    conf: { path, sha256: sha256(text) },
    peer: vrrpSettings(text).peer,
    vips,
    table: [],
    routers: 2,
  })

export const script = (toy: Toy, text: string): string => toy.run(['sh', '-c', text]).out
export const isActive = (toy: Toy): boolean =>
  toy.run(['systemctl', 'is-active', 'keepalived']).exit === 0
export const after = (toy: Toy, resource: Resource): readonly (string | undefined)[] =>
  judgeOn(toy, resource).map((change) => change.after)
export const calls = (toy: Toy, verb: string): number =>
  script(toy, 'cat /var/log/toy-calls')
    .split('\n')
    .filter((line) => line.startsWith(`systemctl ${verb} `)).length

/** The other router has the VIP, at the far end of the cable. */
export const peer = (toy: Toy, verb: 'add' | 'del'): void => {
  expect(toy.runOutside(['ip', 'addr', verb, `${vip}/24`, 'dev', 'eth0']).exit).toBe(0)
}

/** A router without the VIP, which runs keepalived with `conf(50)`. */
export const standby = async (): Promise<Toy> => {
  const toy = await toyHost()
  toy.addLink('eth0')
  script(toy, 'ip addr add 203.0.113.9/24 dev eth0')
  peer(toy, 'add')
  toy.write(path, conf(50))
  applyOn(toy, daemon('run', conf(50)))
  expect([isActive(toy), after(toy, daemon('run', conf(50)))]).toEqual([true, []])
  return toy
}
