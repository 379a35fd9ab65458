import { randomBytes } from 'node:crypto'

import type { Answer } from '../sh/answer.ts'
import {
  beginMark,
  echoed,
  endMark,
  merged,
  pack,
  stepsEnded,
  unpack,
  type Step,
  type Witness,
} from '../sh/frame.ts'
import { gather, makeFinder } from './gather.ts'

type Stream = 'out' | 'err'

/** One script on its way, and what has come of it. */
export interface Trip {
  readonly script: () => string
  readonly hear: (stream: Stream, bytes: Buffer) => void
  /** Bytes so far, both streams together. */
  readonly size: () => number
  /** The host has begun to answer: this script and no login shell speaks. */
  readonly hasBegun: () => boolean
  /** Why no answer can come of it: the script comes back, or both streams come as one. */
  readonly spoilt: () => 'echo' | 'one stream' | undefined
  readonly isComplete: () => boolean
  readonly answers: () => readonly (Answer | undefined)[]
  /** Where it stands, for the end of a sentence; empty before it has begun. */
  readonly doing: () => string
}

/** One of the streams, until the answer begins on it. */
const makeBegin = (mark: string) => {
  const begins = makeFinder(beginMark(mark))
  const comesBack = makeFinder(echoed(mark))
  const both = merged(mark).map(makeFinder)
  let begun = false
  return {
    hasBegun: () => begun,
    hear: (bytes: Buffer): ReturnType<Trip['spoilt']> => {
      begun ||= begins(bytes)
      if (comesBack(bytes)) return 'echo'
      return both.map((each) => each(bytes)).includes(true) ? 'one stream' : undefined
    },
  }
}

export const makeTrip = (steps: readonly Step[], witness: Witness): Trip => {
  const mark = randomBytes(16).toString('hex')
  const streams = { out: gather(endMark(mark)), err: gather(endMark(mark)) }
  const begins = { out: makeBegin(mark), err: makeBegin(mark) }
  let begun = false
  let answering = false
  let spoilt: ReturnType<Trip['spoilt']>
  const answers = (): readonly (Answer | undefined)[] =>
    unpack({ out: streams.out.text(), err: streams.err.text() }, mark)
  return {
    script: () => pack(steps, mark, witness),
    hear: (stream, bytes) => {
      streams[stream].add(bytes)
      if (answering) return
      spoilt ??= begins[stream].hear(bytes)
      begun = begins.out.hasBegun() || begins.err.hasBegun()
      answering = begins.out.hasBegun() && begins.err.hasBegun()
    },
    size: () => streams.out.size + streams.err.size,
    hasBegun: () => begun,
    spoilt: () => spoilt,
    isComplete: () => streams.out.complete && streams.err.complete,
    answers,
    doing: () => {
      const done = begun ? stepsEnded(streams.err.text(), mark) : steps.length
      const step = steps[done]
      if (step === undefined) return ''
      const [name = ''] = (step.name ?? step.run.shown).trim().split('\n')
      const shown = name.length > 120 ? `${name.slice(0, 120)}…` : name
      return ` in step ${String(done + 1)} of ${String(steps.length)} (${shown})`
    },
  }
}
