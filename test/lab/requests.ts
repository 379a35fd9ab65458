import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import type { Lab } from './lab.ts'

/** One request to the cluster, from the client's side of the lab. */
export interface Request {
  /** When it was sent and when it ended, in milliseconds since 1970. */
  readonly sent: number
  readonly ended: number
  /** Who answered; undefined: nobody, or not in time. */
  readonly server: string | undefined
  readonly error: string | undefined
}

/** Requests that go on until they are stopped, each over a new connection. */
export interface Stream {
  readonly requests: readonly Request[]
  /** The first request that fits, of those that were sent from now on. */
  readonly next: (fits: (request: Request) => boolean) => Promise<Request>
  readonly stop: () => Promise<readonly Request[]>
}

const client = fileURLToPath(new URL('client.ts', import.meta.url))

/** Sends a request to `url` every `everyMs`, whether the one before has been answered or not. */
export const stream = (lab: Lab, url: string, everyMs: number): Stream => {
  const [program = '', ...words] = lab.inside([
    process.execPath,
    ...['--import', 'tsx', client, url, String(everyMs)],
  ])
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const requests: Request[] = []
  const waiting = new Set<(request: Request) => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const request = JSON.parse(line) as Request
    requests.push(request)
    for (const tell of waiting) tell(request)
  })
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      resolve()
    })
  })
  return {
    requests,
    next: (fits) =>
      new Promise((resolve) => {
        const since = Date.now()
        const tell = (request: Request): void => {
          if (request.sent < since || !fits(request)) return
          waiting.delete(tell)
          resolve(request)
        }
        waiting.add(tell)
      }),
    stop: async () => {
      child.stdin.end()
      await ended
      return requests
    },
  }
}

/** `count` requests, one after the other: who answered how often. */
export const tally = async (
  lab: Lab,
  url: string,
  count: number,
): Promise<Readonly<Record<string, number>>> => {
  const servers: Record<string, number> = {}
  const urls = Array.from({ length: count }, () => url)
  const { stdout } = await lab.inNamespace([
    'curl',
    '-s',
    '--max-time',
    '5',
    '--no-keepalive',
    '-H',
    'Connection: close',
    ...urls,
  ])
  for (const name of stdout.trim().split('\n')) servers[name] = (servers[name] ?? 0) + 1
  return servers
}
