import type { AnyAuthMethod, NextAuthHandler } from 'ssh2'

import type { Attempt } from './attempt.ts'
import type { Hop } from './hop.ts'
import type { Keys } from './keyring.ts'

export interface Login {
  attempt(): Attempt
  /** For ssh2's `authHandler`. Keys and nothing else: RFC 4252, 7. */
  next(offers: readonly string[] | null, partial: boolean | null, go: NextAuthHandler): void
}

/** Tries the keys in their order. `whileAsking` asks a person: for that time no host is to blame. */
export const makeLogin = (
  hop: Hop,
  keys: Keys,
  whileAsking: <Result>(question: () => Promise<Result>) => Promise<Result>,
): Login => {
  const tried: string[] = []
  const unusable: string[] = [...keys.unusable]
  const left = [...keys.identities]
  let offers: readonly string[] | undefined
  let partial = false

  const nextMethod = async (): Promise<AnyAuthMethod | undefined> => {
    if (partial || (offers !== undefined && !offers.includes('publickey'))) return undefined
    for (let identity = left.shift(); identity !== undefined; identity = left.shift()) {
      const method = await (identity.locked ? whileAsking(identity.open) : identity.open())
      if (typeof method === 'string') {
        unusable.push(method)
        continue
      }
      tried.push(identity.shown)
      return { ...method, username: hop.ssh.user }
    }
    return undefined
  }

  return {
    attempt: () => ({ tried, unusable, offers, partial }),
    next: (now, some, go) => {
      offers = now ?? undefined
      partial = some === true
      // ssh2 takes `false` for "no more", which its types do not know.
      const give = go as (method: AnyAuthMethod | false) => void
      void nextMethod()
        .then((method) => give(method ?? false))
        .catch(() => give(false))
    },
  }
}
