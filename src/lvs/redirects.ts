import type { ArpMethod } from '../inventory/network.ts'
import type { Platform } from '../platform.ts'
import type { Resource } from '../resource.ts'
import { firewalld } from '../resources/firewalld.ts'
import { iptablesBoot, iptablesSets, alone, type FilterRule } from './filter-rules.ts'
import type { BootCommand } from './boot.ts'
import type { DirectVip } from './direct-vips.ts'
import { showPorts } from './port-words.ts'

/** Load Balancer Administration (RHEL 7) 3.2.2 and 3.2.3: the host takes what asks for the VIP, and never has it. */
const redirectMethods = ['firewalld', 'iptables'] as const

export type RedirectMethod = (typeof redirectMethods)[number]

export const isRedirect = (method: ArpMethod): method is RedirectMethod =>
  redirectMethods.some((each) => each === method)

const eachPort = (vips: readonly DirectVip[]) =>
  vips.flatMap(({ vip, device, asked }) =>
    asked.flatMap(({ protocol, ports }) =>
      ports.map((range) => ({ vip, device, protocol, range })),
    ),
  )

/** A VIP that was asked for other ports before is there twice, and what both say is said once. */
const once = <Rule>(rules: readonly Rule[]): Rule[] => [
  ...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values(),
]

const redirectRules = (vips: readonly DirectVip[]): readonly FilterRule[] =>
  once(
    eachPort(vips).map(({ vip, protocol, range }) => ({
      family: vip.family,
      table: 'nat',
      chain: 'PREROUTING',
      match: ['-d', alone(vip), '-p', protocol, '-m', protocol, '--dport', showPorts(range, ':')],
      target: ['-j', 'REDIRECT'],
    })),
  )

/** The exact redirects of one method; without VIPs, what takes ours away. */
export const redirects: Readonly<
  Record<RedirectMethod, (platform: Platform, vips: readonly DirectVip[]) => readonly Resource[]>
> = {
  firewalld: (_, vips) => [
    firewalld.bind({
      redirects: once(
        eachPort(vips).map(({ vip, device, protocol, range }) => ({
          address: vip.address,
          protocol,
          port: showPorts(range, '-'),
          device,
        })),
      ),
      accepts: [],
      direct: [],
    }),
  ],
  iptables: (platform, vips) => iptablesSets(platform, ['nat'], redirectRules(vips)),
}

/** Whose redirects go when another method takes over. */
export const formerRedirects = (method: ArpMethod): readonly RedirectMethod[] =>
  redirectMethods.filter((each) => each !== method)

/** firewalld remembers its permanent rules itself. */
export const redirectBoot = (
  method: ArpMethod,
  vips: readonly DirectVip[],
): readonly BootCommand[] => (method === 'iptables' ? iptablesBoot(redirectRules(vips)) : [])
