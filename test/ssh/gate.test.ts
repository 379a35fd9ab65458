import { expect, it } from 'vitest'

import { makeGate } from '../../src/ssh/gate.ts'

it('lets so many in at once, in their order, and a failure makes room', async () => {
  const gate = makeGate(2)
  const begun: number[] = []
  const end: (() => void)[] = []
  const work = [0, 1, 2, 3, 4].map((n) =>
    gate(async () => {
      begun.push(n)
      await new Promise<void>((resolve) => (end[n] = resolve))
      if (n === 0) throw new Error('no')
    }).catch(() => undefined),
  )
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  await turn()
  expect(begun).toEqual([0, 1])
  end[0]?.()
  await turn()
  expect(begun).toEqual([0, 1, 2])
  end[1]?.()
  end[2]?.()
  await turn()
  expect(begun).toEqual([0, 1, 2, 3, 4])
  end[3]?.()
  end[4]?.()
  await Promise.all(work)
})
