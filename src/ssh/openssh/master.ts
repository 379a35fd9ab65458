import { spawn } from 'node:child_process'

import { byLine, makeLast } from '../last-text.ts'
import { keeperScript } from './keeper.ts'

/** What is told of the connection. */
export interface MasterListener {
  /** Who logs in is logged in, and the control socket is there. */
  readonly up: () => void
  /** ssh has ended by itself. */
  readonly ended: () => void
  /** askpass has put a question, of that number. */
  readonly question: (number: string) => void
}

/** The ssh that has the connection. */
export interface Master {
  /** The last that it said on stderr. */
  readonly said: () => string
  /** Ends it and all that it started, and removes the folder. */
  readonly end: () => void
}

export interface MasterOptions {
  readonly folder: string
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** What a line of askpass begins with. */
  readonly nonce: string
}

const mostSaid = 65_536

export const startMaster = (options: MasterOptions, hears: MasterListener): Promise<Master> =>
  new Promise((resolve, reject) => {
    const { folder, words, env, nonce } = options
    const keeper = spawn('/bin/sh', ['-c', keeperScript, 'lbprov', folder, 'ssh', ...words], {
      env,
      cwd: '/',
      detached: true,
      stdio: 'pipe',
    })
    keeper.once('error', reject)
    // Nothing was started; where it was for want of descriptors, there are no streams either.
    if (keeper.pid === undefined) return
    const { stdin, stdout, stderr } = keeper
    for (const stream of [stdin, stdout, stderr]) stream.on('error', () => undefined)
    const said = makeLast(mostSaid)
    let over = false
    const end = (): void => {
      over = true
      for (const stream of [stdin, stdout, stderr]) stream.destroy()
      keeper.unref()
    }
    const hasEnded = (): void => {
      if (over) return
      over = true
      hears.ended()
    }
    stdout.on(
      'data',
      byLine(mostSaid, (line) => {
        if (line === 'up') hears.up()
        // What it said last may come behind it.
        else if (line.startsWith('ended ')) setImmediate(hasEnded)
      }),
    )
    stderr.on(
      'data',
      byLine(mostSaid, (line) => {
        const number = line.startsWith(`${nonce} `) ? line.slice(nonce.length + 1) : undefined
        if (number === undefined) said.add(`${line}\n`)
        else if (/^\d+$/.test(number)) hears.question(number)
      }),
    )
    keeper.once('exit', hasEnded)
    keeper.once('spawn', () => resolve({ said: said.text, end }))
  })
