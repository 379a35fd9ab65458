import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { ipvs_drain } from '../../src/resources/ipvs_drain.ts'
import { waitFor } from '../../src/resources/ipvs-wait.ts'
import type { Sh } from '../../src/sh/sh.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { shells, trip } from './on-host.ts'

// No toy has IPVS: its table is a file here, and ipvsadm a program that says what it was told.

const table = '/srv/ip_vs'
const leaving = 'TCP CB00710A:0050 0A0B0C15:0050'
const other = 'TCP CB00710A:0051 0A0B0C15:0050'

const withActive = (here: number, elsewhere: number): string => `IP Virtual Server version 1.2.1
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  CB00710A:0050 wlc
  -> 0A0B0C14:0050      Masq    1      40         0
  -> 0A0B0C15:0050      Masq    0      ${String(here)}         0
TCP  CB00710A:0051 wlc
  -> 0A0B0C15:0050      Masq    0      ${String(elsewhere)}         0
`

let toy: Toy
beforeAll(async () => {
  toy = await toyHost()
})
afterAll(() => toy.close())

describe.each(shells)('a wait with %s', (...shell) => {
  const waits = (
    timeoutSeconds: number,
    names: readonly string[] = [leaving],
    quiescent?: string,
  ) => trip(toy, [waitFor({ table, names, timeoutSeconds, quiescent })], shell)[0]

  /** The table as a pipe: it says what is in /srv/first, once, and what is done in between is seen by nobody earlier. */
  const pipe = (between: string): void => {
    toy.run([
      'sh',
      '-c',
      `rm -f ${table}; mkfifo ${table}
      { exec 3>${table}; ${between}; cat /srv/first >&3; } >/dev/null 2>&1 </dev/null &`,
    ])
  }

  it('is over when none is left, whatever the others have', () => {
    toy.write(table, withActive(0, 12))
    expect(waits(3600)).toEqual({ exit: 0, out: '', err: '' })
  })

  it('ends at its deadline, and says who is left', () => {
    toy.write(table, withActive(2, 12))
    expect(waits(1, [leaving, other])).toEqual({
      exit: 0,
      out: '',
      err: '14 connections are still open after 1 s, and end when their real servers leave.\n',
    })
  })

  it('goes on until the last one ends', () => {
    toy.write('/srv/first', withActive(1, 0))
    toy.write('/srv/later', withActive(0, 0))
    pipe(`mv /srv/later ${table}`)
    expect(waits(3600)).toEqual({ exit: 0, out: '', err: '' })
    expect(toy.run(['test', '-e', '/srv/later']).exit).not.toBe(0)
  })

  it.each([
    ['0\n', '1\n', '0\n'],
    ['1\n', '1\n', '1\n'],
  ])('lets go of persistence meanwhile, and has it as it was afterwards: %j', (was, is, then) => {
    toy.write('/srv/first', withActive(1, 0))
    toy.write('/srv/later', withActive(0, 0))
    toy.write('/srv/quiescent', was)
    pipe(`cat /srv/quiescent >/srv/meanwhile; mv /srv/later ${table}`)
    expect(waits(3600, [leaving], '/srv/quiescent')?.exit).toBe(0)
    expect(toy.read('/srv/meanwhile')).toBe(is)
    expect(toy.read('/srv/quiescent')).toBe(then)
  })

  it('is over where the table is gone', () => {
    toy.run(['rm', '-f', table])
    expect(waits(3600)).toEqual({ exit: 0, out: '', err: '' })
  })
})

describe('a weight', () => {
  const weightZero = (): Sh => {
    const [change] = ipvs_drain
      .bind({
        conf: '/srv/keepalived.conf',
        keep: [],
        vips: [],
        timeoutSeconds: 0,
      })
      .judge({
        conf: {
          exit: 0,
          out: 'virtual_server fwmark 86 {\n ip_family inet6\n real_server 2001:db8:12::21 0 {\n}\n}\n',
          err: '',
        },
        table: {
          exit: 0,
          out: 'FWM  00000056 wlc\n  -> [2001:0db8:0012:0000:0000:0000:0000:0021]:0000      Tunnel   1      0          0\n',
          err: '',
        },
        addresses: { exit: 0, out: '', err: '' },
        noted: { exit: 0, out: '-\n', err: '' },
      })
    if (change === undefined) throw new Error('nothing to change')
    return change.run
  }
  const ipvsadm = (exit: number): void => {
    toy.write(
      '/usr/local/bin/ipvsadm',
      `#!/bin/sh\necho "$*" >/srv/told; echo 'No such destination'; exit ${String(exit)}\n`,
    )
    toy.run(['chmod', '+x', '/usr/local/bin/ipvsadm'])
  }
  beforeEach(() => {
    toy.write('/run/lbprov/drained', 'sum\nname\n')
  })

  it('is set without another way to the real server, and what was waited for is forgotten', () => {
    ipvsadm(0)
    expect(trip(toy, [weightZero()])).toEqual([{ exit: 0, out: '', err: '' }])
    expect(toy.read('/srv/told')).toBe('-e -f 86 -6 -r [2001:db8:12::21]:0 -i -w 0\n')
    expect(toy.run(['test', '-e', '/run/lbprov/drained']).exit).not.toBe(0)
  })

  it('that cannot be set says why', () => {
    ipvsadm(2)
    const [answer] = trip(toy, [weightZero()])
    expect(answer?.exit).toBe(1)
    expect(answer?.err).toContain('No such destination')
  })
})
