import { expect, it } from 'vitest'

import { ReachError } from '../../src/errors.ts'
import { again, timing } from '../../src/ssh/again.ts'
import { makeGate } from '../../src/ssh/gate.ts'

const busy = (server = 'a:22'): ReachError =>
  new ReachError('lb1', 'connect', 'no', { busy: server })

/** What happens, and how long is waited in between. */
const watched = (fails: readonly (Error | undefined)[], random: number) => {
  const story: (string | number)[] = []
  let attempt = 0
  const work = (): Promise<string> => {
    const error = fails[attempt]
    attempt += 1
    story.push(error === undefined ? 'in' : 'out')
    return error === undefined ? Promise.resolve('in') : Promise.reject(error)
  }
  const pause = (ms: number): Promise<void> => {
    story.push(ms)
    return Promise.resolve()
  }
  const done = again(work, (server) => story.push(server), {
    ...timing,
    pause,
    random: () => random,
  })
  return { story, done }
}

it('a server that hung up before it spoke is tried three times more, some hundred ms apart', async () => {
  const { story, done } = watched([busy(), busy(), undefined], 0.5)
  expect(await done).toBe('in')
  expect(story).toEqual(['out', 'a:22', 500, 'out', 'a:22', 500, 'in'])
  const never = watched([busy(), busy(), busy(), busy(), undefined], 0)
  await expect(never.done).rejects.toThrow('no')
  expect(never.story.filter((each) => each === 200)).toHaveLength(3)
  expect(never.story.at(-1)).toBe('a:22')
})

it.each([
  ['a login that was refused', new ReachError('lb1', 'login', 'no')],
  ['a bug', new TypeError('no')],
])('%s is not tried again', async (_, error) => {
  const { story, done } = watched([error, undefined], 0.5)
  await expect(done).rejects.toBe(error)
  expect(story).toEqual(['out'])
})

it('lets half as many in each time, and one at least', async () => {
  const gate = makeGate(8)
  const width = async (): Promise<number> => {
    let inside = 0
    const leave: (() => void)[] = []
    const all = Array.from({ length: 10 }, () =>
      gate(async () => {
        inside += 1
        await new Promise<void>((go) => leave.push(go))
      }),
    )
    await new Promise((turn) => setImmediate(turn))
    const most = inside
    const done = Promise.all(all)
    for (let open = true; open;) {
      leave.splice(0).forEach((go) => go())
      await new Promise((turn) => setImmediate(turn))
      open = leave.length > 0
    }
    await done
    return most
  }
  const widths: number[] = []
  for (let n = 0; n < 5; n += 1) {
    widths.push(await width())
    gate.narrow()
  }
  expect(widths).toEqual([8, 4, 2, 1, 1])
})
