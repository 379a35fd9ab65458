import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A socket's path has room for about a hundred characters, and ssh puts some of its own behind it for a moment. */
const longest = 50

/** A folder of the user's alone (0700), by a name that means nothing in ssh_config and to a shell. */
export const makeFolder = (): Promise<string> => {
  const wished = tmpdir()
  const base = /^[\w/.+-]+$/.test(wished) && wished.length <= longest ? wished : '/tmp'
  return mkdtemp(join(base, `lbprov-ssh-${String(process.pid)}-`))
}

/** Its keeper may be at the same. */
export const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true }).catch(() => undefined)
