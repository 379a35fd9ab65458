import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

const said = (command: string, ...words: readonly string[]): string => {
  const { stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' })
  return `${stdout}${stderr}`.trim()
}

const versionOf = (path: string): string => {
  const text = readFileSync(new URL(path, import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

const debian = (name: string): string => said('dpkg-query', '-W', '-f', '${Version}', name)

/** The machine and the versions, as the page tells them. */
export const about = (): Readonly<Record<string, string>> => ({
  Measured: new Date().toISOString().slice(0, 10),
  Processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores`,
  Memory: `${String(Math.round(totalmem() / 2 ** 30))} GB`,
  Kernel: `Linux ${release()}`,
  'Node.js': process.version,
  lbprov: `${versionOf('../../package.json')}, commit ${said('git', 'rev-parse', '--short', 'HEAD')}`,
  ssh2: versionOf('../../node_modules/ssh2/package.json'),
  OpenSSH: debian('openssh-client'),
  'ansible-core': debian('ansible-core'),
  'ansible-mitogen': debian('ansible-mitogen'),
})
