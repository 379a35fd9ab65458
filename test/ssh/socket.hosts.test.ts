import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, it } from 'vitest'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbprov-socket-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A process that connects to itself and writes three pieces in a row; what it heard, and what it asked of the kernel. */
const traced = (): { readonly heard: string; readonly calls: string } => {
  const file = join(folder, 'calls')
  const script = `
    import { createServer } from 'node:net'
    import { tcp } from '${join(import.meta.dirname, '../../src/ssh/socket.ts')}'
    let heard = ''
    const server = createServer((socket) => {
      socket.on('data', (bytes) => (heard += bytes))
      socket.on('end', () => { server.close(); process.stdout.write(heard) })
    })
    server.listen(0, '127.0.0.1', () => {
      const ssh = { host: '127.0.0.1', port: server.address().port, addressFamily: 'any', connectTimeout: 5 }
      const socket = tcp({ ssh })
      socket.on('connect', () => {
        for (const piece of ['one ', 'two ', 'three']) socket.write(piece)
        socket.end()
      })
    })`
  const words = ['-f', '-qq', '-e', 'trace=setsockopt,write,writev', '-o', file]
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync('strace', [...words, ...node], { encoding: 'utf8' })
  if (stderr !== '') throw new Error(stderr)
  return { heard: stdout, calls: readFileSync(file, 'utf8') }
}

it('sends at once what is written, and together what is written together', () => {
  const { heard, calls } = traced()
  expect(heard).toBe('one two three')
  // Or each round trip of a login would wait for an acknowledgement that the other end delays by 40 ms.
  expect(calls).toMatch(/setsockopt\(\d+, SOL_TCP, TCP_NODELAY, \[1\], 4\) = 0/)
  const sent = calls.split('\n').filter((line) => line.includes('"one "'))
  expect(sent).toEqual([
    expect.stringMatching(/writev\(\d+, \[.*"one ".*"two ".*"three".*\], 3\) = 13/),
  ])
})
