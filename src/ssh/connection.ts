import { Socket } from 'node:net'
import type { Readable } from 'node:stream'

import type { Client } from 'ssh2'
import ssh2 from 'ssh2'

import type { ReachError } from '../errors.ts'
import { emptyLists } from './algorithms.ts'
import { complaint, type Progress, type Wrong } from './complaint.ts'
import type { Environment } from './config/tokens.ts'
import type { HostKeys } from './host-keys.ts'
import type { Hop } from './hop.ts'
import type { Keyring } from './keyring.ts'
import { makeLogin } from './login.ts'
import type { Passwords } from './passwords.ts'
import { startProxy, type Proxy } from './proxy-command.ts'
import * as say from './sentences.ts'
import { logInAtOnce, signAtOnce } from './sign-at-once.ts'
import { tcp, tunnel } from './socket.ts'
import { listenToOffers } from './their-offers.ts'
import { makeTimer } from './timer.ts'
import { updateNoHostKeys } from './update-host-keys.ts'

/** An open and authenticated connection to one hop. */
export interface Connection {
  readonly hop: Hop
  readonly client: Client
  /** Ends it at once, whatever the other side does. */
  close(): void
}

/** What a run brings along to every connection. */
export interface Means {
  readonly hostKeys: HostKeys
  readonly keyring: Keyring
  readonly passwords: Passwords
  /** Of commands on the way. */
  readonly env: Environment
  readonly loginSeconds: number
}

/** For ssh2's `hostVerifier`, without which it believes every key. */
const verifier =
  (hop: Hop, hostKeys: HostKeys, stream: Readable, doubt: (error: Error) => void) =>
  (key: Buffer, verify: (valid: boolean) => void): void => {
    hostKeys
      .verify(hop, key, stream instanceof Socket ? stream.remoteAddress : undefined)
      .then(
        () => verify(true),
        (error: unknown) => {
          doubt(error as Error)
          verify(false)
        },
      )
      // The connection has ended meanwhile, and says so itself.
      .catch(() => undefined)
  }

/** ssh2 goes on to the next key by itself. */
const isPassing = (error: Wrong): boolean => error.level === 'agent'

/**
 * Connects to one hop, verifies its key and logs in. `from`: the connection to the hop before it.
 * @throws ReachError
 */
export const openConnection = async (
  hop: Hop,
  { hostKeys, keyring, passwords, env, loginSeconds }: Means,
  from?: Connection,
): Promise<Connection> => {
  const { ssh } = hop
  const keys = await keyring(hop)
  const [first, ...others] = keys.identities
  // A person who is needed anyway is asked before the host's clock runs.
  if (others.length === 0) await first?.unlock?.()
  const algorithms = await hostKeys.algorithms(hop)
  const [missing] = emptyLists(algorithms)
  if (missing !== undefined) throw say.nothingToOffer(hop, missing)

  const client = new ssh2.Client()
  // There is somebody to hear every error, for as long as there is a client.
  client.on('error', () => undefined)
  const theirs = listenToOffers(client)
  let sock: Readable | undefined
  let proxy: Proxy | undefined
  const close = (): void => {
    client.end()
    sock?.destroy()
    proxy?.close()
  }

  try {
    await new Promise<void>((resolve, reject) => {
      let progress: Progress = 'connecting'
      let over = false
      let distrust: Error | undefined
      let timer = makeTimer(ssh.connectTimeout * 1000, () => {
        over = true
        reject(progress === 'connecting' ? say.silent(hop) : say.mute(hop))
      })
      const settle = (act: () => void): void => {
        timer.stop()
        over = true
        act()
      }
      const refuse = (error: ReachError): void => settle(() => reject(error))
      const login = makeLogin(hop, keys, passwords, {
        whileAsking: (question) => timer.without(question),
        giveUp: refuse,
      })
      const fail = (error: Wrong): void =>
        settle(() => {
          reject(distrust ?? complaint(hop, progress, login.attempt(), error, theirs))
        })

      client
        .on('connect', () => (progress = 'greeting'))
        // Once: a host may exchange keys as often as it likes.
        .once('handshake', () => {
          progress = 'login'
          theirs.stop()
          timer.stop()
          timer = makeTimer(loginSeconds * 1000, () => {
            over = true
            reject(say.slowLogin(hop, loginSeconds))
          })
        })
        .on('ready', () => {
          login.succeeded()
          settle(resolve)
        })
        .on('change password', () => refuse(say.passwordExpired(hop)))
        .on('error', (error: Wrong) => isPassing(error) || fail(error))
        .on('close', () => fail(new Error('Connection closed')))

      const start = (stream: Readable): void => {
        stream.on('error', () => undefined)
        sock = stream
        if (over) {
          stream.destroy()
          return
        }
        if (from !== undefined || proxy !== undefined) progress = 'greeting'
        try {
          client.connect({
            sock: stream,
            host: ssh.host,
            username: ssh.user,
            ident: 'lbprov',
            algorithms,
            readyTimeout: 0,
            keepaliveInterval: ssh.serverAliveInterval * 1000,
            keepaliveCountMax: ssh.serverAliveCountMax,
            debug: theirs.heard,
            hostVerifier: verifier(hop, hostKeys, stream, (error) => (distrust = error)),
            authHandler: (offers, partial, go) => login.next(offers, partial, go),
          })
        } catch (error) {
          fail(error as Error)
          return
        }
        signAtOnce(client, login)
        logInAtOnce(client)
        updateNoHostKeys(client)
      }
      if (from !== undefined) tunnel(from.client, hop, start, refuse)
      else if (ssh.proxyCommand === undefined) start(tcp(hop))
      else {
        proxy = startProxy(ssh.proxyCommand, env)
        start(proxy.stream)
      }
    })
  } catch (error) {
    const silent = theirs.last() === undefined
    const words = silent ? await proxy?.lastWords() : undefined
    close()
    throw words === undefined ? error : say.proxyFailed(hop, words)
  }
  return { hop, client, close }
}
