import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { printable } from '../../src/printable.ts'
import { targets } from './targets.ts'
import type { Found, Order } from './worker.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    target: { type: 'string' },
    number: { type: 'string' },
  },
})
const seed = Number(values.seed)
const until = Date.now() + Number(values.minutes) * 60_000
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target)

const script = fileURLToPath(new URL('./worker.ts', import.meta.url))
const start = (): ChildProcess =>
  fork(script, { execArgv: ['--import', 'tsx', '--max-old-space-size=400'], stdio: 'inherit' })

let worker = start()

/** What the worker found; undefined: it hung, or died of hunger, and another has its place. */
const done = async (order: Order, seconds: number): Promise<readonly Found[] | undefined> => {
  const child = worker
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  const found = await new Promise<readonly Found[] | undefined>((settle) => {
    const ended = (): void => settle(undefined)
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      settle(message as readonly Found[])
    })
    child.send(order)
  })
  clearTimeout(timer)
  if (found === undefined) worker = start()
  return found
}

const known = new Map<string, number>()

const tell = (target: string, { number, fault, text }: Found): void => {
  const key = `${target}: ${fault}`
  known.set(key, (known.get(key) ?? 0) + 1)
  if (known.get(key) !== 1) return
  const again = `node --import tsx test/fuzz/fuzz.ts --seed ${String(seed)} --target ${target} --number ${String(number)}`
  console.log(
    `FOUND ${printable(key)}\n  ${JSON.stringify(text).slice(0, 1500)}\n  again: ${again}`,
  )
}

const BATCH = 40

const round = async (target: string, from: number): Promise<void> => {
  const order = { target, seed, from, to: from + BATCH }
  const found = await done(order, 120)
  if (found === undefined) {
    for (let number = from; number < from + BATCH; number += 1) {
      const one = await done({ target, seed, from: number, to: number + 1 }, 20)
      if (one === undefined)
        tell(target, { number, fault: 'hangs, or wants more than 400 MB', text: '' })
    }
    return
  }
  for (const each of found) {
    if (known.has(`${target}: ${each.fault}`)) {
      tell(target, each)
      continue
    }
    const { number } = each
    const small = await done({ target, seed, from: number, to: number + 1, minimise: true }, 120)
    tell(target, small?.[0] ?? each)
  }
}

const counts = new Map(chosen.map(({ name }) => [name, 0]))
const line = (): string => [...counts].map(([name, n]) => `${name} ${String(n)}`).join(', ')

if (values.number !== undefined) {
  const from = Number(values.number)
  for (const { name } of chosen) {
    const order = { target: name, seed, from, to: from + 1, minimise: true }
    const found = await done(order, 120)
    if (found === undefined) tell(name, { number: from, fault: 'hangs, or wants more', text: '' })
    for (const each of found ?? []) tell(name, each)
  }
} else {
  console.log(`seed ${String(seed)}, ${values.minutes} minutes`)
  let said = Date.now()
  for (let from = 0; Date.now() < until; from += BATCH)
    for (const { name } of chosen) {
      if (Date.now() >= until) break
      await round(name, from)
      counts.set(name, (counts.get(name) ?? 0) + BATCH)
      if (Date.now() - said < 10_000) continue
      said = Date.now()
      console.log(`${line()}; found ${String(known.size)}`)
    }
  console.log(`${line()}; found ${String(known.size)}`)
}
worker.kill()
for (const [fault, times] of known) console.log(`${String(times)} times: ${printable(fault)}`)
process.exitCode = known.size > 0 ? 1 : 0
