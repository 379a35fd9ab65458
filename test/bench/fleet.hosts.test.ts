import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

import { expect, it } from 'vitest'

const enter = (...words: readonly string[]) =>
  spawn('sh', ['test/bench/enter.sh', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })

/** Undefined: the process is gone, or has made no process in its new namespace yet. */
const linkOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Processes of this machine that live in a namespace. */
const livingIn = (namespace: string): readonly string[] =>
  readdirSync('/proc').filter((pid) => linkOf(`/proc/${pid}/ns/pid`) === namespace)

/** The namespace that the bench is about to live in. */
const namespaceOf = async (pid: number | undefined): Promise<string> => {
  for (;;) {
    const namespace = linkOf(`/proc/${String(pid)}/ns/pid_for_children`)
    if (namespace !== undefined && namespace !== linkOf('/proc/self/ns/pid')) return namespace
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

it('applies to a fleet, finds nothing to do, does the same by the floor, and leaves nothing', async () => {
  const mounts = readFileSync('/proc/mounts', 'utf8')
  const bench = enter(
    ...['--hosts', '3', '--rtt', '0', '--work', 'first,nothing', '--with', 'lbprov,floor'],
    ...['--runs', '0', '--no-save'],
  )
  let said = ''
  for (const stream of [bench.stdout, bench.stderr]) {
    stream.on('data', (bytes: Buffer) => (said += bytes.toString()))
  }
  const namespace = await namespaceOf(bench.pid)
  const [exit] = (await once(bench, 'close')) as [number]
  expect(said).toContain('nat, first, 3 hosts, 0 ms: lbprov, floor ..\n')
  expect(said).toContain('nat, nothing, 3 hosts, 0 ms: lbprov, floor ..\n')
  expect(exit).toBe(0)
  expect(livingIn(namespace)).toEqual([])
  expect(readFileSync('/proc/mounts', 'utf8')).toBe(mounts)
})

it('leaves nothing when it is killed', async () => {
  const bench = enter('--hosts', '3', '--work', 'nothing', '--with', 'lbprov', '--no-save')
  const namespace = await namespaceOf(bench.pid)
  await once(bench.stdout, 'data')
  expect(livingIn(namespace)).not.toEqual([])
  bench.kill('SIGKILL')
  await once(bench, 'close')
  while (livingIn(namespace).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
})
