import type { Readable } from 'node:stream'

import type { ClientChannel } from 'ssh2'

import type { ReachError } from '../errors.ts'
import type { Connection } from './connection.ts'
import { execAtOnce } from './exec-at-once.ts'
import type { Channel, Link } from './link.ts'
import * as say from './sentences/shell.ts'
import { behindLogin } from './sentences/way.ts'

/**
 * Every piece of a stream as soon as it is there. ssh2 pushes what comes into the stream; most of it is a word or two, which
 * Node's machinery for readers that cannot keep up would cost more than all else about it.
 */
const hearAll = (stream: Readable, tell: (bytes: Buffer) => void): void => {
  stream.on('data', tell)
  // What came before anybody listened goes its way first.
  if (stream.readableLength > 0) return
  const push = stream.push.bind(stream)
  stream.push = (bytes: unknown, encoding?: BufferEncoding) => {
    if (!Buffer.isBuffer(bytes)) return push(bytes, encoding)
    tell(bytes)
    return true
  }
}

/** `refusal`: comes when the host does not run the command after all. */
const channelOf = (stream: ClientChannel, refusal: Promise<ReachError>): Channel => {
  let exit: number | undefined
  stream.on('exit', (code: number | null) => (exit = code ?? undefined))
  // There is somebody to hear every error; that nothing more comes is said by `close`.
  stream.on('error', () => undefined)
  stream.stderr.on('error', () => undefined)
  return {
    write: (text) => void stream.write(text),
    listen: (hears) => {
      void refusal.then((why) => hears.refused?.(why))
      stream.on('close', () => hears.end(exit))
      hearAll(stream, (bytes) => hears.data('out', bytes))
      hearAll(stream.stderr, (bytes) => hears.data('err', bytes))
    },
    close: () => stream.close(),
  }
}

/** Over the first of `connections`; the others are the way there. */
export const ssh2Link = (connections: readonly [Connection, ...Connection[]]): Link => {
  const { hop, client } = connections[0]
  const exec = execAtOnce(client)
  const losses: ((why: string | undefined) => void)[] = []
  let lost: { readonly why: string | undefined } | undefined
  let gave = false
  const lose = (words?: string): void => {
    if (lost !== undefined) return
    const why = gave ? words : behindLogin(hop, words)
    lost = { why }
    for (const tell of losses) tell(why)
  }
  for (const each of connections) {
    each.client.on('error', (error) => lose(error.message)).on('close', () => lose())
  }
  return {
    hop,
    // The kernel of a jump host, or what a command has connected, answers for itself.
    witness: connections.length === 1 && hop.ssh.proxyCommand === undefined ? 'kernel' : 'ssh',
    run: (command) =>
      new Promise((resolve, reject) => {
        let refuse: (why: ReachError) => void = reject
        const refused = ({ message }: Error): void => refuse(say.noChannel(hop, message))
        const opened = (stream: ClientChannel): void => {
          gave = true
          const refusal = new Promise<ReachError>((tell) => (refuse = tell))
          resolve(channelOf(stream, refusal))
        }
        try {
          exec(command, { opened, refused })
        } catch (error) {
          refused(error as Error)
        }
      }),
    onLost: (tell) => {
      if (lost === undefined) losses.push(tell)
      else tell(lost.why)
    },
    close: () => {
      for (const connection of connections) connection.close()
    },
  }
}
