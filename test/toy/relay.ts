import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Towards the host, or from it. */
export type Direction = 'in' | 'out'

/** Something that goes wrong on the way. */
export interface Fault {
  /** Which connection, counted from 1 since the start; absent: every one. */
  readonly connection?: number
  readonly direction: Direction
  /** Bytes that still pass, counted from the connection's begin. */
  readonly afterBytes: number
  /** `cut`: both ends are told. `stall`: nothing more passes in this direction, and nobody is told. */
  readonly then: 'cut' | 'stall'
}

interface Line {
  readonly number: number
  readonly client: Socket
  readonly host: Duplex
  readonly passed: Record<Direction, number>
}

/** The wire's worst days: a TCP listener on loopback whose bytes go to and from `answer()`. */
export interface Relay {
  readonly port: number
  /** Accepted since the start. */
  readonly connections: number
  /** Open now. */
  readonly open: number
  /** The most that were open at once. */
  readonly peak: number
  /** Bytes that have passed on the n-th connection, counted from 1. */
  passed(connection: number, direction: Direction): number
  breakAt(fault: Fault): void
  /** Milliseconds by which every byte is late, each way. */
  delay(ms: number): void
  /** Forgets every fault; what is stalled stays stalled, what is cut stays cut. */
  heal(): void
  /** New connections are refused by the kernel; open ones go on. */
  refuse(): Promise<void>
  accept(): Promise<void>
  /** Cuts every open connection. */
  cut(): void
  close(): Promise<void>
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })

/** `answer` opens the host's end of one connection. */
export const startRelay = async (answer: () => Duplex): Promise<Relay> => {
  const lines: Line[] = []
  const open = new Set<Line>()
  let faults: readonly Fault[] = []
  let delayMs = 0
  let peak = 0

  const cutLine = (line: Line): void => {
    line.client.destroy()
    line.host.destroy()
    open.delete(line)
  }

  const pass = (line: Line, direction: Direction, from: Duplex, to: Duplex): void => {
    const forward = (bytes: Buffer): void => {
      const fault = faults.find(
        (each) => each.direction === direction && (each.connection ?? line.number) === line.number,
      )
      const room = (fault?.afterBytes ?? Infinity) - line.passed[direction]
      const some = bytes.subarray(0, Math.max(0, room))
      line.passed[direction] += some.length
      if (some.length > 0 && !to.destroyed && !to.write(some)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
      if (bytes.length >= room && fault !== undefined) {
        if (fault.then === 'cut') to.write('', () => cutLine(line))
        else from.pause()
      }
    }
    const late = (act: () => void): void => {
      if (delayMs === 0) act()
      else setTimeout(act, delayMs)
    }
    from.on('data', (bytes: Buffer) => late(() => forward(bytes)))
    from.on('end', () => late(() => to.destroyed || to.end()))
    from.on('error', () => cutLine(line))
    from.on('close', () => {
      if (from.errored) cutLine(line)
      if (line.client.destroyed && line.host.destroyed) open.delete(line)
    })
  }

  const onConnection = (client: Socket): void => {
    client.setNoDelay(true)
    const line: Line = {
      number: lines.length + 1,
      client,
      host: answer(),
      passed: { in: 0, out: 0 },
    }
    lines.push(line)
    open.add(line)
    peak = Math.max(peak, open.size)
    pass(line, 'in', client, line.host)
    pass(line, 'out', line.host, client)
    // A client that is gone takes its session with it, as a dropped TCP connection does.
    client.on('close', () => cutLine(line))
  }

  let server = createServer({ allowHalfOpen: true }, onConnection)
  await listen(server, 0)
  const { port } = server.address() as AddressInfo
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      // The callback waits for open connections; the port is free at once.
      server.close()
      setImmediate(resolve)
    })

  return {
    port,
    get connections() {
      return lines.length
    },
    get open() {
      return open.size
    },
    get peak() {
      return peak
    },
    passed: (connection, direction) => lines[connection - 1]?.passed[direction] ?? 0,
    breakAt: (fault) => {
      faults = [...faults, fault]
    },
    delay: (ms) => {
      delayMs = ms
    },
    heal: () => {
      faults = []
      delayMs = 0
    },
    refuse: stop,
    accept: async () => {
      server = createServer({ allowHalfOpen: true }, onConnection)
      await listen(server, port)
    },
    cut: () => {
      for (const line of [...open]) cutLine(line)
    },
    close: async () => {
      for (const line of [...open]) cutLine(line)
      await stop()
    },
  }
}
