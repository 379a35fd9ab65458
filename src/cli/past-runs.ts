import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

import { z } from 'zod'

import { parseJson } from '../json.ts'
import { WishError, cause } from '../errors.ts'
import { readTextFile } from '../text-file.ts'

/** Of one journal: it has every file that changed, before and after. */
const mostBytes = 64 * 2 ** 20

const line = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('run'),
    run: z.string(),
    when: z.iso.datetime(),
    who: z.string(),
    cluster: z.string(),
    command: z.string(),
    inventory: z.string(),
    version: z.string(),
  }),
  z.looseObject({
    type: z.literal('change'),
    host: z.string(),
    phase: z.string(),
    what: z.string(),
    before: z.string().optional(),
    after: z.string().optional(),
  }),
  z.looseObject({
    type: z.literal('outcome'),
    host: z.string(),
    phase: z.string(),
    status: z.string(),
    message: z.string(),
    changed: z.number().optional(),
  }),
  z.looseObject({ type: z.literal('failed'), host: z.string(), message: z.string() }),
  z.looseObject({ type: z.literal('unreachable'), host: z.string(), message: z.string() }),
  z.looseObject({ type: z.literal(['skipped', 'warning', 'summary']) }),
  z.looseObject({
    type: z.literal('end'),
    exit: z.number(),
    changed: z.number(),
    failed: z.number(),
    seconds: z.number(),
  }),
])

type Line = z.output<typeof line>
export type Of<Type extends Line['type']> = Extract<Line, { readonly type: Type }>

/** One run as its journal has it. */
export interface Run {
  readonly about: Of<'run'>
  readonly changes: readonly Of<'change'>[]
  readonly outcomes: readonly Of<'outcome'>[]
  readonly faults: readonly Of<'failed' | 'unreachable'>[]
  readonly end: Of<'end'> | undefined
  /** Lines that are not as lbprov writes them. */
  readonly unread: number
}

const parse = (text: string): Line | undefined => line.safeParse(parseJson(text)).data

const readRun = (text: string): Run | undefined => {
  const read = text
    .split('\n')
    .filter((each) => each !== '')
    .map(parse)
  const lines = read.filter((each) => each !== undefined)
  const about = lines.find((each) => each.type === 'run')
  if (about === undefined) return undefined
  return {
    about,
    changes: lines.filter((each) => each.type === 'change'),
    outcomes: lines.filter((each) => each.type === 'outcome'),
    faults: lines.filter((each) => each.type === 'failed' || each.type === 'unreachable'),
    end: lines.find((each) => each.type === 'end'),
    unread: read.length - lines.length,
  }
}

/** Names in a folder; one that is not there has none. */
export const listed = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw new WishError(`${folder}: ${cause(code)}; what stands there cannot be told.`)
  }
}

interface Found {
  readonly runs: readonly Run[]
  /** What could not be read, as sentences. */
  readonly unread: readonly string[]
}

/** Newest first. */
export const readRuns = (clusters: readonly string[], folder: string): Found => {
  const files = clusters
    .flatMap((cluster) => listed(join(folder, cluster)).map((name) => join(folder, cluster, name)))
    .filter((path) => path.endsWith('.jsonl'))
    .sort((a, b) => (basename(a) < basename(b) ? 1 : -1))
  const runs: Run[] = []
  const unread: string[] = []
  for (const file of files) {
    try {
      const run = readRun(readTextFile(file, mostBytes))
      if (run === undefined) {
        unread.push(`${file}: does not say whose run it was, so it is left out.`)
        continue
      }
      runs.push(run)
      if (run.unread > 0) {
        const lines = run.unread === 1 ? '1 line is' : `${String(run.unread)} lines are`
        unread.push(`${file}: ${lines} not as lbprov writes them, and left out.`)
      }
    } catch (error) {
      if (error instanceof WishError) unread.push(error.message)
      else unread.push(`${file}: ${cause((error as NodeJS.ErrnoException).code)}; it is left out.`)
    }
  }
  return { runs, unread }
}
