import { existsSync } from 'node:fs'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { boot_unit } from '../../src/resources/boot_unit.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, runOn } from './on-host.ts'

const systemd = '/lib/systemd/systemd'
const path = '/etc/systemd/system/lbprov-vips.service'
const binding = (commands: readonly (readonly [string, ...string[]])[]) =>
  boot_unit.bind({
    name: 'lbprov-vips.service',
    description: '100% of the VIPs',
    after: ['network-online.target'],
    commands: commands.map(([program, ...words]) => ({ words: [program, ...words] })),
  })
const wish = binding([['/bin/ip', 'addr', 'replace', '203.0.113.24/32', 'dev', 'lo']])
const gone = binding([])

let toy: Toy
const script = (text: string): string => toy.run(['sh', '-c', text]).out
const state = (): string => script('systemctl is-enabled lbprov-vips.service 2>&1 || :').trim()
const calls = (): readonly string[] =>
  script('grep -v -e is-enabled /var/log/toy-calls').trim().split('\n')

beforeEach(async () => {
  toy = await toyHost()
})
afterEach(() => toy.close())

describe('a boot unit', () => {
  it('comes, is read again and enabled, but never started', () => {
    applyOn(toy, wish)
    expect([judgeOn(toy, wish), state()]).toEqual([[], 'enabled'])
    expect(calls()).toEqual(['systemctl daemon-reload', 'systemctl -q enable lbprov-vips.service'])
    expect(script(`stat -c '%U %G %a' ${path}`)).toBe('root root 644\n')
  })

  it('goes whole', () => {
    applyOn(toy, wish)
    applyOn(toy, gone)
    expect(judgeOn(toy, gone)).toEqual([])
    expect(state()).toContain('No such file')
    expect(calls().slice(2)).toEqual([
      'systemctl -q disable lbprov-vips.service',
      'systemctl daemon-reload',
      'systemctl -q stop lbprov-vips.service',
    ])
  })

  it('whose run died anywhere is as wished after the next', () => {
    for (const [before, after] of [
      [gone, wish],
      [wish, gone],
    ] as const) {
      for (const n of [0, 1]) {
        applyOn(toy, before)
        runOn(
          toy,
          judgeOn(toy, after)
            .map(({ run }) => run)
            .slice(0, n),
        )
        applyOn(toy, after)
        expect(judgeOn(toy, after)).toEqual([])
      }
    }
  })

  it('that is masked is refused, and nothing is written through the link', () => {
    script(`ln -s /dev/null ${path}`)
    expect(() => judgeOn(toy, wish)).toThrow('systemctl unmask')
    expect(judgeOn(toy, gone)).toEqual([])
  })

  // In its test mode systemd shows what it understood; $$ is the one $ of a program's own (systemd.service(5)).
  it.skipIf(!existsSync(systemd))('is understood by systemd, every word as it was said', () => {
    const words = ['%h', '$HOME', '${HOME}', `it's "so"`, 'a\\b\\', '', ';', '#', 'ü', '~', '*']
    applyOn(toy, binding([['/bin/echo', ...words]]))
    const shown =
      script(`mount -t cgroup2 toy /sys/fs/cgroup; mkdir -m 777 /tmp/run; export HOME=/tmp/run XDG_RUNTIME_DIR=/tmp/run
      export SYSTEMD_UNIT_PATH=/etc/systemd/system:
      setpriv --reuid=65534 --clear-groups timeout 60 \
        ${systemd} --test --user --unit=lbprov-vips.service 2>&1`)
    expect(shown).toContain('Description: 100% of the VIPs')
    expect(/Command Line: (\/bin\/echo .*)/.exec(shown)?.[1]).toBe(
      String.raw`/bin/echo %h "\$\$HOME" "\$\${HOME}" "it's \"so\"" "a\\b\\" "" ";" # ü ~ "*"`,
    )
  })
})
