import { structuredPatch } from 'diff'

import { patience } from '../engine/patience.ts'
import type { Change } from '../resource.ts'
import type { Paint } from './paint.ts'
import { printable } from '../printable.ts'

const sign = ({ before, after }: Change): '+' | '-' | '~' =>
  before === undefined ? '+' : after === undefined ? '-' : '~'

const painted = (line: string, paint: Paint): string => {
  if (line.startsWith('+')) return paint.added(line)
  if (line.startsWith('-')) return paint.removed(line)
  return line
}

const hunks = ({ before, after = '' }: Change, paint: Paint): readonly string[] =>
  structuredPatch('', '', before ?? '', after, undefined, undefined, { context: 3 }).hunks.flatMap(
    ({ oldStart, oldLines, newStart, newLines, lines }) => {
      const place = `@@ -${String(oldStart)},${String(oldLines)} +${String(newStart)},${String(newLines)} @@`
      return [
        // A new file is all of it.
        ...(before === undefined ? [] : [paint.faint(place)]),
        ...lines.map((line) => painted(printable(line), paint)),
      ]
    },
  )

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

/** One change as lines: a unified diff for a file, `before → after` for the rest. */
export const showChange = (change: Change, paint: Paint, verbose: boolean): readonly string[] => {
  const colour = { '+': paint.added, '-': paint.removed, '~': (line: string) => line }[sign(change)]
  return [
    colour(heading(change)),
    ...(change.text === true ? hunks(change, paint).map((line) => `    ${line}`) : []),
    ...(verbose
      ? change.run.shown.split('\n').map((line) => paint.faint(`    $ ${printable(line)}`))
      : []),
  ]
}
