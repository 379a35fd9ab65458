import { subscribe } from 'node:diagnostics_channel'
import { readSync, writeSync } from 'node:fs'

/*
 * Loaded ahead of lbprov (`--import`): tells every trip on descriptor 3, a line of JSON each. LBPROV_LAB_STOP names
 * one of them, `TRIP PHASE DEED`. DEED `kill`: this process dies there, by SIGKILL. `wait`: it stands still, whole,
 * until a byte comes back.
 */
const [at = '', phase = '', deed = ''] = (process.env.LBPROV_LAB_STOP ?? '').split(' ')

interface News {
  readonly host: string
  readonly n: number
  readonly phase: string
}

const standStill = (): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

let trips = 0
const numbers = new Map<string, number>()

subscribe('lbprov:trip', (message) => {
  const news = message as News
  const wireTrip = `${news.host} ${String(news.n)}`
  // A new connection to the same host counts its trips from 1 again.
  if (news.phase === 'sending') numbers.set(wireTrip, (trips += 1))
  const trip = numbers.get(wireTrip) ?? 0
  const stops = String(trip) === at && news.phase === phase
  const line = { trip, host: news.host, phase: news.phase, at: Date.now() }
  writeSync(3, `${JSON.stringify(stops ? { ...line, stops } : line)}\n`)
  if (!stops) return
  if (deed === 'wait') {
    readSync(3, new Uint8Array(1))
    return
  }
  process.kill(process.pid, 'SIGKILL')
  standStill()
})
