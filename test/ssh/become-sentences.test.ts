import { describe, expect, it } from 'vitest'

import { unsaid } from '../../src/ssh/jump-words.ts'
import { lacksPassword } from '../../src/ssh/become.ts'
import { noShell } from '../../src/ssh/sentences/shell.ts'
import { hopTo, reachOf } from './reach-of.ts'

const hop = (method: 'sudo' | 'doas') =>
  hopTo(
    reachOf(
      { ...unsaid, host: 'lb1', user: 'ops' },
      { become: { method, user: 'root', password: undefined } },
    ),
  )

/** Recorded words of several systems, behind what a login shell may have said; how the sentence goes on. */
const table: readonly (readonly [method: 'sudo' | 'doas', said: string, sentence: string])[] = [
  ['sudo', "env: 'sudo': No such file or directory", 'has no sudo'],
  ['sudo', "env: can't execute 'sudo': No such file or directory", 'has no sudo'],
  ['sudo', 'sudo: sh: command not found', 'lets ops become root, but its sudo finds no sh'],
  [
    'sudo',
    'sudo: unable to open log file /nowhere: No such file or directory\nsudo: a password is required',
    'does not let ops become root without a password',
  ],
  [
    'sudo',
    'sudo: PERM_SUDOERS: setresuid(-1, 1, -1): Operation not permitted\nsudo: no valid sudoers sources found, quitting',
    'does not let ops become root: sudo cannot read its own sudoers',
  ],
  [
    'sudo',
    "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set or an NFS file system without root privileges?",
    'has a sudo by which ops cannot become root',
  ],
  [
    'sudo',
    'sudo: unable to execute /usr/bin/sh: Permission denied',
    'lets ops become root, but its sudo cannot start sh',
  ],
  [
    'sudo',
    'sudo: Account expired or PAM config lacks an "account" section for sudo, contact your system administrator',
    'does not let ops become root: the account is locked or expired there',
  ],
  ['sudo', 'sudo: pam_open_session: System error', 'does not let ops become root by sudo.'],
  ['doas', 'bash: line 1: doas: command not found', 'has no doas'],
  ['doas', 'zsh:1: command not found: doas', 'has no doas'],
  ['doas', 'fish: Unknown command: doas', 'has no doas'],
  ['doas', 'sh: doas: not found', 'has no doas'],
  ['doas', 'doas: sh: command not found', 'lets ops become root, but its doas finds no sh'],
  ['doas', 'doas: unknown user', 'knows no user root'],
  ['doas', 'doas: failed to set user context for target', 'does not let ops become root by doas.'],
]

describe('how nobody became root', () => {
  it.each(table)('%s: %s', (method, said, sentence) => {
    const chatter = 'Last login: today\n/home/ops/.bashrc: line 3: foo: command not found\n'
    for (const text of [said, `${chatter}${said}\n`, `${said}\r\n`]) {
      const { message, stage } = noShell(hop(method), 1, text)
      expect(message.slice('lb1 (lb1 port 22) '.length)).toContain(sentence)
      expect(message).toContain(said.split('\n').at(-1))
      expect(stage).toBe('become')
    }
  })

  it('is a password only where sudo wants one', () => {
    const { ssh } = hop('sudo')
    expect(lacksPassword(ssh, 'motd\nsudo: a password is required\n')).toBe(true)
    expect(lacksPassword(ssh, 'bash: a password is required\n')).toBe(false)
    expect(lacksPassword(ssh, 'sudo: a password is required\nYour account has expired\n')).toBe(
      false,
    )
  })
})
