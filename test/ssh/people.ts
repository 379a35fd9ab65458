import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { Secret } from '../../src/secret.ts'
import type { Person } from '../../src/ssh/person.ts'
import { atEnd, folder } from './endings.ts'

/** Somebody who gives these answers, in this order, and then none; `asked` and `told` are kept. */
export const person = (...answers: readonly (string | undefined)[]) => {
  const asked: string[] = []
  const told: string[] = []
  const who: Person = {
    askHidden: (question) => {
      asked.push(question)
      const answer = answers[asked.length - 1]
      return Promise.resolve(answer === undefined ? undefined : new Secret(answer))
    },
    tell: (sentence) => told.push(sentence),
  }
  return { asked, told, who }
}

/** An agent with these keys in it. `askpass`: each use is confirmed by this script. */
export const agentWith = async (
  files: readonly string[],
  askpass?: string,
): Promise<{ readonly socket: string; readonly add: (file: string) => void }> => {
  const place = folder()
  const socket = join(place, 'agent')
  const script = join(place, 'askpass')
  if (askpass !== undefined) writeFileSync(script, `#!/bin/sh\n${askpass}\n`, { mode: 0o755 })
  const env = { PATH: process.env.PATH, SSH_ASKPASS: script, SSH_ASKPASS_REQUIRE: 'force' }
  const agent = spawn('ssh-agent', ['-D', '-a', socket], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  atEnd(() => agent.kill())
  await once(agent.stdout, 'data')
  const add = (file: string): void => {
    execFileSync('ssh-add', ['-q', ...(askpass === undefined ? [] : ['-c']), file], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    })
  }
  files.forEach(add)
  return { socket, add }
}
