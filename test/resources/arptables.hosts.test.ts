import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { arptables } from '../../src/resources/arptables.ts'
import { loopback_vips } from '../../src/resources/loopback_vips.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, runOn } from './on-host.ts'

const vip = '203.0.113.24'
const own = '203.0.113.21'
const record = '/etc/lbprov/arptables'
const saved = '/etc/sysconfig/arptables'
const silent = arptables.bind({ rules: [{ vip, source: own }], saved })
const loud = arptables.bind({ rules: [], saved })

let toy: Toy
const script = (text: string): string => {
  const { exit, out, err } = toy.run(['sh', '-c', text])
  if (exit !== 0) throw new Error(`exit ${String(exit)}: ${text}\n${err}`)
  return out
}
const listing = (): string =>
  script('arptables -n -L')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
const left = (resource: Resource = silent): readonly string[] =>
  judgeOn(toy, resource).map(({ what }) => what)
const answersFor = (address: string): boolean =>
  toy.runOutside(['arping', '-q', '-f', '-w', '1', '-I', 'eth0', address]).exit === 0

/** Who a request of the host for an address that nobody has says it is. */
const asks = (address: string, from: string): string => {
  const outside = (text: string): string => toy.runOutside(['timeout', '20', 'sh', '-c', text]).out
  outside(`rm -f /tmp/heard /tmp/tcpdump
    tcpdump -i eth0 -nn -l -c 1 --immediate-mode "arp and arp[6:2] = 1 and arp dst host ${address}" \
      >/tmp/heard 2>/tmp/tcpdump </dev/null &
    until grep -q listening /tmp/tcpdump; do sleep 0.02; done`)
  toy.run(['ping', '-q', '-c', '1', '-W', '1', '-I', from, address])
  const heard = outside('until [ -s /tmp/heard ]; do sleep 0.02; done; cat /tmp/heard')
  return / tell (\S+),/.exec(heard)?.[1] ?? heard
}

const usable = (tool: string): boolean =>
  spawnSync('unshare', ['-n', tool, '-n', '-L']).status === 0

describe.each(['arptables-nft', 'arptables-legacy'])('%s', (tool) => {
  // A kernel may have no arp_tables; the machines of the lab have it.
  describe.skipIf(!usable(tool))('', () => {
    beforeEach(async () => {
      toy = await toyHost()
      toy.addLink('eth0')
      script(`ln -sf "$(command -v ${tool})" /usr/sbin/arptables
        ip addr add ${own}/24 dev eth0`)
      toy.runOutside(['ip', 'addr', 'add', '203.0.113.1/24', 'dev', 'eth0'])
    })
    afterEach(() => toy.close())

    it('is silent about the VIP, and about nothing else', () => {
      applyOn(toy, loopback_vips.bind({ addresses: [vip], part: 'present' }))
      expect([answersFor(vip), answersFor(own)]).toEqual([true, true])
      expect(asks('203.0.113.50', vip)).toBe(vip)
      applyOn(toy, silent)
      expect(left()).toEqual([])
      expect([answersFor(vip), answersFor(own)]).toEqual([false, true])
      expect(asks('203.0.113.51', vip)).toBe(own)
      expect(asks('203.0.113.52', own)).toBe(own)
      applyOn(toy, loud)
      expect(left(loud)).toEqual([])
      expect([answersFor(vip), answersFor(own)]).toEqual([true, true])
      expect(asks('203.0.113.53', vip)).toBe(vip)
    })

    it('is silent even where a rule before ours lets everything through', () => {
      applyOn(toy, loopback_vips.bind({ addresses: [vip], part: 'present' }))
      script('arptables -A INPUT -j ACCEPT')
      applyOn(toy, silent)
      expect(answersFor(vip)).toBe(false)
    })

    it('keeps the rules of others, and takes all copies of ours', () => {
      const others = `arptables -A INPUT -i eth0 -d ${vip} -j DROP
        arptables -A INPUT; arptables -A INPUT -d 203.0.113.99 -j DROP
        arptables -A OUTPUT -s ${vip} -j mangle --mangle-ip-s 203.0.113.77
        arptables -N mine; arptables -A mine -d ${vip} -j DROP`
      script(others)
      const before = listing()
      applyOn(toy, silent)
      script(`arptables -A INPUT -d ${vip} -j DROP
        arptables -A OUTPUT -s ${vip} -j mangle --mangle-ip-s ${own}`)
      expect(left()).toEqual([])
      applyOn(toy, loud)
      expect([left(loud), listing()]).toEqual([[], before])
      expect(script(`ls ${record} 2>&1 || :`)).toContain('No such file')
    })

    it('exchanges the source, though 0.0.5 takes rules that differ in it for one', () => {
      applyOn(toy, silent)
      const moved = arptables.bind({ rules: [{ vip, source: '203.0.113.22' }], saved })
      applyOn(toy, moved)
      expect(left(moved)).toEqual([])
      expect(listing()).toContain('--mangle-ip-s 203.0.113.22')
      expect(listing()).not.toContain(`--mangle-ip-s ${own}`)
      expect(toy.read(saved)).not.toContain(own)
    })

    it('whose run died anywhere is as wished after the next', () => {
      const steps = judgeOn(toy, silent).map(({ run }) => run)
      for (const [n] of steps.entries()) {
        runOn(toy, steps.slice(0, n))
        applyOn(toy, silent)
        expect(left()).toEqual([])
        const back = judgeOn(toy, loud).map(({ run }) => run)
        runOn(toy, back.slice(0, n))
        applyOn(toy, loud)
        expect([left(loud), listing().includes(vip)]).toEqual([[], false])
      }
    })

    it('a rule that the record does not know is somebody else’s until it is wished', () => {
      script(`arptables -A INPUT -d ${vip} -j DROP`)
      applyOn(toy, loud)
      expect(listing()).toContain(vip)
      applyOn(toy, silent)
      expect(listing().match(/DROP/g)).toHaveLength(1)
      applyOn(toy, loud)
      expect(listing()).not.toContain(vip)
    })

    it('asking makes no table', () => {
      const tables = (): string => script('cat /proc/net/arp_tables_names; nft list tables')
      expect(left()).not.toEqual([])
      expect(tables()).toBe('')
    })

    it('restores the rules from the saved file as they are', () => {
      toy.write(saved, '# Configure prior to use\n')
      applyOn(toy, silent)
      const live = listing()
      script(`arptables -F; ${tool}-restore <${saved}`)
      expect([left(), listing()]).toEqual([[], live])
    })
  })
})
