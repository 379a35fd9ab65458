import type { Client } from 'ssh2'

type GlobalRequest = (protocol: unknown, name: string, wantsReply: boolean, data: unknown) => void

interface Inside {
  readonly _protocol?: { readonly _handlers?: { GLOBAL_REQUEST?: GlobalRequest } }
}

/**
 * As `UpdateHostKeys no` of ssh_config(5): sshd tells all its keys after a login (hostkeys-00@openssh.com, PROTOCOL of
 * OpenSSH's sources), and ssh2 would have it prove each of them, at both ends' cost, for nobody. To be called after
 * `connect()`; an ssh2 that is built otherwise than is seen here is left as it is.
 */
export const updateNoHostKeys = (client: Client): void => {
  const handlers = (client as unknown as Inside)._protocol?._handlers
  const others = handlers?.GLOBAL_REQUEST
  if (handlers === undefined || others === undefined) return
  handlers.GLOBAL_REQUEST = (protocol, name, wantsReply, data) => {
    if (name === 'hostkeys-00@openssh.com' && !wantsReply) return
    others(protocol, name, wantsReply, data)
  }
}
