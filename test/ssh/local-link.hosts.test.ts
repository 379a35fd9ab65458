import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

import { sh } from '../../src/sh/sh.ts'
import { makeBecomePasswords } from '../../src/ssh/become-passwords.ts'
import { openLocalLink } from '../../src/ssh/local-link.ts'
import type { Reach } from '../../src/ssh/reach.ts'
import { openWire } from '../../src/ssh/wire.ts'
import { hopTo, reachOf } from './reach-of.ts'
import { failure, folder } from './scene.ts'
import { local } from './wires/wires.ts'

const reach = reachOf(local)

/** A program of its own, by its first words. */
const program = async (wish: Reach, command: string, uid = 0) => {
  const path = fileURLToPath(new URL('here.ts', import.meta.url))
  const words = ['--import', 'tsx', path, JSON.stringify(wish), command]
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    uid,
    gid: uid,
  })
  const [bytes] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, said: bytes.toString() }
}

it('is who runs lbprov, in a session of its own', async () => {
  const link = await openLocalLink(hopTo(reach))
  const wire = openWire(link, makeBecomePasswords(undefined))
  const run = sh`id -un; ps -o sid= -p $$; pwd; env`
  const [answer] = await wire.trip([{ run }], 20_000)
  const [who, session, place] = answer?.out.split('\n') ?? []
  expect([who, place]).toEqual(['root', '/'])
  const own = sh`ps -o sid= -p ${process.pid}`
  const [mine] = await wire.trip([{ run: own }], 20_000)
  expect(session?.trim()).not.toBe(mine?.out.trim())
  expect(answer?.out).not.toMatch(/VITEST|NODE/)
  wire.close()
})

it('needs nobody to become root', async () => {
  const become = { method: 'sudo', user: 'root', password: undefined } as const
  const link = await openLocalLink(hopTo({ ...reach, user: 'ops', become }))
  const wire = openWire(link, makeBecomePasswords(undefined))
  const [answer] = await wire.trip([{ run: sh`cat /proc/$PPID/cmdline; id -un` }], 20_000)
  expect(answer?.out).toMatch(/root\n$/)
  expect(answer?.out).not.toContain('sudo')
  wire.close()
})

it('is not somebody else', async () => {
  const { said } = await program(reach, 'id', 65534)
  expect(said).toMatchInlineSnapshot(`
    "login: lb1 (this machine) is to be set up by root, and nobody runs lbprov. Run it as root, or get root's rights with ssh.become: true.
    "
  `)
})

it('says what happened to it in its own words', async () => {
  const link = await openLocalLink(hopTo(reach))
  const wire = openWire(link, makeBecomePasswords(undefined))
  expect(await failure(wire.trip([{ run: sh`kill -9 $$` }], 20_000))).toMatchInlineSnapshot(
    `"lost: lb1 (this machine) was lost: its shell ended in step 1 of 1 (kill -9 $$). What was running may have run or not; the next run asks the host anew before it changes anything."`,
  )
})

it('lets what runs come to its end, when it is closed and when lbprov is killed', async () => {
  const place = folder()
  const done = join(place, 'done')
  const ended = join(place, 'ended')
  const command = `echo begun; cat; : >'${done}'`
  const { child } = await program(reach, command)
  child.kill('SIGKILL')
  const link = await openLocalLink(hopTo(reach))
  const channel = await link.run(`cat; : >'${ended}'`)
  channel.listen({ data: () => undefined, end: () => undefined })
  link.close()
  while (!existsSync(done) || !existsSync(ended)) {
    await new Promise((resolve) => setImmediate(resolve))
  }
})
