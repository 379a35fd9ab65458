import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { LabError } from './command.ts'
import type { Lab } from './lab.ts'
import { listening } from './listening.ts'
import type { NetworkName } from './topology.ts'

/** A machine said that an address is its own: by ARP, or by IPv6's neighbour discovery. */
export interface Claim {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly address: string
  readonly mac: string
  /** Whose card that is; undefined: nobody's in this lab (a virtual router's own MAC address, say). */
  readonly machine: string | undefined
  /** An answer to somebody's question; unasked, to all (gratuitous); or by asking for another in its name. */
  readonly kind: 'answer' | 'announcement' | 'question'
}

export interface ArpWatcher {
  readonly claims: readonly Claim[]
  /** The first claim that fits, of those made from now on. */
  readonly next: (fits: (claim: Claim) => boolean) => Promise<Claim>
  readonly stop: () => Promise<readonly Claim[]>
}

/*
 * Lines of tcpdump -tt -e -n:
 *   1795273772.9 02:…:25 > 3e:…:ea, ethertype ARP (0x0806), length 42: Reply 203.0.113.24 is-at 02:…:25, length 28
 *   … length 42: Request who-has 203.0.113.24 (ff:ff:ff:ff:ff:ff) tell 203.0.113.24, length 28
 *   … length 86: 2001:db8::24 > ff02::1: ICMP6, neighbor advertisement, tgt is 2001:db8::24, length 32
 *   … length 86: 2001:db8::24 > ff02::1:ff00:9: ICMP6, neighbor solicitation, who has 2001:db8::9, length 32
 */
const frame = /^(\d+\.\d+) (\S+) > (\S+), ethertype \S+ \S+ length \d+: (.*)$/
const forms: readonly (readonly [RegExp, Claim['kind']])[] = [
  [/^Reply (\S+) is-at/, 'answer'],
  [/^Announcement (\S+?),/, 'announcement'],
  [/^Request who-has \S+ (?:\(\S+\) )?tell (\S+?),/, 'question'],
  [/neighbor advertisement, tgt is (\S+?),/, 'answer'],
  [/^(\S+) > \S+: ICMP6, neighbor solicitation/, 'question'],
]
const asksForItself = /^Request who-has (\S+) (?:\(\S+\) )?tell \1,/
const toAll = /^(ff:ff:ff:ff:ff:ff|33:33:)/

/** One line as a claim; undefined: it claims none of these addresses. */
const claimIn = (
  line: string,
  addresses: readonly string[],
): Omit<Claim, 'machine'> | undefined => {
  const [, time = '', mac = '', to = '', text = ''] = frame.exec(line) ?? []
  for (const [form, kind] of forms) {
    const address = form.exec(text)?.[1]
    if (address === undefined || !addresses.includes(address)) continue
    const unasked = (kind === 'answer' && toAll.test(to)) || asksForItself.test(text)
    return {
      time: Math.round(Number(time) * 1000),
      address,
      mac: mac.toLowerCase(),
      kind: unasked ? 'announcement' : kind,
    }
  }
  return undefined
}

// Five questions a second for each address. Whoever asks does not listen: tcpdump hears everybody's answer.
const asking = (bridge: string, addresses: readonly string[]): string => {
  const questions = addresses.map((address) =>
    address.includes(':')
      ? `ndisc6 -q -1 -r 1 -w 100 ${address} ${bridge} > /dev/null 2>&1 &`
      : `arping -q -b -c 1 -w 1 -I ${bridge} ${address} > /dev/null &`,
  )
  // It ends when nobody reads it any more.
  return ['while echo asked; do', ...questions, 'sleep 0.2', 'done'].join('\n')
}

/**
 * Asks on a network, several times a second, who has these addresses, and hears everybody who claims one. The
 * questions are the controller's own; addresses as RFC 5952 writes them.
 */
export const watchArp = async (
  lab: Lab,
  bridge: NetworkName,
  addresses: readonly string[],
): Promise<ArpWatcher> => {
  const machines = new Map(
    lab.machines.flatMap(({ name, cards, macOf }) => cards.map((card) => [macOf(card), name])),
  )
  const start = (argv: readonly string[]) => {
    const [program = '', ...words] = lab.inside(argv)
    return spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const filter = 'arp or (icmp6 and (ip6[40] == 135 or ip6[40] == 136))'
  const ear = start(['tcpdump', '-l', '-n', '-e', '-tt', '--immediate-mode', '-i', bridge, filter])
  const heard = listening<Claim>()
  createInterface({ input: ear.stdout }).on('line', (line) => {
    const claim = claimIn(line, addresses)
    if (claim !== undefined) heard.hear({ ...claim, machine: machines.get(claim.mac) })
  })
  const closed = once(ear, 'close')
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: ear.stderr }).on('line', (line) => {
      if (line.startsWith('listening on')) resolve()
    })
    ear.on('close', () => {
      reject(new LabError(`tcpdump does not listen on ${bridge}.`))
    })
  })
  const mouth = start(['sh', '-c', asking(bridge, addresses)])
  mouth.stdout.resume()
  mouth.stderr.resume()
  return {
    claims: heard.items,
    next: heard.next,
    stop: async () => {
      mouth.kill()
      ear.kill('SIGINT')
      await closed
      return heard.items
    },
  }
}

/** Who claimed an address, each once, in the order of their first claims; a MAC address where it is nobody's. */
export const claimants = (claims: readonly Claim[], address: string): readonly string[] => [
  ...new Set(
    claims.filter((claim) => claim.address === address).map(({ machine, mac }) => machine ?? mac),
  ),
]
