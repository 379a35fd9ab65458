import { homedir, userInfo } from 'node:os'

import { usualPath } from '../sh/usual-path.ts'
import { startChild } from './child-channel.ts'
import type { Hop } from './hop.ts'
import type { Channel, Link } from './link.ts'
import * as say from './sentences/local.ts'

/** Nobody has a name in a container of a user that /etc/passwd does not know. */
const whoRuns = (): string => {
  try {
    const { uid, username } = userInfo()
    return uid === 0 ? 'root' : username
  } catch {
    return String(process.getuid?.() ?? 'nobody')
  }
}

/**
 * This machine's own shell, as whoever runs lbprov; no SSH at all. What runs when it is closed may come to its end, as on
 * a host whose connection is lost.
 * @throws ReachError
 */
export const openLocalLink = (hop: Hop): Promise<Link> => {
  const user = whoRuns()
  const here: Hop = { ...hop, local: true, ssh: { ...hop.ssh, user } }
  if (user !== 'root' && user !== hop.ssh.user && hop.ssh.become === undefined) {
    return Promise.reject(say.anotherUser(here, hop.ssh.user))
  }
  const channels: Channel[] = []
  const env = { HOME: homedir(), PATH: usualPath, USER: user, LOGNAME: user }
  return Promise.resolve({
    hop: here,
    witness: 'pipe',
    run: async (command) => {
      try {
        const shell = { file: '/bin/sh', words: ['-c', command], env, killed: false }
        const channel = await startChild(shell)
        channels.push(channel)
        return channel
      } catch (error) {
        throw say.noLocalShell(here, String((error as NodeJS.ErrnoException).code))
      }
    },
    // It is as near as can be.
    onLost: () => undefined,
    close: () => {
      for (const channel of channels) channel.close()
    },
  })
}
