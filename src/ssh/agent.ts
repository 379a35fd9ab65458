import type { BaseAgent, ParsedKey } from 'ssh2'
import ssh2 from 'ssh2'

import * as say from './sentences.ts'

/** Logs in by an agent that holds one key. */
export interface AgentMethod {
  readonly type: 'agent'
  readonly agent: BaseAgent
}

/** One key that the agent holds. */
export interface AgentKey {
  readonly shown: string
  readonly key: ParsedKey
  readonly method: AgentMethod
}

interface Agent {
  getIdentities(done: (error?: Error | null, keys?: readonly ParsedKey[]) => void): void
  sign(
    key: ParsedKey,
    bytes: Buffer,
    options: { readonly hash?: string },
    done: (error?: Error | null, signature?: Buffer) => void,
  ): void
}

/** One key at a time, so that the order is ours and a refusal can name the key. */
const only = (key: ParsedKey, agent: Agent): Agent => ({
  getIdentities: (done) => done(null, [key]),
  sign: (_, bytes, options, done) => {
    const sha1 = key.type === 'ssh-rsa' && options.hash !== 'sha256' && options.hash !== 'sha512'
    if (sha1) done(new Error('no SHA-1 signatures'))
    else agent.sign(key, bytes, options, done)
  },
})

/** ssh2 takes for an agent only what is built on its own class. */
const dressed = (agent: Agent): BaseAgent =>
  Object.assign(Object.create(ssh2.BaseAgent.prototype) as object, agent) as unknown as BaseAgent

/** The keys that the agent at `socket` holds, or the reason why there are none. */
export const agentKeys = (socket: string): Promise<readonly AgentKey[] | string> => {
  const agent = ssh2.createAgent(socket) as unknown as Agent
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => {
      if (error != null || keys === undefined) {
        resolve(say.deafAgent(socket))
        return
      }
      resolve(
        keys.map((key) => ({
          shown: say.agentKey(key.comment),
          key,
          method: { type: 'agent', agent: dressed(only(key, agent)) },
        })),
      )
    })
  })
}
