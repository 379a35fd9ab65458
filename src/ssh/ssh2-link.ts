import type { ClientChannel } from 'ssh2'

import type { Connection } from './connection.ts'
import type { Channel, Link } from './link.ts'
import * as say from './sentences/shell.ts'

const channelOf = (stream: ClientChannel): Channel => {
  let exit: number | undefined
  stream.on('exit', (code: number | null) => (exit = code ?? undefined))
  // There is somebody to hear every error; that nothing more comes is said by `close`.
  stream.on('error', () => undefined)
  stream.stderr.on('error', () => undefined)
  return {
    write: (text) => void stream.write(text),
    listen: (hears) => {
      stream.on('close', () => hears.end(exit))
      stream.on('data', (bytes: Buffer) => hears.data('out', bytes))
      stream.stderr.on('data', (bytes: Buffer) => hears.data('err', bytes))
    },
    close: () => stream.close(),
  }
}

/** Over the first of `connections`; the others are the way there. */
export const ssh2Link = (connections: readonly [Connection, ...Connection[]]): Link => {
  const { hop, client } = connections[0]
  const losses: ((why: string | undefined) => void)[] = []
  let lost: { readonly why: string | undefined } | undefined
  const lose = (why?: string): void => {
    if (lost !== undefined) return
    lost = { why }
    for (const tell of losses) tell(why)
  }
  for (const each of connections) {
    each.client.on('error', (error) => lose(error.message)).on('close', () => lose())
  }
  return {
    hop,
    run: (command) =>
      new Promise((resolve, reject) => {
        try {
          client.exec(command, (error, stream) => {
            if (error === undefined) resolve(channelOf(stream))
            else reject(say.noChannel(hop, error.message))
          })
        } catch (error) {
          reject(say.noChannel(hop, (error as Error).message))
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
