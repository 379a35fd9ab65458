import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { Case } from './cases/case.ts'

/** A case's files, in a folder of their own. */
export interface Laid {
  readonly folder: string
  /** What -F names. */
  readonly config: string | undefined
  readonly env: Readonly<Record<string, string>>
}

/** Writes the files of a case. */
export const lay = (each: Case): Laid => {
  const folder = mkdtempSync(join(tmpdir(), 'lbprov-ssh-config-'))
  const write = (path: string, text: string): string => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text.replaceAll('@/', `${folder}/`))
    chmodSync(file, 0o600)
    return file
  }
  for (const [path, text] of Object.entries(each.files ?? {})) write(path, text)
  mkdirSync(join(folder, 'home/.ssh'), { recursive: true })
  mkdirSync(join(folder, 'etc'), { recursive: true })
  if (each.user !== undefined) write('home/.ssh/config', each.user)
  if (each.system !== undefined) write('etc/ssh_config', each.system)
  const config = each.config === undefined ? undefined : write('config', each.config)
  return { folder, config, env: { ...process.env, ...each.env } as Record<string, string> }
}

// ssh looks for its files where passwd says and where it was built for: a mount puts a case's own ones there.
const inItsPlaces =
  'mount --bind "$0/home" "$HOME_OF_SSH" && mount --bind "$0/etc" /etc/ssh && exec "$@"'

const ssh = (each: Case, laid: Laid, ...more: readonly string[]) => {
  const words = [
    'ssh',
    ...(laid.config === undefined ? [] : ['-F', laid.config]),
    ...(each.login === undefined ? [] : ['-l', each.login]),
    ...(each.port === undefined ? [] : ['-p', String(each.port)]),
    ...more,
    each.host ?? 'lb1',
    // lbprov runs commands there, too.
    'true',
  ]
  const own = each.user !== undefined || each.system !== undefined
  const [program = '', ...rest] = own
    ? ['unshare', '-m', 'sh', '-c', inItsPlaces, laid.folder, ...words]
    : words
  const { stdout, stderr, status } = spawnSync(program, rest, {
    encoding: 'utf8',
    env: { ...laid.env, HOME_OF_SSH: homedir() },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { stdout, stderr, status }
}

/** ssh makes nothing of it. */
export class Refused extends Error {}

/** What `ssh -G` prints, by its keywords. */
export const printed = (each: Case, laid: Laid): ReadonlyMap<string, string> => {
  const { stdout, stderr, status } = ssh(each, laid, '-G')
  if (status !== 0) throw new Refused(stderr)
  return new Map(
    stdout.split('\n').map((line) => {
      const [keyword = '', ...value] = line.split(' ')
      return [keyword, value.join(' ')]
    }),
  )
}

/** What an attempt to connect uses, of what `ssh -G` prints unexpanded. */
export interface Used {
  readonly identityFiles: readonly string[]
  readonly certificateFiles: readonly string[]
  readonly proxyCommand: string | undefined
}

/** Tries to connect, by a ProxyCommand that ends at once. */
export const used = (each: Case, laid: Laid, hasProxyCommand: boolean): Used => {
  const proxy = hasProxyCommand ? [] : ['-o', 'ProxyCommand=false']
  const { stderr } = ssh(each, laid, '-v', ...proxy)
  if (!stderr.includes('Executing proxy command: ')) throw new Refused(stderr)
  // What it logs, it spells out.
  const all = (pattern: RegExp) =>
    [...stderr.matchAll(pattern)].map(([, text = '']) => text.replaceAll('\\\\', '\\'))
  const files = all(/identity file (.*) type -?\d+\r?$/gm)
  return {
    // Behind each stands the certificate that might lie beside it.
    identityFiles: files.filter((file, n) => file !== `${files[n - 1] ?? ''}-cert`),
    certificateFiles: all(/certificate file (.*) type -?\d+\r?$/gm),
    proxyCommand: hasProxyCommand ? all(/Executing proxy command: exec (.*?)\r?$/gm)[0] : undefined,
  }
}

/** All algorithms of a kind that this ssh knows. */
export const algorithms = (kind: string): readonly string[] =>
  spawnSync('ssh', ['-Q', kind], { encoding: 'utf8' }).stdout.trim().split('\n')
