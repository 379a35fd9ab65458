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

/** A process that connects to itself; what it heard, and what it asked of the kernel. */
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
        socket.end('said')
      })
    })`
  const words = ['-f', '-qq', '-e', 'trace=setsockopt', '-o', file]
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync('strace', [...words, ...node], { encoding: 'utf8' })
  if (stderr !== '') throw new Error(stderr)
  return { heard: stdout, calls: readFileSync(file, 'utf8') }
}

it('sends at once what is written', () => {
  const { heard, calls } = traced()
  expect(heard).toBe('said')
  // Or each round trip of a login would wait for an acknowledgement that the other end delays by 40 ms.
  expect(calls).toMatch(/setsockopt\(\d+, SOL_TCP, TCP_NODELAY, \[1\], 4\) = 0/)
})
