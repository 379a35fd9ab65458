import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import { LabError } from './command.ts'
import { on } from './controller.ts'
import type { Lab } from './lab.ts'
import { clients } from './topology.ts'

/** What a slow server sends in a second. */
const bytesPerSecond = 64 * 1024

/**
 * Makes these servers send slowly from now on. It is they who must be slow: to a client that only reads slowly the
 * kernels would have handed over everything at once.
 */
export const slowServers = async (lab: Lab, names: readonly string[]): Promise<void> => {
  const line = `limit_rate ${String(bytesPerSecond)};`
  await Promise.all(
    names.map((name) =>
      on(lab, name, `echo '${line}' > /etc/nginx/conf.d/lab-slow.conf && systemctl restart nginx`),
    ),
  )
}

/** How a download ended. */
export interface DownloadEnd {
  /** The real server that it came from. */
  readonly server: string
  readonly bytes: number
  readonly completed: boolean
  /** curl's own words; undefined: none. */
  readonly error: string | undefined
  /** Milliseconds since 1970. */
  readonly ended: number
}

/** A download that goes on. */
export interface Download {
  readonly server: string
  readonly isOver: () => boolean
  readonly end: Promise<DownloadEnd>
  /** Gives it up. */
  readonly stop: () => void
}

interface DownloadOptions {
  /** About how long it takes, from a slow server: 1 to 1000. */
  readonly seconds: number
  /** One of the controller's own addresses. */
  readonly from?: string
}

/**
 * Fetches a part of `/big` from where `url` (`http://203.0.113.10`) leads; it goes on when its server is known. `/` is
 * asked before it over the same connection, so who answers that is who sends.
 */
const download = (lab: Lab, url: string, options: DownloadOptions): Promise<Download> => {
  const { seconds, from = clients[4][0] } = options
  const size = seconds * bytesPerSecond
  const [program = '', ...words] = lab.inside([
    'curl',
    ...['--disable', '--no-buffer', '--silent', '--show-error', '--fail', '--globoff'],
    ...['--connect-timeout', '3', '--interface', from, `${url}/`],
    ...['--next', '--silent', '--show-error', '--fail', '--globoff', '--interface', from],
    // Who gets nothing at all any more does not wait for ever.
    ...['--speed-time', '15', '--speed-limit', '1000', '--output', '/dev/null'],
    ...['--range', `0-${String(size - 1)}`],
    ...['--write-out', '%{num_connects} %{size_download}\\n', `${url}/big`],
  ])
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  let error = ''
  let over = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text))
  return new Promise((resolve, reject) => {
    const end = new Promise<DownloadEnd>((ended, failed) => {
      child.on('close', (code) => {
        over = true
        const [server = '', told = ''] = lines
        const [connects, bytes = '0'] = told.split(' ')
        if (server === '') reject(new LabError(`no download from ${url}: ${error.trim()}`))
        else if (connects !== '0' && code === 0) {
          failed(new LabError(`${url}/big came over a connection of its own`))
        }
        ended({
          server,
          bytes: Number(bytes),
          completed: code === 0 && Number(bytes) === size,
          error: error === '' ? undefined : error.trim(),
          ended: Date.now(),
        })
      })
    })
    // Whoever waits for the end hears of it; nobody has to.
    end.catch(() => undefined)
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (lines.length > 1) return
      resolve({ server: line, isOver: () => over, end, stop: () => child.kill() })
    })
  })
}

/** One download from each of these servers, at least; those that came from one that has its own already go on too. */
export const downloadsFromEach = async (
  lab: Lab,
  url: string,
  servers: readonly string[],
  options: DownloadOptions,
): Promise<readonly Download[]> => {
  const all: Download[] = []
  const missing = (): boolean =>
    servers.some((server) => all.every((each) => each.server !== server))
  while (missing()) {
    // By connections, an idle server may get many before a busy one gets its next.
    if (all.length === 60) throw new LabError(`not all of ${servers.join(', ')} send from ${url}`)
    all.push(await download(lab, url, options))
  }
  return all
}
