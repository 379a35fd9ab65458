import type { BaseAgent, ParsedKey } from 'ssh2'
import ssh2 from 'ssh2'

import type { Shown } from './sign-at-once.ts'

interface Agent {
  getIdentities(done: (error?: Error | null, keys?: readonly ParsedKey[]) => void): void
  sign(
    key: ParsedKey,
    bytes: Buffer,
    options: { readonly hash?: string },
    done: (error?: Error | null, signature?: Buffer) => void,
  ): void
}

/** ssh2 names the hash; the algorithm follows from it. */
const algorithmOf = (key: ParsedKey, hash: string | undefined): string => {
  if (key.type !== 'ssh-rsa') return key.type
  return hash === 'sha256' || hash === 'sha512' ? `rsa-sha2-${hash.slice(3)}` : 'ssh-rsa'
}

/**
 * One key as an agent of ssh2's, which asks the host whether it would take it and has it signed then: so the order
 * is ours, a refusal can name the key, and nobody is asked for a key that would not do.
 */
export const asAgent = (half: ParsedKey, { algorithm, sign }: Shown): BaseAgent => {
  let signed = false
  const agent: Agent = {
    getIdentities: (done) => done(null, [half]),
    sign: (key, bytes, { hash }, done) => {
      // A host that asks for one signature after the other would wear somebody out at the agent's window.
      if (signed) {
        done(new Error('it was asked for twice'))
        return
      }
      signed = true
      sign(bytes, algorithm(algorithmOf(key, hash)))
        .then((signature) =>
          typeof signature === 'string' ? done(new Error(signature)) : done(null, signature),
        )
        // The connection has ended meanwhile, and says so itself.
        .catch(() => undefined)
    },
  }
  // ssh2 takes for an agent only what is built on its own class.
  return Object.assign(
    Object.create(ssh2.BaseAgent.prototype) as object,
    agent,
  ) as unknown as BaseAgent
}
