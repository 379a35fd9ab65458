import { structuredPatch } from 'diff'

import { patience } from '../engine/patience.ts'
import type { Change } from '../resource.ts'
import type { Paint } from './paint.ts'
import { counted, printable } from '../printable.ts'

const sign = ({ before, after }: Change): '+' | '-' | '~' =>
  before === undefined ? '+' : after === undefined ? '-' : '~'

const painted = (line: string, paint: Paint): string => {
  if (line.startsWith('+')) return paint.added(line)
  if (line.startsWith('-')) return paint.removed(line)
  return line
}

/** More of one file than this nobody reads before he says yes. */
const mostLines = 200

/** Two texts that differ in more lines than this have nothing in common that is worth the time to find it. */
const mostEdits = 1000

const allOf = (text: string, mark: '+' | '-', paint: Paint): readonly string[] =>
  text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => painted(printable(`${mark}${line}`), paint))

const hunks = ({ before, after = '' }: Change, paint: Paint): readonly string[] => {
  // A new file is all of it.
  if (before === undefined && after.endsWith('\n')) return allOf(after, '+', paint)
  const patch = structuredPatch('', '', before ?? '', after, undefined, undefined, {
    context: 3,
    maxEditLength: mostEdits,
  })
  if (patch === undefined) return [...allOf(before ?? '', '-', paint), ...allOf(after, '+', paint)]
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => {
    const place = `@@ -${String(oldStart)},${String(oldLines)} +${String(newStart)},${String(newLines)} @@`
    return [
      ...(before === undefined ? [] : [paint.faint(place)]),
      ...lines.map((line) => painted(printable(line), paint)),
    ]
  })
}

const folded = (lines: readonly string[], paint: Paint): readonly string[] => {
  const left = lines.length - mostLines
  return left <= mostLines / 10
    ? lines
    : [
        ...lines.slice(0, mostLines),
        paint.faint(`… ${counted(left, 'more line')}; --verbose shows all`),
      ]
}

const heading = (change: Change): string => {
  const { what, before, after, note, text } = change
  const values = (): string => {
    if (before === undefined) return `  ${after ?? ''}`
    return `  ${before} → ${after ?? 'removed'}`
  }
  const remark = note === undefined ? '' : `  (${note})`
  const guard =
    change.severs === true
      ? `  (guarded: back in ${String(patience.guardSeconds)} s unless confirmed)`
      : ''
  const line = `${sign(change)} ${what}${text === true ? '' : values()}${remark}${guard}`
  return printable(line).replaceAll('\n', '\\n')
}

const linesOf = (change: Change, paint: Paint, verbose: boolean): readonly string[] => {
  if (change.text !== true) return []
  const lines = hunks(change, paint)
  return verbose ? lines : folded(lines, paint)
}

/** One change as lines: a unified diff for a file, `before → after` for the rest. */
export const showChange = (change: Change, paint: Paint, verbose: boolean): readonly string[] => {
  const colour = { '+': paint.added, '-': paint.removed, '~': (line: string) => line }[sign(change)]
  return [
    colour(heading(change)),
    ...linesOf(change, paint, verbose).map((line) => `    ${line}`),
    ...(verbose
      ? change.run.shown.split('\n').map((line) => paint.faint(`    $ ${printable(line)}`))
      : []),
  ]
}
