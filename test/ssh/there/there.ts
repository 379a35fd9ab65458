import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import type { Toy } from '../../toy/toy.ts'
import { folder } from '../endings.ts'

/**
 * Runs a command in the network of a toy, with a hosts(5) of its own and all other files the machine's: what it connects to
 * has other addresses than the machine's loopback, and names of DNS.
 */
export const runThere = async (
  toy: Toy,
  hosts: string,
  words: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<{ readonly out: string; readonly err: string; readonly exit: number | null }> => {
  const file = join(folder(), 'hosts')
  writeFileSync(file, `127.0.0.1 localhost\n${hosts}\n`)
  const child = spawn(
    'nsenter',
    [
      ...['-t', String(toy.pid), '-n', '--', 'unshare', '-m', 'sh', '-c'],
      ...['mount --bind "$0" /etc/hosts && exec "$@"', file, ...words],
    ],
    { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] },
  )
  child.stdin.end(input)
  const [out, err, exit] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((settle) => child.once('exit', settle)),
  ])
  return { out, err, exit }
}

/** sshd as a daemon of the toy's own, at one of its addresses. */
export const listenAt = (toy: Toy, address: string, ...options: readonly string[]): void => {
  const words = ['-o', `ListenAddress=${address}`, '-o', 'PidFile=none']
  const { exit, err } = toy.run([
    ...['/usr/sbin/sshd', '-f', '/etc/ssh/toy_config', '-E', '/var/log/sshd.log'],
    ...[...words, ...options.flatMap((option) => ['-o', option])],
  ])
  if (exit !== 0) throw new Error(`sshd does not start: ${err}${toy.sshdLog()}`)
}
