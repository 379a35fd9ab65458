import { spawnSync } from 'node:child_process'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { anotherMachine } from '../../src/cli/this-machine.ts'
import type { Answer } from '../../src/sh/answer.ts'
import { toyHost, type Toy } from '../toy/toy.ts'

let toy: Toy
beforeAll(async () => {
  toy = await toyHost({ name: 'rs9' })
})
afterAll(() => toy.close())

const question = anotherMachine.probe.identity?.text ?? ''

const here = (): Answer => {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', question], { encoding: 'utf8' })
  return { exit: status ?? 255, out: stdout, err: stderr }
}

it('a host that is only remembered is not this very machine', () => {
  expect(() => anotherMachine.judge({ identity: here() })).toThrow('is this very machine')
})

it('though another machine may have the same kernel', () => {
  expect(anotherMachine.judge({ identity: toy.run(['sh', '-c', question]) })).toEqual([])
})
