import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { makeKey, type KeyType } from './keys.ts'

/** One who may log in. */
export interface Account {
  /** Public keys; the toy's own key always may. */
  readonly authorizedKeys?: readonly string[]
  readonly shell?: string
  /** Whole text of ~/.bashrc, which bash reads for a command over SSH too. */
  readonly bashrc?: string
  /** What sudo and PAM want; absent: there is none that would do. */
  readonly password?: string
  /** As `passwd -l` leaves it: no password will do. */
  readonly locked?: boolean
}

export interface Seed {
  readonly hostKeys: readonly KeyType[]
  readonly accounts: Readonly<Record<string, Account>>
  /** The key that may always log in. */
  readonly publicKey: string
  /** Lines of sshd_config(5) that come first, and so win. */
  readonly sshd: string
  /** Text of a file in /etc/sudoers.d. */
  readonly sudoers: string | undefined
  /** Whole text of /etc/doas.conf. */
  readonly doas: string | undefined
  readonly osRelease: string | undefined
  /** Whole text by absolute path. */
  readonly files: Readonly<Record<string, string>>
  /** Names out of test/toy/shims that stand before the real tools. */
  readonly shims: readonly string[]
}

const shimFolder = fileURLToPath(new URL('shims', import.meta.url))

/** Every shim there is. */
export const allShims: readonly string[] = readdirSync(shimFolder)

/** As shadow(5) keeps a password. */
const hashed = ({ password, locked }: Account): string => {
  if (password === undefined) return '*'
  const words = ['passwd', '-6', '-stdin']
  const hash = execFileSync('openssl', words, { input: `${password}\n`, encoding: 'utf8' }).trim()
  return locked === true ? `!${hash}` : hash
}

const sshdConfig = (seed: Seed): string => `${seed.sshd}
${seed.hostKeys.map((type) => `HostKey /etc/ssh/toy_${type}`).join('\n')}
PidFile none
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
LogLevel VERBOSE
`

/**
 * Furnishes a toy's file system, seen at `root`. Returns the host's public keys.
 */
export const seedToy = (root: string, seed: Seed): readonly string[] => {
  const at = (path: string): string => join(root, path)
  const put = (path: string, text: string, mode = 0o644, id = 0): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    rmSync(at(path), { force: true })
    writeFileSync(at(path), text, { mode })
    chmodSync(at(path), mode)
    chownSync(at(path), id, id)
  }
  const home = (path: string, account: Account, id: number): void => {
    mkdirSync(at(join(path, '.ssh')), { recursive: true, mode: 0o700 })
    chownSync(at(path), id, id)
    chownSync(at(join(path, '.ssh')), id, id)
    const keys = [seed.publicKey, ...(account.authorizedKeys ?? [])]
    put(join(path, '.ssh/authorized_keys'), keys.join('\n') + '\n', 0o600, id)
    // Bash reads it before any command that sshd has it run; root's own on this machine may do anything.
    put(join(path, '.bashrc'), account.bashrc ?? '', 0o644, id)
  }

  const superuser = seed.accounts.root ?? {}
  home('/root', superuser, 0)
  if (superuser.password !== undefined) {
    const lines = readFileSync(at('/etc/shadow'), 'utf8').replace(
      /^root:[^:]*:/m,
      () => `root:${hashed(superuser)}:`,
    )
    put('/etc/shadow', lines, 0o600)
  }
  const others = Object.entries(seed.accounts).filter(([name]) => name !== 'root')
  for (const [n, [name, account]] of others.entries()) {
    const id = 4000 + n
    const shell = account.shell ?? '/bin/bash'
    const numbers = `${String(id)}:${String(id)}`
    appendFileSync(at('/etc/passwd'), `${name}:x:${numbers}::/home/${name}:${shell}\n`)
    appendFileSync(at('/etc/shadow'), `${name}:${hashed(account)}:20000:0:99999:7:::\n`)
    appendFileSync(at('/etc/group'), `${name}:x:${String(id)}:\n`)
    home(`/home/${name}`, account, id)
  }
  if (seed.sudoers !== undefined) put('/etc/sudoers.d/toy', seed.sudoers, 0o440)
  if (seed.doas !== undefined) put('/etc/doas.conf', seed.doas, 0o400)
  if (seed.osRelease !== undefined) put('/etc/os-release', seed.osRelease)
  for (const name of seed.shims) {
    mkdirSync(at('/usr/local/bin'), { recursive: true })
    copyFileSync(join(shimFolder, name), at(`/usr/local/bin/${name}`))
  }
  put('/etc/ssh/toy_config', sshdConfig(seed))
  const keys = seed.hostKeys.map((type) => makeKey(at(`/etc/ssh/toy_${type}`), type).publicKey)
  for (const [path, text] of Object.entries(seed.files)) put(path, text)
  return keys
}
