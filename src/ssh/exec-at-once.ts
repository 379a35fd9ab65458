import type { Client, ClientChannel } from 'ssh2'

type Exec = (remote: number, command: string, wantsReply: boolean) => void

interface Open {
  readonly outgoing?: { readonly id: number }
}

interface Inside {
  readonly _protocol?: { exec?: Exec }
  readonly _chanMgr?: { readonly _channels?: Readonly<Record<string, Open | undefined>> }
}

/** A command on its way to a host. */
export interface Starting {
  /** Its channel: at the latest when the host says that the command runs. May be called twice, with the same. */
  readonly opened: (channel: ClientChannel) => void
  /** The host does not run it, or not even opens a channel for it. */
  readonly refused: (why: Error) => void
}

/**
 * `client.exec`, but the channel is there as soon as it is open, and not only when the host has confirmed that the command
 * runs: what is written goes out behind the request, and the command finds it on its stdin (RFC 4254, 6.5: the answer to
 * a request has no bearing on the data of a channel). One round trip less; an ssh2 that is built otherwise than is
 * seen here has it later.
 */
export const execAtOnce = (client: Client): ((command: string, starting: Starting) => void) => {
  const { _protocol: protocol, _chanMgr: channels } = client as unknown as Inside
  const request = protocol?.exec
  const waiting: { readonly command: string; readonly opened: Starting['opened'] }[] = []
  if (protocol !== undefined && request !== undefined) {
    protocol.exec = (remote, command, wantsReply) => {
      request.call(protocol, remote, command, wantsReply)
      const n = waiting.findIndex((each) => each.command === command)
      const [mine] = n === -1 ? [] : waiting.splice(n, 1)
      const open = Object.values(channels?._channels ?? {})
      const channel = open.find((each) => each?.outgoing?.id === remote)
      if (channel !== undefined) mine?.opened(channel as unknown as ClientChannel)
    }
  }
  return (command, { opened, refused }) => {
    const mine = { command, opened }
    waiting.push(mine)
    client.exec(command, (error, channel) => {
      const n = waiting.indexOf(mine)
      if (n !== -1) waiting.splice(n, 1)
      if (error === undefined) opened(channel)
      else refused(error)
    })
  }
}
