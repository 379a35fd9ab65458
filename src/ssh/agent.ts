import { connect } from 'node:net'

import { packed, unpacked } from './key-form.ts'
import { once } from './once.ts'
import { deafAgent } from './sentences.ts'

// The agent's own words: draft-miller-ssh-agent. ssh2 speaks them too, but keeps quiet about keys it does not know.

/** One key that the agent holds. */
export interface AgentKey {
  /** As ssh-add was told. */
  readonly comment: string
  /** The public half, in the wire's form. */
  readonly bytes: Buffer
}

const failure = 5
const askKeys = 11
const keys = 12
const askSignature = 13
const signature = 14

/** As OpenSSH bounds them. */
const largestAnswer = 256 * 2 ** 10
const mostKeys = 2048

const flags: Readonly<Record<string, number>> = { 'rsa-sha2-256': 2, 'rsa-sha2-512': 4 }

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Asks one question on a connection of its own; `patienceMs` undefined: somebody may be asked, which takes its time. */
const ask = (socket: string, question: Buffer, patienceMs?: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      stream.destroy()
      reject(new Error(why))
    }
    let heard = Buffer.alloc(0)
    const stream = connect({ path: socket })
    if (patienceMs !== undefined) stream.setTimeout(patienceMs, () => fail('no answer'))
    stream
      .on('connect', () => stream.write(packed(question)))
      .on('error', (error) => fail(error.message))
      .on('close', () => fail('no answer'))
      .on('data', (bytes: Buffer) => {
        heard = Buffer.concat([heard, bytes])
        const whole = unpacked(heard, 1)?.fields[0]
        if (whole !== undefined) {
          resolve(whole)
          stream.destroy()
        } else if (heard.length > largestAnswer) fail('too long an answer')
      })
  })

/** @throws Error when there is no agent, or none that answers */
const agentKeys = async (socket: string): Promise<readonly AgentKey[]> => {
  const answer = await ask(socket, Buffer.from([askKeys]), 30_000)
  if (answer[0] !== keys || answer.length < 5) throw new Error('no list of keys')
  const count = Math.min(answer.readUInt32BE(1), mostKeys)
  const fields = unpacked(answer.subarray(5), 2 * count)?.fields ?? []
  return fields.flatMap((bytes, n) =>
    n % 2 === 0 ? [{ bytes, comment: fields[n + 1]?.toString('utf8') ?? '' }] : [],
  )
}

/**
 * Has the agent sign; it may ask somebody first (ssh-add -c, a key to be touched).
 * @throws Error when it does not, or signs otherwise than asked
 */
export const agentSigns = async (
  socket: string,
  key: Buffer,
  bytes: Buffer,
  algorithm: string,
): Promise<Buffer> => {
  const how = number(flags[algorithm] ?? 0)
  const question = Buffer.concat([Buffer.from([askSignature]), packed(key), packed(bytes), how])
  const answer = await ask(socket, question)
  if (answer[0] === failure) throw new Error('it says no')
  const whole = answer[0] === signature ? unpacked(answer.subarray(1), 1) : undefined
  const parts = unpacked(whole?.fields[0] ?? Buffer.alloc(0), 2)?.fields
  const [type, signed] = parts ?? []
  if (type === undefined || signed === undefined) throw new Error('no signature')
  if (type.toString('latin1') !== algorithm) throw new Error(`it signs with ${type.toString()}`)
  return signed
}

/** What the agent at a socket holds, or why that is not known; each is asked once. */
export type Agents = (socket: string) => Promise<readonly AgentKey[] | string>

export const makeAgents = (): Agents =>
  once((socket) => agentKeys(socket).catch(() => deafAgent(socket)))
