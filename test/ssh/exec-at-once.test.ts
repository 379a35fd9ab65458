import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import ssh2, { type Client, type ClientChannel, type ServerChannel } from 'ssh2'
import { afterEach, expect, it } from 'vitest'

import { execAtOnce } from '../../src/ssh/exec-at-once.ts'

const key = ssh2.utils.generateKeyPairSync('ed25519').private
const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** A server that lets everybody in; what it does with a command is up to `asked`. */
const connected = async (
  asked: (command: string, accept: () => ServerChannel, reject: () => void) => void,
): Promise<Client> => {
  const server = new ssh2.Server({ hostKeys: [key] }, (peer) => {
    peer.on('error', () => undefined)
    peer.on('authentication', (login) => login.accept())
    peer.on('session', (accept) =>
      accept().on('exec', (accepted, rejected, { command }) => asked(command, accepted, rejected)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new ssh2.Client()
  client.connect({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    username: 'root',
    hostVerifier: () => true,
    authHandler: [{ type: 'none', username: 'root' }],
  })
  closing.push(() => {
    client.end()
    server.close()
  })
  await once(client, 'ready')
  return client
}

it('has the channel before the host has said that the command runs', async () => {
  let run: (() => ServerChannel) | undefined
  const client = await connected((_, accept) => (run = accept))
  const exec = execAtOnce(client)
  const channel = await new Promise<ClientChannel>((opened, refused) =>
    exec('sh', { opened, refused }),
  )
  // Whoever waits for the host's word would never get here: it is only given now.
  while (run === undefined) await new Promise((turn) => setImmediate(turn))
  channel.write('what is written meanwhile')
  const shell = run()
  const [said] = (await once(shell, 'data')) as [Buffer]
  expect(said.toString()).toBe('what is written meanwhile')
})

it('tells that the host does not run the command after all', async () => {
  const client = await connected((_, __, reject) => reject())
  const exec = execAtOnce(client)
  const heard: string[] = []
  const why = await new Promise<Error>((refused) =>
    exec('sh', { opened: () => heard.push('opened'), refused }),
  )
  expect(heard).toEqual(['opened'])
  expect(why.message).toBe('Unable to exec')
})

it('gives each of several commands its own channel', async () => {
  const client = await connected((command, accept) => accept().end(command))
  const exec = execAtOnce(client)
  const answers = await Promise.all(
    ['one', 'two', 'one', 'three'].map(async (command) => {
      const channel = await new Promise<NodeJS.ReadableStream>((opened, refused) =>
        exec(command, { opened, refused }),
      )
      const [said] = (await once(channel, 'data')) as [Buffer]
      return said.toString()
    }),
  )
  expect(answers).toEqual(['one', 'two', 'one', 'three'])
})
