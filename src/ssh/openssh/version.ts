import { execFile } from 'node:child_process'

import type { Environment } from '../config/tokens.ts'
import type { Hop } from '../hop.ts'
import * as say from '../sentences/openssh.ts'

/** Node 20 runs on nothing that comes with an older one. */
const oldest = 8

/** 9.2 of `OpenSSH_9.2p1 Debian-2`, as ssh calls itself; undefined: it is another ssh. */
export const versionIn = (banner: string): number | undefined => {
  const digits = /^OpenSSH_(?:for_Windows_)?(\d+\.\d+)/.exec(banner)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

type Found = { readonly version: number } | { readonly banner: string } | { readonly code: string }

const ask = (env: Environment): Promise<Found> =>
  new Promise((resolve) => {
    execFile('ssh', ['-V'], { env, timeout: 10_000 }, (error, out, err) => {
      const banner = `${err}${out}`
      const version = versionIn(banner)
      if (version !== undefined) resolve({ version })
      else if (typeof error?.code === 'string') resolve({ code: error.code })
      else resolve({ banner })
    })
  })

const asked = new Map<string | undefined, Promise<Found>>()

/**
 * OpenSSH's version, asked once.
 * @throws ReachError when there is none that will do
 */
export const opensshVersion = async (hop: Hop, env: Environment): Promise<number> => {
  const answer = asked.get(env.PATH) ?? ask(env)
  asked.set(env.PATH, answer)
  const found = await answer
  if ('code' in found) throw say.noOpenssh(hop, found.code)
  if ('banner' in found) throw say.strangeSsh(hop, found.banner)
  if (found.version < oldest) throw say.oldOpenssh(hop, found.version, oldest)
  return found.version
}
