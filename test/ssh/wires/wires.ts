import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import type { Ssh, Transport } from '../../../src/inventory/cluster.ts'
import { Secret } from '../../../src/secret.ts'
import { sh, type Sh } from '../../../src/sh/sh.ts'
import type { Here } from '../../../src/ssh/dial.ts'
import { unsaid } from '../../../src/ssh/jump-words.ts'
import type { Person } from '../../../src/ssh/person.ts'
import { dropbearToy, type DropbearOptions } from '../../toy/dropbear.ts'
import type { KeyPair } from '../../toy/keys.ts'
import type { Toy, ToyOptions } from '../../toy/toy.ts'
import { atEnd, dialTo, fails, nowhere, tidy, toy } from '../scene.ts'

export { dialTo as open, fails }

export const servers = ['sshd', 'dropbear'] as const
export type Server = (typeof servers)[number]

export interface Remote {
  readonly name: string
  readonly transport: Transport
  readonly server: Server
}

/** The wires that go to another host, with each server that they go to. */
export const remotes: readonly Remote[] = (['ssh2', 'openssh'] as const).flatMap((transport) =>
  servers.map((server) => ({ name: `${transport} to ${server}`, transport, server })),
)

/** The same host twice, once with each server; `sshd` and `words` are each server's own. */
export const both = async (
  options: ToyOptions & DropbearOptions = {},
): Promise<Readonly<Record<Server, Toy>>> => {
  const { words = [], sshd = '', ...common } = options
  const dropbear = await dropbearToy({ ...common, words })
  atEnd(() => dropbear.close())
  return { sshd: await toy({ ...common, sshd }), dropbear }
}

/** This machine itself. */
export const local: Ssh = { ...unsaid, host: 'localhost', transport: 'local' }

/** Somebody at a terminal, whose answers are what `knows` says; without one, nobody answers. */
export const person = (knows: (question: string, n: number) => string | undefined) => {
  const asked: string[] = []
  const told: string[] = []
  const who: Person = {
    askHidden: (question) => {
      asked.push(tidy(question))
      const answer = knows(question, asked.length)
      return Promise.resolve(answer === undefined ? undefined : new Secret(answer))
    },
    tell: (sentence) => told.push(tidy(sentence)),
  }
  return { who, asked, told }
}

/** A key pair as ssh-keygen makes it of these words. */
export const keygen = (file: string, words: readonly string[], passphrase = ''): KeyPair => {
  execFileSync('ssh-keygen', ['-q', ...words, '-N', passphrase, '-C', 'toy', '-f', file])
  return { file, publicKey: readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ') }
}

/** What one trip over a new connection prints. */
export const ask = async (
  ssh: Ssh,
  run: Sh = sh`id -un`,
  who?: Person,
  here: Here = nowhere,
): Promise<string | undefined> => {
  const wire = await dialTo(ssh, who, here)
  try {
    const [answer] = await wire.trip([{ run }], 60_000)
    return answer?.out
  } finally {
    wire.close()
  }
}

/** At which stage something fails. */
export const stageOf = async (work: Promise<unknown>): Promise<string> => (await fails(work)).stage

/** What the same wish ends with over each of the two ways to a host; one sentence where they agree. */
export const eachSays = async (
  wish: Ssh,
  act: (ssh: Ssh) => Promise<unknown> = (ssh) => ask(ssh),
): Promise<string> => {
  const say = async (transport: Transport): Promise<string> => {
    const { stage, message } = await fails(act({ ...wish, transport }))
    return tidy(`${stage}: ${message}`)
  }
  const [mine, theirs] = [await say('ssh2'), await say('openssh')]
  return mine === theirs ? mine : `ssh2:    ${mine}\nopenssh: ${theirs}`
}

/** Waits until something is so. */
export const until = async (so: () => boolean): Promise<void> => {
  while (!so()) await new Promise((resolve) => setImmediate(resolve))
}
