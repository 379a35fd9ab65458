import { text } from 'node:stream/consumers'

import { ReachError } from '../../../src/errors.ts'
import type { Ssh } from '../../../src/inventory/cluster.ts'
import { sh } from '../../../src/sh/sh.ts'
import { readSshConfig } from '../../../src/ssh/config/read.ts'
import { makeDial } from '../../../src/ssh/dial.ts'
import { unsaid } from '../../../src/ssh/jump-words.ts'

/** What is asked of a program that dials from somewhere else. */
export interface Question {
  /** ssh_config. */
  readonly config: string
  readonly ssh: Partial<Ssh> & Pick<Ssh, 'host'>
  readonly env?: Readonly<Record<string, string>>
}

/** How it went: who logged in, where; or the sentence. */
export interface Went {
  readonly user?: string | undefined
  readonly at?: string | undefined
  readonly failed?: string | undefined
  readonly remarks: readonly string[]
}

const go = async ({ config: file, ssh, env = {} }: Question): Promise<Went> => {
  const own = { ...process.env, ...env }
  const config = readSshConfig({ file, home: '/root', user: 'root', localHost: 'here', env: own })
  const remarks: string[] = []
  let at: string | undefined
  const dial = makeDial(() => ({ ...unsaid, ...ssh }), undefined, {
    home: '/nonexistent',
    globalKnownHostsFiles: [],
    config,
    env: own,
    remark: (_, sentence) => remarks.push(sentence),
    found: (_, hops) => (at = hops.at(-1)?.host),
  })
  try {
    const wire = await dial('lb1')
    try {
      const [answer] = await wire.trip([{ run: sh`id -un` }], 60_000)
      return { user: answer?.out.trim(), at, remarks }
    } finally {
      wire.close()
    }
  } catch (error) {
    if (!(error instanceof ReachError)) throw error
    return { failed: `${error.stage}: ${error.message}`, at, remarks }
  }
}

// A program of its own: its questions are its input, and its answers its output.
const main = async (): Promise<void> => {
  const questions = JSON.parse(await text(process.stdin)) as readonly Question[]
  const answers: Went[] = []
  for (const question of questions) answers.push(await go(question))
  process.stdout.write(JSON.stringify(answers))
}

if (process.argv[1]?.endsWith('there/dial.ts') === true) void main()
