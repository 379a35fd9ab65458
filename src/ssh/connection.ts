import { Socket } from 'node:net'
import type { Readable } from 'node:stream'

import type { Client } from 'ssh2'
import ssh2 from 'ssh2'

import type { ReachError } from '../errors.ts'
import type { HostKeys } from './host-keys.ts'
import type { Hop } from './hop.ts'
import type { Keyring } from './keyring.ts'
import { makeLogin, type Login } from './login.ts'
import * as say from './sentences.ts'
import { signAtOnce } from './sign-at-once.ts'
import { makeTimer } from './timer.ts'

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
}

const tcp = ({ ssh, at }: Hop): Socket => {
  const socket = new Socket()
  socket.connect({
    host: at ?? ssh.host,
    port: ssh.port,
    noDelay: true,
    // Node gives each of several addresses 250 ms, which a far host cannot keep.
    autoSelectFamilyAttemptTimeout: Math.max(250, ssh.connectTimeout * 250),
  })
  return socket
}

const tunnel = (
  from: Connection,
  hop: Hop,
  start: (stream: Readable) => void,
  fail: (error: ReachError) => void,
): void => {
  const refuse = (why: string): void => fail(say.notForwarded(hop, why))
  from.client.once('close', () => refuse('nothing more'))
  try {
    from.client.forwardOut(
      '127.0.0.1',
      0,
      hop.at ?? hop.ssh.host,
      hop.ssh.port,
      (error, channel) => {
        if (error === undefined) start(channel)
        else refuse(error.message)
      },
    )
  } catch (error) {
    refuse((error as Error).message)
  }
}

type Progress = 'connecting' | 'greeting' | 'login'
type Wrong = Error & { readonly code?: string | number; readonly level?: string }

const complaint = (hop: Hop, progress: Progress, login: Login, error: Wrong): ReachError => {
  const { message } = error
  const code = String(error.code ?? message)
  if (error.level === 'client-authentication') return say.refused(hop, login.attempt())
  if (progress === 'connecting') {
    return /^(ENOTFOUND|EAI_)/.test(code) ? say.notFound(hop) : say.notReached(hop, code)
  }
  if (message.includes('Connection lost before handshake')) return say.hungUp(hop)
  const unlike = /^Handshake failed: (no matching .*)$/.exec(message)
  if (unlike !== null) return say.noAgreement(hop, unlike[1] ?? '')
  if (progress !== 'login') {
    return code === 'ECONNRESET' ? say.hungUp(hop) : say.garbled(hop, 'connect', message)
  }
  return typeof error.code === 'number'
    ? say.refused(hop, login.attempt(), message)
    : say.garbled(hop, 'login', message)
}

/** For ssh2's `hostVerifier`, without which it believes every key. */
const verifier =
  (hop: Hop, hostKeys: HostKeys, doubt: (error: Error) => void) =>
  (key: Buffer, verify: (valid: boolean) => void): void => {
    hostKeys.verify(hop, key).then(
      () => verify(true),
      (error: unknown) => {
        doubt(error as Error)
        verify(false)
      },
    )
  }

/** ssh2 goes on to the next key by itself. */
const isPassing = (error: Wrong): boolean =>
  error.level === 'agent' || error.message.startsWith('Error sign')

/**
 * Connects to one hop, verifies its key and logs in. `from`: the connection to the hop before it.
 * @throws ReachError
 */
export const openConnection = async (
  hop: Hop,
  { hostKeys, keyring }: Means,
  from?: Connection,
): Promise<Connection> => {
  const keys = await keyring(hop)
  if (keys.identities.length === 0) throw say.noKeys(hop, keys.unusable)
  // A person who is needed anyway is asked before the host's clock runs.
  if (keys.identities[0]?.locked === true) await keys.identities[0].open()
  const algorithms = await hostKeys.algorithms(hop)

  const client = new ssh2.Client()
  // There is somebody to hear every error, for as long as there is a client.
  client.on('error', () => undefined)
  const timeoutMs = hop.ssh.connectTimeout * 1000
  let sock: Readable | undefined
  const close = (): void => {
    client.end()
    sock?.destroy()
  }

  try {
    await new Promise<void>((resolve, reject) => {
      let progress: Progress = 'connecting'
      let over = false
      let distrust: Error | undefined
      const timer = makeTimer(timeoutMs, () => {
        over = true
        if (progress === 'login') reject(say.silent(hop, 'login'))
        else reject(progress === 'connecting' ? say.silent(hop, 'connect') : say.mute(hop))
      })
      const login = makeLogin(hop, keys, timer.without)
      const settle = (act: () => void): void => {
        timer.stop()
        over = true
        act()
      }
      const fail = (error: Wrong): void =>
        settle(() => reject(distrust ?? complaint(hop, progress, login, error)))

      client
        .on('connect', () => (progress = 'greeting'))
        .on('handshake', () => {
          progress = 'login'
          timer.restart()
        })
        .on('ready', () => settle(resolve))
        .on('error', (error: Wrong) => isPassing(error) || fail(error))
        .on('close', () => fail(new Error('Connection closed')))

      const start = (stream: Readable): void => {
        stream.on('error', () => undefined)
        sock = stream
        if (over) {
          stream.destroy()
          return
        }
        if (from !== undefined) progress = 'greeting'
        client.connect({
          sock: stream,
          host: hop.ssh.host,
          username: hop.ssh.user,
          ident: 'lbprov',
          algorithms,
          readyTimeout: 0,
          keepaliveInterval: 5000,
          keepaliveCountMax: 3,
          hostVerifier: verifier(hop, hostKeys, (error) => (distrust = error)),
          authHandler: (offers, partial, go) => login.next(offers, partial, go),
        })
        signAtOnce(client)
      }
      if (from === undefined) start(tcp(hop))
      else tunnel(from, hop, start, (error) => settle(() => reject(error)))
    })
  } catch (error) {
    close()
    throw error
  }
  return { hop, client, close }
}
