import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Resource } from '../../src/resource.ts'
import { service } from '../../src/resources/service.ts'
import { sha256 } from '../../src/resources/sha256.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, runOn } from './on-host.ts'

const path = '/etc/toyd.conf'
const wish = service.bind({ name: 'toyd', loads: [{ path }] })
const wishing = (text: string): Resource =>
  service.bind({ name: 'toyd', loads: [{ path, sha256: sha256(text) }] })

let toy: Toy
const script = (text: string): string => toy.run(['sh', '-c', text]).out
const calls = (verb: string): number =>
  script('cat /var/log/toy-calls')
    .split('\n')
    .filter((line) => line.startsWith(`systemctl ${verb} `)).length
const left = (resource = wish): readonly (string | undefined)[] =>
  judgeOn(toy, resource).map(({ after }) => after)

/** A unit that exists, and a file of it that is older than whatever comes. */
const install = (unit: string): void => {
  toy.write('/etc/systemd/system/toyd.service', unit)
  toy.write(path, 'one\n')
  script(`touch ${path}`)
}
const daemon = '[Service]\nExecStart=/usr/sbin/toyd\nExecReload=kill -HUP\n[Install]\nWantedBy=x\n'
const oneshot = '[Service]\nType=oneshot\nRemainAfterExit=yes\n[Install]\nWantedBy=x\n'
const seconds = (n: number): string => script(`sleep ${String(n)}`)

beforeEach(async () => {
  toy = await toyHost()
  install(daemon)
})
afterEach(() => toy.close())

describe('a daemon', () => {
  it('started by lbprov in the very second of the write is as wished at once', () => {
    expect(applyOn(toy, wish).map(({ after }) => after)).toEqual(['enabled', 'running'])
    expect(left()).toEqual([])
    expect(left(wishing('one\n'))).toEqual([])
  })

  it('started by hand long after the write has read the file', () => {
    seconds(2.1)
    script('systemctl enable --now toyd')
    expect(left()).toEqual([])
  })

  it('started by hand before the write has not, and has once it is reloaded', () => {
    script('systemctl enable --now toyd')
    seconds(2.1)
    toy.write(path, 'two\n')
    expect(left()).toEqual(['reloaded'])
    applyOn(toy, wish)
    expect([left(), calls('reload')]).toEqual([[], 1])
  })

  it('whose file was changed within the second of its start is reloaded, to be sure', () => {
    script('systemctl enable --now toyd')
    toy.write(path, 'two\n')
    expect(left()).toEqual(['reloaded'])
  })

  it('whose run died between the write and the reload is reloaded by the next', () => {
    applyOn(toy, wishing('one\n'))
    expect(left(wishing('two\n'))).toEqual(['reloaded'])
    toy.write(path, 'two\n')
    expect(left(wishing('two\n'))).toEqual(['reloaded'])
    applyOn(toy, wishing('two\n'))
    expect(left(wishing('two\n'))).toEqual([])
  })

  it('restarted by hand after a change has read it, though lbprov noted an older text', () => {
    applyOn(toy, wish)
    toy.write(path, 'two\n')
    expect(left()).toEqual(['reloaded'])
    seconds(2.1)
    script('systemctl restart toyd')
    expect(left()).toEqual([])
  })

  it('that died is started again, and noted anew', () => {
    applyOn(toy, wish)
    script('kill -9 $(systemctl show -p MainPID toyd | cut -d= -f2); sleep 0.2')
    toy.write(path, 'two\n')
    expect(left()).toEqual(['running'])
    applyOn(toy, wish)
    expect(left()).toEqual([])
  })

  it('that refuses to reload is still to be reloaded', () => {
    applyOn(toy, wish)
    toy.write(path, 'two\n')
    toy.write('/var/lib/toy/refuse/reload-toyd', '')
    const [change] = judgeOn(toy, wish)
    expect(() => runOn(toy, change === undefined ? [] : [change.run])).toThrow(
      'Job for toyd.service',
    )
    expect(left()).toEqual(['reloaded'])
  })

  it('whose file is gone is reloaded once', () => {
    applyOn(toy, wish)
    script(`rm ${path}`)
    expect(left()).toEqual(['reloaded'])
    applyOn(toy, wish)
    expect(left()).toEqual([])
  })
})

describe('a unit without a process', () => {
  it('is as wished once it was started, and restarted for a change only where that is allowed', () => {
    install(oneshot)
    applyOn(toy, wish)
    expect(left()).toEqual([])
    toy.write(path, 'two\n')
    expect(() => left()).toThrow('cannot reload')
    const mayRestart = service.bind({ name: 'toyd', loads: [{ path }], restart: true })
    expect(applyOn(toy, mayRestart).map(({ after }) => after)).toEqual(['restarted'])
    expect([left(), left(mayRestart)]).toEqual([[], []])
  })
})
