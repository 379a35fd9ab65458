import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import type { Lab } from './lab.ts'
import { listening } from './listening.ts'

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

/** The client's side of a request. */
export interface ClientOptions {
  /** One of the controller's own addresses, of the URL's family: see `clients`. */
  readonly from?: string
}

/** Sends a request to `url` every `everyMs`, whether the one before has been answered or not. */
export const stream = (
  lab: Lab,
  url: string,
  everyMs: number,
  { from }: ClientOptions = {},
): Stream => {
  const [program = '', ...words] = lab.inside([
    process.execPath,
    ...['--import', 'tsx', client, url, String(everyMs)],
    ...(from === undefined ? [] : [from]),
  ])
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const heard = listening<Request>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    heard.hear(JSON.parse(line) as Request)
  })
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      resolve()
    })
  })
  return {
    requests: heard.items,
    next: (fits) => {
      const since = Date.now()
      return heard.next((request) => request.sent >= since && fits(request))
    },
    stop: async () => {
      child.stdin.end()
      await ended
      return heard.items
    },
  }
}

/** How often each of these answered. */
export const counted = (names: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/**
 * `count` requests, one after the other, each over a connection of its own: who answered how often; a request that
 * failed counts under curl's own words.
 */
export const tally = async (
  lab: Lab,
  url: string,
  count: number,
  { from }: ClientOptions = {},
): Promise<Readonly<Record<string, number>>> => {
  const urls = Array.from({ length: count }, () => url)
  const { stdout, stderr } = await lab.inNamespace([
    ...['curl', '--silent', '--show-error', '--globoff', '--max-time', '5', '--no-keepalive'],
    ...['-H', 'Connection: close'],
    ...(from === undefined ? [] : ['--interface', from]),
    ...urls,
  ])
  return counted(`${stdout}${stderr}`.split('\n').filter((line) => line !== ''))
}
