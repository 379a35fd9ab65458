import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'

import type { Measured } from './cell.ts'

/** A whole process, as it is started. */
export interface Command {
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** It leaves processes behind that are its own: they end with it, and count. */
  readonly leaves?: boolean
  /** What is wrong with what it said; undefined: nothing. */
  readonly objection?: (said: string) => string | undefined
}

const saidFile = '/mnt/tmp/said'
const peakFile = '/mnt/tmp/peak'

/** bash knows milliseconds where time(1) cuts off the hundredths, of user and of system each; time(1) knows the peak. */
const measuring = `TIMEFORMAT='%3U %3S'
{ time /usr/bin/time -q -o ${peakFile} -f %M -- "$@" 2>&4 3>&- 4>&-; } 4>&2 2>&3`

/** Nothing of the operator's own comes in, so that all have the same. */
const baseEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/mnt/home',
  TMPDIR: '/mnt/tmp',
  LANG: 'C.UTF-8',
  VRRP_PASS: 'passw123',
}

/**
 * Runs it once, and measures it from outside.
 * @throws Error when it fails, or says what it should not
 */
export const measure = async ({ argv, env, leaves, objection }: Command): Promise<Measured> => {
  const said = openSync(saidFile, 'w')
  const own = leaves === true ? ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'] : []
  const begun = performance.now()
  const child = spawn('bash', ['-c', measuring, 'bash', ...own, ...argv], {
    stdio: ['ignore', said, said, 'pipe'],
    env: { ...baseEnv, ...env },
  })
  let cpu = ''
  child.stdio[3]?.on('data', (bytes: Buffer) => (cpu += bytes.toString()))
  const [exit] = (await once(child, 'close')) as [number | null]
  const wallMs = performance.now() - begun
  closeSync(said)
  const text = readFileSync(saidFile, 'utf8')
  const wrong = exit === 0 ? objection?.(text) : `exit ${String(exit)}`
  if (wrong !== undefined) {
    throw new Error(`${argv.join(' ').slice(0, 300)}: ${wrong}\n${text.slice(-3000)}`)
  }
  const [user = NaN, system = NaN] = cpu.trim().split(' ').map(Number)
  const peakKb = Number(readFileSync(peakFile, 'utf8'))
  return { wallMs, cpuMs: (user + system) * 1000, peakMb: peakKb / 1024 }
}
