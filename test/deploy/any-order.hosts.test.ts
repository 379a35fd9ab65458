import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'

import type { Toy } from '../toy/toy.ts'
import { anyCluster, inventoryOf, type AnyCluster } from './random-inventory.ts'
import { openSite, type Ran, type Site } from './site.ts'

/*
 * The law of the whole: where a host ends does not depend on where it came from, a dry run is the truth, and lbprov
 * leaves a host as it found it. On hosts with real files, addresses, routes, sysctls and rules.
 */

const names = ['lb1', 'rs1', 'rs2'] as const

/*
 * Whatever a run could change, but for lbprov's own memory, the packages it had installed, a toy's random MAC addresses,
 * and the empty tables that iptables-nft leaves behind. A firewall's saved file without any rule counts as none: another
 * may want it there, so only who leaves a host for good takes it away.
 */
const look = `cd /
for file in etc/sysconfig/iptables etc/sysconfig/ip6tables; do grep -qs '^-A' $file || skip="$skip -not -path $file"; done
find etc $skip -not -path 'etc/ssh*' \\( -type d -printf '%p/ %m %u:%g\\n' -o -type l -printf '%p -> %l\\n' -o -type f -printf '%p %m %u:%g ' -exec sha256sum {} \\; \\) | sort
ip -o addr | sed -E 's/^[0-9]+: //; s/[a-z_]+_lft [0-9a-z]+//g; s/fe80::[^ ]*/fe80::/' | sort
ip route; ip -6 route | sed 's/ expires.*//'
ip -o link | sed -E 's/^[0-9]+: //; s/link.*//; s/state.*//'
sysctl -a 2>/dev/null | grep -E '^net[.]ipv[46][.](conf|ip_forward)' | grep -v stable_secret
for family in ip ip6 arp; do nft --stateless list table $family lbprov 2>/dev/null; done
for tool in iptables ip6tables arptables; do $tool-save 2>/dev/null | grep -vE '^[#*:]|^COMMIT'; done
for unit in keepalived lbprov-vips lbprov-firewall; do echo "$unit $(systemctl is-enabled $unit 2>/dev/null) $(systemctl is-active $unit 2>/dev/null)"; done`

const stateOf = (toy: Toy): string => toy.run(['sh'], look).out

const states = (site: Site): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, stateOf(site.host(name))]))

/** Changes as they are told: planned by a dry run, or done. */
const told = ({ out }: Ran): readonly unknown[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ type }) => type === 'change')

const must = (ran: Ran): Ran => {
  if (ran.exit !== 0) throw new Error(`exit ${String(ran.exit)}: ${ran.out}${ran.err}`)
  return ran
}

let travelled: Site
let fresh: Site
beforeAll(async () => {
  ;[travelled, fresh] = await Promise.all([openSite(names), openSite(names)])
})
afterAll(() => Promise.all([travelled.close(), fresh.close()]))

const apply = async (site: Site, cluster: AnyCluster): Promise<void> => {
  const inventory = inventoryOf(site, 'inventory', cluster)
  const shown = must(await site.lbprov('apply', inventory, '--dry-run', '--json'))
  const done = must(await site.lbprov('apply', inventory, '--yes', '--json'))
  expect(told(done)).toEqual(told(shown))
  const again = must(await site.lbprov('apply', inventory, '--dry-run', '--json'))
  expect(told(again)).toEqual([])
}

it('ends in the same state wherever a host came from, does what its dry run shows, and leaves as it came', async () => {
  const bare = [states(travelled), states(fresh)] as const
  await fc.assert(
    fc.asyncProperty(anyCluster, anyCluster, async (a, b) => {
      await apply(travelled, a)
      await apply(travelled, b)
      await apply(fresh, b)
      expect(states(travelled)).toEqual(states(fresh))
      for (const [n, site] of [travelled, fresh].entries()) {
        const inventory = inventoryOf(site, 'inventory', b)
        must(await site.lbprov('destroy', inventory, '--yes', '--json'))
        expect(states(site)).toEqual(bare[n])
      }
    }),
    { numRuns: Number(process.env.LBPROV_RUNS ?? 4), endOnFailure: true },
  )
}, 600_000)
