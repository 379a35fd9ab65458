import { describe, expect, it } from 'vitest'

import { sh } from '../../../src/sh/sh.ts'
import { toy } from '../scene.ts'
import { both, eachSays, fails, local, open, remotes, stageOf, until } from './wires.ts'

const hosts = await both({ name: 'lb1' })

describe.each(remotes)('$name', ({ transport, server }) => {
  const host = hosts[server]
  const wish = { ...host.ssh, transport }
  /** A wire that has been of use already. */
  const used = async () => {
    const wire = await open(wish)
    await wire.trip([{ run: sh`:` }], 60_000)
    return wire
  }

  it('is lost with the connection, wherever the answer stands', async () => {
    for (const after of [1, 40, 1000, 30_000, 200_000]) {
      const wire = await used()
      const connection = host.connections
      const afterBytes = host.passed(connection, 'out') + after
      host.breakAt({ connection, direction: 'out', afterBytes, then: 'cut' })
      const error = await fails(wire.trip([{ run: sh`seq 200000` }], 60_000))
      expect(error.stage).toBe('lost')
      expect(error.message).toMatch(/ may have run or not/)
      host.heal()
    }
  })

  it('says in which step it was lost', async () => {
    const wire = await used()
    const connection = host.connections
    const afterBytes = host.passed(connection, 'out') + 100_000
    host.breakAt({ connection, direction: 'out', afterBytes, then: 'cut' })
    const steps = [{ run: sh`echo one` }, { run: sh`echo two; seq 100000` }]
    const error = await fails(wire.trip(steps, 60_000))
    expect(error.message).toContain('in step 2 of 2 (echo two; seq 100000)')
    host.heal()
  })

  it('is lost when nothing comes back for too long', async () => {
    const wire = await used()
    const steps = [{ run: sh`echo begun` }, { run: sh`sleep 1000` }]
    const error = await fails(wire.trip(steps, 500))
    expect(error.stage).toBe('lost')
    expect(error.message).toContain('said nothing for 0.5 s and was given up')
    expect(await stageOf(wire.trip(steps, 500))).toBe('lost')
  })

  it('is lost when the way is dead and nobody is told', async () => {
    const wire = await used()
    const connection = host.connections
    const afterBytes = host.passed(connection, 'out')
    host.breakAt({ connection, direction: 'out', afterBytes, then: 'stall' })
    expect(await stageOf(wire.trip([{ run: sh`echo one` }], 500))).toBe('lost')
    host.heal()
  })

  it('is not lost when the host is slow and talks', async () => {
    const wire = await used()
    const slow = sh`for n in 1 2 3 4 5 6; do echo $n; sleep 0.4; done`
    const [answer] = await wire.trip([{ run: slow }], 2000)
    expect(answer?.out).toBe('1\n2\n3\n4\n5\n6\n')
    wire.close()
  })

  it('is lost with its shell', async () => {
    const wire = await used()
    const error = await fails(
      wire.trip([{ run: sh`echo before` }, { run: sh`kill -9 $$` }], 60_000),
    )
    expect(error.stage).toBe('lost')
    expect(error.message).toContain('in step 2 of 2 (kill -9 $$)')
  })

  it('is lost with the server', async () => {
    const wire = await used()
    const work = wire.trip([{ run: sh`echo begun; sleep 1000` }], 60_000)
    await until(() => host.run(['pgrep', '-x', 'sleep']).exit === 0)
    host.run(['pkill', '-9', '-x', server])
    expect(await stageOf(work)).toBe('lost')
    host.run(['pkill', '-9', '-x', 'sleep'])
  })

  it('ends when this side closes it, in the middle of a trip and for good', async () => {
    const wire = await used()
    const work = wire.trip([{ run: sh`sleep 1000` }], 60_000)
    const queued = wire.trip([{ run: sh`echo queued >/queued` }], 60_000)
    const ends = [fails(work), fails(queued)]
    await until(() => host.run(['pgrep', '-x', 'sleep']).exit === 0)
    wire.close()
    wire.close()
    const errors = await Promise.all(ends)
    expect(errors.map(({ stage }) => stage)).toEqual(['lost', 'lost'])
    expect(errors[0]?.message).toContain('this side closed the connection')
    expect(await stageOf(wire.trip([], 1000))).toBe('lost')
    await until(() => host.open === 0)
    expect(host.run(['test', '-e', '/queued']).exit).toBe(1)
  })

  it('runs nothing of a script that is cut', async () => {
    const steps = [{ run: sh`echo ran >/ran` }, { run: sh`: ${'x'.repeat(1_000_000)}` }]
    for (const after of [1, 500, 33_000, 999_000]) {
      const wire = await used()
      const connection = host.connections
      const afterBytes = host.passed(connection, 'in') + after
      host.breakAt({ connection, direction: 'in', afterBytes, then: 'cut' })
      expect(await stageOf(wire.trip(steps, 60_000))).toBe('lost')
      host.heal()
      await until(() => host.run(['pgrep', '-x', server]).exit !== 0)
      expect(host.run(['test', '-e', '/ran']).exit).toBe(1)
    }
  })
})

describe('local', () => {
  const shell = async () => {
    const wire = await open(local)
    await wire.trip([{ run: sh`:` }], 60_000)
    return wire
  }

  it('is lost when nothing comes for too long', async () => {
    const wire = await shell()
    const error = await fails(wire.trip([{ run: sh`echo begun; exec sleep 20` }], 300))
    expect(error.stage).toBe('lost')
    expect(error.message).toContain('said nothing for 0.3 s and was given up')
  })

  it('is lost with its shell', async () => {
    const wire = await shell()
    expect(await stageOf(wire.trip([{ run: sh`kill -9 $$` }], 60_000))).toBe('lost')
  })

  it('ends when it is closed', async () => {
    const wire = await shell()
    const work = wire.trip([{ run: sh`exec sleep 20` }], 60_000)
    await Promise.resolve()
    wire.close()
    const error = await fails(work)
    expect(error.message).toContain('this side closed the connection')
    expect(await stageOf(wire.trip([], 1000))).toBe('lost')
  })
})

describe('the sentence of', () => {
  it('a connection that is cut', async () => {
    const host = await toy()
    const cutInside = async (ssh: typeof host.ssh) => {
      const wire = await open(ssh)
      await wire.trip([{ run: sh`:` }], 60_000)
      const work = wire.trip([{ run: sh`sleep 1000` }], 60_000)
      await until(() => host.run(['pgrep', '-x', 'sleep']).exit === 0)
      host.cut()
      await until(() => host.run(['pgrep', '-x', 'sshd']).exit !== 0)
      host.run(['pkill', '-x', 'sleep'])
      return work
    }
    expect(await eachSays(host.ssh, cutInside)).toMatchInlineSnapshot(`
      "ssh2:    lost: lb1 (127.0.0.1 port PORT) was lost. What was running may have run or not; the next run asks the host anew before it changes anything.
      openssh: lost: lb1 (127.0.0.1 port PORT) was lost (Connection to 127.0.0.1 closed by remote host.). What was running may have run or not; the next run asks the host anew before it changes anything."
    `)
  })
})
