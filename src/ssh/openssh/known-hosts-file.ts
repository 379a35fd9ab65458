import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

import type { Hop } from '../hop.ts'
import * as say from '../sentences/openssh.ts'

/**
 * Makes sure that ssh can write down a key that is new. Where it cannot, it says so and goes on; and the next key
 * would be new again, whoever shows it.
 * @throws ReachError (stage `host key`)
 */
export const keepsKeys = async (hops: readonly Hop[]): Promise<void> => {
  for (const hop of hops) {
    const [file] = hop.ssh.userKnownHostsFiles
    if (hop.ssh.strictHostKeyChecking !== 'accept-new' || file === undefined) continue
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await (await open(file, 'a', 0o600)).close()
    } catch (error) {
      throw say.keepsNoKeys(hop, file, String((error as NodeJS.ErrnoException).code))
    }
  }
}
