import { spawnSync } from 'node:child_process'

/** Three shells of three families; each reads its script from stdin, as on a host. */
export const shells = [
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
] as const

export type Shell = (typeof shells)[number][1]

/** What a shell says to a script. */
export const feed = (shell: Shell, script: string) => {
  const [command, ...args] = shell
  const { status, stdout, stderr } = spawnSync(command, args, { input: script })
  return { exit: status, out: stdout.toString('utf8'), err: stderr.toString('utf8') }
}
