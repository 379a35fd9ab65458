import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { atEnd, folder } from '../scene.ts'

/** What somebody says who is asked whether a key may be used. */
export type Consent = 'yes' | 'no'

/** An ssh-agent of its own, with `keys` in it. `confirm`: it asks for each use, and is answered so. */
export const startAgent = async (keys: readonly string[], confirm?: Consent): Promise<string> => {
  const place = folder()
  const socket = join(place, 'agent')
  const askpass = join(place, 'askpass')
  writeFileSync(askpass, `#!/bin/sh\nexit ${confirm === 'yes' ? '0' : '1'}\n`, { mode: 0o755 })
  const env = {
    PATH: process.env.PATH,
    SSH_AUTH_SOCK: socket,
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: 'force',
  }
  const agent = spawn('ssh-agent', ['-D', '-a', socket], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  atEnd(() => agent.kill())
  await once(agent.stdout, 'data')
  const words = confirm === undefined ? [] : ['-c']
  for (const key of keys) execFileSync('ssh-add', ['-q', ...words, key], { env, stdio: 'ignore' })
  return socket
}
