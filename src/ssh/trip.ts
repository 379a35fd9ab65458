import { randomBytes } from 'node:crypto'

import type { Answer } from '../sh/answer.ts'
import { endMark, pack, stepsEnded, unpack, type Step, type Witness } from '../sh/frame.ts'
import { gather, makeFinder } from './gather.ts'

/** One script on its way, and what has come of it. */
export interface Trip {
  readonly script: () => string
  readonly hear: (stream: 'out' | 'err', bytes: Buffer) => void
  /** Bytes so far, both streams together. */
  readonly size: () => number
  /** The host has begun to answer: this script and no login shell speaks. */
  readonly hasBegun: () => boolean
  readonly isComplete: () => boolean
  readonly answers: () => readonly (Answer | undefined)[]
  /** Where it stands, for the end of a sentence; empty before it has begun. */
  readonly doing: () => string
}

export const makeTrip = (steps: readonly Step[], witness: Witness): Trip => {
  const mark = randomBytes(16).toString('hex')
  const streams = { out: gather(endMark(mark)), err: gather(endMark(mark)) }
  const begins = { out: makeFinder(`\n${mark} begin\n`), err: makeFinder(`\n${mark} begin\n`) }
  let begun = false
  const answers = (): readonly (Answer | undefined)[] =>
    unpack({ out: streams.out.text(), err: streams.err.text() }, mark)
  return {
    script: () => pack(steps, mark, witness),
    hear: (stream, bytes) => {
      streams[stream].add(bytes)
      begun ||= begins[stream](bytes)
    },
    size: () => streams.out.size + streams.err.size,
    hasBegun: () => begun,
    isComplete: () => streams.out.complete && streams.err.complete,
    answers,
    doing: () => {
      const done = begun ? stepsEnded(streams.err.text(), mark) : steps.length
      const step = steps[done]?.run.shown.trim().split('\n')[0]
      if (step === undefined) return ''
      const shown = step.length > 120 ? `${step.slice(0, 120)}…` : step
      return ` in step ${String(done + 1)} of ${String(steps.length)} (${shown})`
    },
  }
}
