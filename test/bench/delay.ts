import { createServer, Socket } from 'node:net'

/*
 * The way to far hosts, as a process of its own: `delay.ts PORT RTT`. Whoever connects to an address and PORT reaches port
 * 22 of the same address, RTT milliseconds away. A true connection is open for its client after one round trip, and for
 * its server half a round trip later; here the kernel says at once that it is open, so what the client says too early
 * is held back as if it had waited.
 */
const [port = 0, rtt = 0] = process.argv.slice(2).map(Number)
const half = rtt / 2

interface Late {
  readonly due: number
  readonly act: () => void
}

/** Acts in order, each half a round trip after it was given, and none before `openAt`. */
const makeLine = (openAt: number): ((act: () => void) => void) => {
  const waiting: Late[] = []
  let first = 0
  const wait = (due: number): void => {
    setTimeout(deliver, Math.max(0, due - performance.now()))
  }
  const deliver = (): void => {
    const now = performance.now()
    for (;;) {
      const late = waiting[first]
      if (late === undefined) {
        waiting.length = first = 0
        return
      }
      // Timers count whole milliseconds.
      if (late.due > now + 0.5) {
        wait(late.due)
        return
      }
      first += 1
      late.act()
    }
  }
  return (act) => {
    const due = Math.max(performance.now(), openAt) + half
    waiting.push({ due, act })
    if (waiting.length - first === 1) wait(due)
  }
}

const pass = (from: Socket, to: Socket, late: (act: () => void) => void): void => {
  from.on('data', (bytes) => late(() => to.destroyed || to.write(bytes)))
  from.on('end', () => late(() => to.destroyed || to.end()))
  from.on('error', () => late(() => to.destroy()))
  from.on('close', () => late(() => to.destroy()))
}

createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  const opened = performance.now()
  const host = new Socket({ allowHalfOpen: true })
  const inwards = makeLine(opened + rtt)
  inwards(() => {
    if (client.localAddress === undefined) return
    host.connect({ host: client.localAddress, port: 22, noDelay: true })
  })
  pass(client, host, inwards)
  pass(host, client, makeLine(0))
}).listen({ port, host: '0.0.0.0', backlog: 4096 }, () => process.stdout.write('ready\n'))
