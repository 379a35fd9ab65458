import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { arm, confirm, undoneExit } from '../../src/engine/guard.ts'
import { sh, type Sh } from '../../src/sh/sh.ts'
import { toyHost, type Toy } from '../toy/toy.ts'

let toy: Toy
beforeAll(async () => {
  toy = await toyHost()
})
afterAll(() => toy.close())

const exit = (script: Sh): number => toy.run(['sh', '-c', script.text]).exit
const undone = (): string => toy.run(['sh', '-c', 'cat /tmp/undone 2>/dev/null || :']).out
/** Waits on the host until a test(1) holds. */
const until = (condition: string): void => {
  const { exit: code } = toy.run([
    'timeout',
    '20',
    'sh',
    '-c',
    `until ${condition}; do sleep 0.05; done`,
  ])
  expect({ condition, code }).toEqual({ condition, code: 0 })
}
const note = (word: string): Sh => sh`echo ${word} >> /tmp/undone`

it('undoes everything, last first, unless it is confirmed in time', () => {
  expect(exit(arm('a', [note('first'), note('last')], 1))).toBe(0)
  expect(undone()).toBe('')
  until('[ -e /run/lbprov/guard-a/undone ]')
  expect(undone()).toBe('last\nfirst\n')
  expect(exit(confirm('a'))).toBe(undoneExit)
  expect(exit(confirm('a'))).toBe(undoneExit)
})

it('keeps the change once it is confirmed, however often that is said', () => {
  expect(exit(arm('b', [note('b')], 1))).toBe(0)
  expect([exit(confirm('b')), exit(confirm('b'))]).toEqual([0, 0])
  // It goes away when it sees the confirmation, and leaves nothing behind.
  until('[ ! -e /run/lbprov/guard-b ]')
  expect(undone()).not.toContain('b')
  expect(exit(confirm('b'))).toBe(0)
})

it('is not armed any more by a script that comes after the confirmation', () => {
  expect(exit(confirm('c'))).toBe(0)
  expect(exit(arm('c', [note('c')], 1))).toBe(1)
})

it('goes on undoing when one step of it fails', () => {
  expect(exit(arm('d', [note('d'), sh`false`, sh`exit 7`], 1))).toBe(0)
  until('[ -e /run/lbprov/guard-d/undone ]')
  expect(undone()).toContain('d\n')
})

it('tells of an undoing only when it has ended', () => {
  expect(exit(arm('e', [sh`sleep 2; ${note('e')}`], 0))).toBe(0)
  until('[ -e /run/lbprov/guard-e ]')
  expect(exit(confirm('e'))).toBe(undoneExit)
  expect(undone()).toContain('e\n')
})

it('is not armed where its way back is no script, or cannot be written', () => {
  expect(exit(arm('f', [sh`if then`], 1))).not.toBe(0)
  toy.run(['mount', '-t', 'tmpfs', '-o', 'size=4k', 'full', '/run/lbprov'])
  toy.run(['sh', '-c', 'cat /dev/zero >/run/lbprov/zero'])
  expect(exit(arm('g', [note('g')], 1))).not.toBe(0)
  toy.run(['umount', '/run/lbprov'])
})

it('may hold whatever a command may: quotes, dollars, comments, its own ends of text', () => {
  const undo = sh`cat >>/tmp/undone <<'end'
it's $HOME
end
echo ${'$(reboot) `x`'} >>/tmp/undone # last`
  expect(exit(arm('1a2b', [undo], 1))).toBe(0)
  until('[ -e /run/lbprov/guard-1a2b/undone ]')
  expect(undone()).toContain("it's $HOME\n$(reboot) `x`\n")
  until('[ ! -e /run/lbprov/guard-1a2b.sh ]')
})

describe('where systemd is', () => {
  // What systemd-run would be told, and a process of nobody's session, as a unit's is.
  const shim = (body: string): void => {
    toy.write('/usr/local/bin/systemd-run', `#!/bin/sh\necho "$@" >/tmp/systemd-run\n${body}\n`)
    toy.run(['chmod', '755', '/usr/local/bin/systemd-run'])
  }
  /** Arms it from a login session that is ended with all its processes, as logind does where it is told to. */
  const armAndLogOut = (run: string): void => {
    const script = arm(run, [note(run)], 1).text
    const session = `setsid sh -c '( eval "$1" ); echo $$ >/tmp/session; exec sleep 100' x "$1" &
      until [ -s /tmp/session ]; do sleep 0.05; done
      pkill -9 -s "$(cat /tmp/session)"; rm /tmp/session`
    toy.run(['sh', '-c', session, 'session', script])
  }
  beforeAll(() => {
    toy.run(['mkdir', '-p', '/run/systemd/system'])
  })

  it('it is a unit of its own, which outlives the login session', () => {
    shim('while [ "$1" != /bin/sh ]; do shift; done; setsid "$@" </dev/null >/dev/null 2>&1 &')
    armAndLogOut('h')
    until('[ -e /run/lbprov/guard-h/undone ]')
    expect(undone()).toContain('h\n')
    expect(toy.read('/tmp/systemd-run')).toBe(
      '--quiet --collect --unit=lbprov-guard-h /bin/sh /run/lbprov/guard-h.sh\n',
    )
  })

  it('and a process of the shell, which does not, where systemd will not have it', () => {
    shim('exit 1')
    armAndLogOut('j')
    expect(toy.run(['pgrep', '-f', 'guard-j.sh']).out).toBe('')
    expect(exit(arm('i', [note('i')], 1))).toBe(0)
    until('[ -e /run/lbprov/guard-i/undone ]')
    expect(undone().match(/^i$/gm)).toHaveLength(1)
  })
})
