import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as later } from 'node:timers/promises'

export interface Sshd {
  readonly close: () => Promise<void>
}

/** The third word of SSH_CONNECTION is the address that was connected to: the host. */
const enter = (namespaces: string): string =>
  [
    'set -- $SSH_CONNECTION; run=${SSH_ORIGINAL_COMMAND:-exec sh}; unset SSH_ORIGINAL_COMMAND',
    `exec nsenter --mount=${namespaces}/$3/mnt --net=${namespaces}/$3/net sh -c "$run"`,
  ].join('; ')

const configOf = (namespaces: string): string => `Port 22
ListenAddress 0.0.0.0
HostKey /mnt/seed/etc/ssh/toy_ed25519
AuthorizedKeysFile /mnt/seed/root/.ssh/authorized_keys
StrictModes no
PidFile none
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
X11Forwarding no
MaxStartups 10000:30:20000
MaxSessions 100
LogLevel ERROR
Subsystem sftp /usr/lib/openssh/sftp-server
ForceCommand ${enter(namespaces)}
`

const answers = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(22, '127.1.0.1')
    const settle = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('data', () => settle(true))
    socket.on('error', () => settle(false))
    socket.on('end', () => settle(false))
  })

/** One sshd for the whole fleet; `namespaces`: a folder for each address. */
export const startSshd = async (namespaces: string): Promise<Sshd> => {
  writeFileSync('/mnt/sshd_config', configOf(namespaces))
  const words = ['-D', '-f', '/mnt/sshd_config', '-E', '/mnt/sshd.log']
  const sshd = spawn('/usr/sbin/sshd', words, { stdio: 'ignore' })
  const ended = once(sshd, 'exit')
  while (!(await answers())) {
    if (sshd.exitCode !== null) throw new Error(`sshd: ${readFileSync('/mnt/sshd.log', 'utf8')}`)
    await later(20)
  }
  return {
    close: async () => {
      sshd.kill()
      await ended
    },
  }
}
