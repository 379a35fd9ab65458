import { connect, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import type { Transport } from '../../src/inventory/cluster.ts'
import { sh } from '../../src/sh/sh.ts'
import { timing } from '../../src/ssh/again.ts'
import { makeDial } from '../../src/ssh/dial.ts'
import { failure, folder, nowhere, toy } from './scene.ts'
import { listenAt } from './there/there.ts'

/** A port of this machine that nobody listens at. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const target = await toy({ name: 'rs' })
const jump = await toy({ name: 'jump', sharesNetwork: true })
const port = await freePort()
// Two at the door; whoever comes as the third is shown it.
listenAt(jump, `127.0.0.1:${String(port)}`, 'MaxStartups=2:100:3')
const known = join(folder(), 'known_hosts')
writeFileSync(known, `[127.0.0.1]:${String(port)} ${jump.hostKeys[0] ?? ''}\n`)
const near = { ...jump.ssh, port, userKnownHostsFiles: [known] }

describe('a jump host that drops logins (MaxStartups 2:100:3)', () => {
  it.each<Transport>(['ssh2', 'openssh'])('lets all of 13 through, by %s', async (transport) => {
    const wish = { ...target.ssh, transport, proxyJump: [near], connectTimeout: 60 }
    const pauses: number[] = []
    const pause = (ms: number): Promise<unknown> => {
      pauses.push(ms)
      return timing.pause(ms)
    }
    const dial = makeDial(() => wish, undefined, nowhere, { ...timing, pause })
    const names = Array.from({ length: 13 }, (_, n) => `rs${String(n + 1)}`)
    const users = await Promise.all(
      names.map(async (name) => {
        const wire = await dial(name)
        const [answer] = await wire.trip([{ run: sh`id -un` }], 120_000)
        wire.close()
        return answer?.out
      }),
    )
    expect(users).toEqual(names.map(() => 'root\n'))
    // Some were dropped, or this shows nothing.
    expect(pauses.length).toBeGreaterThan(0)
  })

  it.each<Transport>(['ssh2', 'openssh'])(
    'is named when it goes on dropping, by %s',
    async (transport) => {
      const full = await freePort()
      listenAt(jump, `127.0.0.1:${String(full)}`, 'MaxStartups=1:100:1')
      // Who has connected and says nothing takes the one place.
      const idle = connect(full, '127.0.0.1')
      await once(idle, 'data')
      const wish = { ...near, transport, port: full, proxyJump: [] }
      const pauses: number[] = []
      const pause = (ms: number): Promise<void> => Promise.resolve(void pauses.push(ms))
      const dial = makeDial(() => wish, undefined, nowhere, { ...timing, pause })
      expect(await failure(dial('lb1'))).toBe(
        'connect: lb1 (127.0.0.1 port PORT) closes connections before it speaks SSH: too many logins at once (MaxStartups in its sshd_config; --forks 1 makes one at a time), or the port is not for SSH.',
      )
      expect(pauses).toHaveLength(3)
      idle.destroy()
    },
  )
})
