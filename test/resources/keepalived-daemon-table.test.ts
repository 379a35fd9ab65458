import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'

import { mending } from '../../src/resources/ipvs-mend.ts'
import {
  tableDifferences,
  usualTicks,
  wishedServer,
  type WishedServer,
} from '../../src/resources/ipvs-difference.ts'
import { endWord, hexAddress, hexEnd, hexMark, parseIpvs } from '../../src/resources/ipvs-table.ts'
import { lines, sh } from '../../src/sh/sh.ts'

const head = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
`
// As Linux 6.1 (250 ticks a second) shows it; the last is what 3.10 makes of a mark.
const shown = `${head}TCP  CB00710A:0050 wlc persistent 75000 FFFFFFFF
  -> 0A0B0C02:0050      Masq    3      7          2         
  -> 0A0B0C01:0050      Masq    1      0          0         
UDP  CB00710A:0035 wrr ops 
  -> 0A0B0C01:0035      Tunnel  1      0          0         
TCP  [2001:0db8:0113:0000:0000:0000:0000:0010]:0050 rr 
  -> [2001:0db8:0012:0000:0000:0000:0000:0001]:1F90      Route   0      0          0         
FWM  00000050 wlc persistent 75000 FFFFFFFF
  -> 0A0B0C01:0000      Masq    1      0          0         
FWM  00000050 wlc 
  -> [2001:0db8:0012:0000:0000:0000:0000:0001]:0000      Masq    1      0          0         
FWM  00000051 sh 
`

const wish = (server: z.input<typeof wishedServer>): WishedServer => wishedServer.parse(server)
const http = (
  more: Partial<z.input<typeof wishedServer>> = {},
  weights: readonly (number | undefined)[] = [1, 3],
): WishedServer =>
  wish({
    at: { protocol: 'tcp', address: '203.0.113.10', port: 80 },
    scheduler: 'wlc',
    persistence: 300,
    reals: weights.map((weight, n) => ({
      address: `10.11.12.${String(n + 1)}`,
      port: 80,
      forwarding: 'nat' as const,
      ...(weight === undefined ? {} : { weight }),
    })),
    ...more,
  })

describe('/proc/net/ip_vs', () => {
  it('is read in both families, with marks, ports and flags', () => {
    const table = parseIpvs(shown)
    expect(
      table.map(({ key, family, scheduler, persistence }) => [key, family, scheduler, persistence]),
    ).toEqual([
      ['TCP CB00710A:0050', 4, 'wlc', 75000],
      ['UDP CB00710A:0035', 4, 'wrr', undefined],
      ['TCP [2001:0db8:0113:0000:0000:0000:0000:0010]:0050', 6, 'rr', undefined],
      ['FWM 00000050', 4, 'wlc', 75000],
      ['FWM 00000050', 6, 'wlc', undefined],
      ['FWM 00000051', undefined, 'sh', undefined],
    ])
    expect(table[0]?.servers).toEqual([
      {
        ...{ end: '0A0B0C02:0050', address: '10.11.12.2', port: 80 },
        ...{ forward: 'Masq', weight: 3, active: 7, inactive: 2 },
      },
      {
        ...{ end: '0A0B0C01:0050', address: '10.11.12.1', port: 80 },
        ...{ forward: 'Masq', weight: 1, active: 0, inactive: 0 },
      },
    ])
    expect(table[2]?.servers).toMatchObject([
      { address: '2001:db8:12::1', port: 8080, forward: 'Route', weight: 0 },
    ])
  })

  it('is empty where IPVS is not loaded, or has nothing', () => {
    expect([parseIpvs(''), parseIpvs(head)]).toEqual([[], []])
  })

  it('spells addresses and ports there and back', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6()),
        fc.integer({ min: 0, max: 65535 }),
        (address, port) => {
          const end = hexEnd(address, port)
          const [real] = parseIpvs(
            `FWM  00000001 wlc \n  -> ${end}      Masq    1      0          0         \n`,
          ).flatMap(({ servers }) => servers)
          expect(real?.port).toBe(port)
          expect(hexAddress(real?.address ?? '')).toBe(hexAddress(address))
          expect(endWord(end)).toContain(`:${String(port)}`)
        },
      ),
    )
    expect(hexMark(2147483647)).toBe('FWM 7FFFFFFF')
  })
})

describe('a table that differs', () => {
  const of = (...wished: readonly WishedServer[]): readonly string[] =>
    tableDifferences(wished, parseIpvs(shown), [250]).map(
      ({ kind, words, after }) =>
        `${kind}: ${words.join(' ')}${after === undefined ? '' : ` (${after})`}`,
    )

  it('does not, where it is as wished', () => {
    expect(of(http())).toEqual([])
  })

  it('by a real server that its check took out, does not', () => {
    expect(of(http({}, [1, 3, 5]))).toEqual([])
  })

  it('by a weight, a real server too many, or its flags', () => {
    expect(of(http({}, [2, 3]))).toEqual([
      'weight: -e -t 203.0.113.10:80 -r 10.11.12.1:80 -m -w 2 (weight 2)',
    ])
    expect(of(http({}, [1]))).toEqual(['extra: -d -t 203.0.113.10:80 -r 10.11.12.2:80'])
    expect(of(http({ scheduler: 'rr', options: ['-M', '255.255.255.0'] }))).toEqual([
      'server: -E -t 203.0.113.10:80 -s rr -p 300 -M 255.255.255.0 (rr)',
    ])
    expect(of(http({ persistence: 0 }))).toEqual([
      'server: -E -t 203.0.113.10:80 -s wlc (wlc, not persistent)',
    ])
    expect(of(http({ persistence: 'any' }))).toEqual([])
  })

  it('by the whole virtual server, which no ipvsadm of ours brings back', () => {
    expect(of(http({ at: { protocol: 'tcp', address: '203.0.113.10', port: 81 } }))).toEqual([
      'missing: ',
    ])
  })

  it('by what its checks say, does not', () => {
    const six = (real: object): WishedServer =>
      wish({
        at: { protocol: 'tcp', address: '2001:db8:113::10', port: 80 },
        scheduler: 'rr',
        persistence: 0,
        reals: [
          { address: '2001:db8:12::1', port: 8080, forwarding: 'direct', weight: 4, ...real },
        ],
      })
    expect(of(six({ mayBeZero: true }))).toEqual([])
    expect(of(six({ weight: undefined }))).toEqual([])
    expect(of(six({}))).toHaveLength(1)
    expect(of(six({ mayBeZero: true, forwarding: 'nat' }))).toEqual([
      'weight: -e -t [2001:db8:113::10]:80 -r [2001:db8:12::1]:8080 -m -w 0 (Masq, weight 0)',
    ])
    expect(of(http({ sorry: '10.11.12.2' }, [1]))).toEqual([])
  })

  it('in one family of a mark', () => {
    const mark = (family: 4 | 6, address: string, number = 80): WishedServer =>
      wish({
        at: { mark: number, family },
        scheduler: 'wlc',
        persistence: family === 4 ? 300 : 0,
        reals: [{ address, port: 0, forwarding: 'nat', weight: 2 }],
      })
    expect(of(mark(4, '10.11.12.1'), mark(6, '2001:db8:12::1'))).toEqual([
      'weight: -e -f 80 -r 10.11.12.1:0 -m -w 2 (weight 2)',
      'weight: -e -f 80 -6 -r [2001:db8:12::1]:0 -m -w 2 (weight 2)',
    ])
    expect(of(mark(6, '2001:db8:12::1', 81))).toEqual(['server: -E -f 81 -6 -s wlc (wlc)'])
  })

  it('in its persistence only if no kernel counts so', () => {
    const unknown = tableDifferences([http({ persistence: 750 })], parseIpvs(shown), usualTicks)
    expect(unknown).toEqual([])
    expect(of(http({ persistence: 750 }))).toHaveLength(1)
  })
})

describe('what keepalived does not do by itself', () => {
  it('is done word for word, and what only keepalived can do is left to it', () => {
    const script = lines(
      mending([]),
      sh`ipvsadm() { for word do printf '<%s>' "$word"; done; echo; }`,
      sh`differs=${['missing -t 203.0.113.10:80', '-e -f 80 -6 -r [2001:db8::1]:0 -m -w 0'].join('\n')}`,
      // A pattern that this folder's files would match.
      sh`cd "$(mktemp -d)" && touch 2:0 && mend`,
    )
    const out = execFileSync('sh', ['-c', script.text], { encoding: 'utf8' })
    expect(out).toBe('<-e><-f><80><-6><-r><[2001:db8::1]:0><-m><-w><0>\n')
  })
})

const address = fc.constantFrom('10.11.12.1', '10.11.12.2', '2001:db8:12::1', '2001:db8:12::2')
const port = fc.constantFrom(0, 80, 4010)
const someWished = fc.record({
  at: fc.oneof(
    fc.record({
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
      address: fc.constantFrom('203.0.113.10', '2001:db8:113::10'),
      port: fc.constantFrom(80, 443),
    }),
    fc.record({ mark: fc.constantFrom(80, 255), family: fc.constantFrom(4 as const, 6 as const) }),
  ),
  scheduler: fc.constantFrom('wlc', 'rr'),
  persistence: fc.constantFrom(0, 300, 750, 'any' as const),
  options: fc.constantFrom([], ['-o']),
  // A pool has each place once: the inventory refuses it twice.
  reals: fc.uniqueArray(
    fc.record(
      {
        address,
        port,
        weight: fc.constantFrom(0, 1, 10),
        forwarding: fc.constantFrom('nat' as const, 'direct' as const, 'tunnel' as const),
        mayBeZero: fc.boolean(),
      },
      { requiredKeys: ['address', 'port', 'forwarding', 'mayBeZero'] },
    ),
    { maxLength: 3, selector: ({ address: at, port: of }) => `${at} ${String(of)}` },
  ),
  sorry: fc.option(address, { nil: undefined }),
})
const someLive = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'TCP  CB00710A:0050',
        'UDP  CB00710A:01BB',
        'TCP  [2001:0db8:0113:0000:0000:0000:0000:0010]:0050',
        'FWM  00000050',
        'FWM  000000FF',
      ),
      fc.constantFrom('wlc', 'rr'),
      fc.constantFrom('', 'ops ', 'persistent 75000 FFFFFFFF', 'ops persistent 30000 00000040'),
      fc.array(
        fc.tuple(
          address,
          port,
          fc.constantFrom('Masq', 'Route', 'Local'),
          fc.constantFrom(0, 1, 10),
        ),
        { maxLength: 4 },
      ),
    ),
    { maxLength: 4 },
  )
  .map((servers) =>
    [
      head.trimEnd(),
      ...servers.flatMap(([key, scheduler, flags, reals]) => [
        `${key} ${scheduler} ${flags}`,
        ...reals.map(
          ([each, number, forward, weight]) =>
            `  -> ${hexEnd(each, number)}      ${forward.padEnd(7)} ${String(weight).padEnd(6)} 0          0         `,
        ),
      ]),
      '',
    ].join('\n'),
  )

describe.each(['mawk', 'gawk', 'original-awk', 'busybox'].filter((name) => isThere(name)))(
  'the host itself, by %s',
  (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'lbprov-ipvs-'))
    afterAll(() => rmSync(folder, { recursive: true }))

    it('says the same', () => {
      const table = join(folder, 'ip_vs')
      const awk = name === 'busybox' ? sh`awk() { busybox awk "$@"; }` : sh`awk() { ${name} "$@"; }`
      fc.assert(
        fc.property(
          fc.array(someWished, { maxLength: 3 }),
          someLive,
          fc.boolean(),
          (wishes, live, known) => {
            const wished = wishes.map((each) => wish(each))
            writeFileSync(table, live)
            const ticks = known ? [250] : usualTicks
            const script = lines(
              awk,
              mending(wished, table),
              sh`ticks=${ticks.join(' ')}`,
              sh`differences`,
            )
            const out = execFileSync('sh', ['-c', script.text], { encoding: 'utf8' })
            const expected = tableDifferences(wished, parseIpvs(live), ticks)
            expect(
              out
                .split('\n')
                .filter((line) => line !== '')
                .map(short),
            ).toEqual(
              expected.map(({ kind, words }) => (kind === 'missing' ? kind : words.join(' '))),
            )
          },
        ),
        { numRuns: 60 },
      )
    })
  },
)

/** Addresses in their short form; of what is missing only that it is. */
function short(line: string): string {
  if (line.startsWith('missing ')) return 'missing'
  return line.replace(/\[([\da-f:]+)\]:(\d+)/g, (_, long: string, number: string) =>
    endWord(hexEnd(long.replace(/^\[|\]$/g, ''), Number(number))),
  )
}

function isThere(name: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name])
    return true
  } catch {
    return false
  }
}
