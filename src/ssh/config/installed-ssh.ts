import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { includeOf, usualUser } from '../openssh/quoted.ts'
import { versionIn } from '../openssh/version.ts'
import type { Environment } from './tokens.ts'

/** What `ssh -G` is asked. */
export interface Question {
  /** As it would be typed behind `ssh`. */
  readonly name: string
  readonly user: string | undefined
  readonly port: number | undefined
  /** Who logs in where neither this nor a file says it. */
  readonly usualUser: string
  /** ssh reads its files twice. */
  readonly twice: boolean
  /** Whether there is a way there that no file says: through another host, or straight. */
  readonly proxied: boolean | undefined
  /** The files of ssh_config(5), in their order. */
  readonly files: readonly string[]
}

/**
 * The system's ssh: what ssh_config(5) means to it, it knows best. Each question starts a process, and is put only where
 * something hangs on it.
 */
export interface InstalledSsh {
  /** What it calls itself, as `Match version` compares it: `OpenSSH_9.2p1 Debian-2`. Undefined: there is none. */
  readonly release: () => string | undefined
  /** 9.2 of that. */
  readonly version: () => number | undefined
  /** What it has against the files; empty: it reads them. `ignored`: all that their IgnoreUnknown say. */
  readonly objections: (files: readonly string[], ignored: string) => string
  /** All that holds for a host, a line for each option; or why it says nothing of it. */
  readonly resolve: (
    question: Question,
  ) => Promise<{ readonly text: string } | { readonly wrong: string }>
}

const patienceMs = 60_000

/** A file that reads others, in a folder of its own, which is to be removed. */
const lay = (lines: readonly string[]): { readonly folder: string; readonly file: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'lbprov-ssh-config-'))
  const file = join(folder, 'config')
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
  return { folder, file }
}

const includes = (files: readonly string[]): readonly string[] =>
  files.flatMap((file) => includeOf(file) ?? [])

/** No name is looked up, and nobody's command is run: it is not known yet for which host that would be. */
const harmless: readonly string[] = [
  ...['-o', 'CanonicalizeHostname=no', '-o', 'CanonicalizePermittedCNAMEs=none'],
  ...['-o', 'HostName=127.0.0.1'],
]
const noShell = '/bin/false'

/** What ssh says without its carriage returns. */
const plain = (text: string): string => text.replaceAll('\r', '').trim()

/** Where there is none. */
export const noSsh = {
  release: () => undefined,
  version: () => undefined,
  objections: () => '',
  resolve: () => Promise.resolve({ wrong: 'no OpenSSH is installed here that could be asked' }),
} as const satisfies InstalledSsh

/** The ssh that is found by `env`'s PATH. */
export const installedSsh = (env: Environment): InstalledSsh => {
  let known: { readonly release: string | undefined } | undefined
  const release = (): string | undefined => {
    known ??= {
      release: /^OpenSSH_[^,\r\n]*/.exec(
        spawnSync('ssh', ['-V'], { env, encoding: 'utf8', timeout: patienceMs }).stderr,
      )?.[0],
    }
    return known.release
  }
  return {
    release,
    version: () => versionIn(release() ?? ''),
    objections: (files, ignored) => {
      const { folder, file } = lay(includes(files))
      const ignoring = ignored === '' ? [] : ['-o', `IgnoreUnknown=${ignored}`]
      try {
        const words = ['-F', file, ...harmless, ...ignoring, '-G', '--', '127.0.0.1']
        const { status, stderr } = spawnSync('ssh', words, {
          env: { ...env, SHELL: noShell },
          encoding: 'utf8',
          timeout: patienceMs,
        })
        return status === 0 ? '' : plain(stderr)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    resolve: async ({ name, user, port, usualUser: usual, twice, proxied, files }) => {
      if (release() === undefined) return noSsh.resolve()
      const { folder, file } = lay([...includes(files), ...usualUser(usual, twice)])
      const words = [
        // As the connection itself: Match sees that no command is given with it.
        ...['-F', file, '-N', '-G'],
        ...(user === undefined ? [] : ['-l', user]),
        ...(port === undefined ? [] : ['-p', String(port)]),
        ...(proxied === undefined ? [] : ['-o', `ProxyCommand=${proxied ? 'false' : 'none'}`]),
        ...['--', name],
      ]
      try {
        return await new Promise((settle) => {
          execFile('ssh', words, { env, timeout: patienceMs }, (error, text, said) =>
            settle(error === null ? { text } : { wrong: plain(said) }),
          )
        })
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}
