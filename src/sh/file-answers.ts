import type { Answer } from './answer.ts'

/** What is asked of a path. `sums` and `times`: of several, a line each. */
export type What = 'look' | 'sum' | 'sums' | 'times' | 'text'

/** What a word of the kind says. No path holds a line end. */
export interface Asked {
  readonly what: What
  /** A link is followed wherever it stands. */
  readonly follow: boolean
  readonly paths: readonly string[]
}

/** How a path was found, in the words of `lbprov_state`. */
export interface Found {
  /** `regular file/root/root/644/1790000000`: type, owner, group, mode, and when it last changed. */
  readonly there: string | undefined
  /** Where links lead to. */
  readonly leads: string | undefined
  /** Why nothing is known of it. */
  readonly refused: string | undefined
  readonly sum: string | undefined
  readonly isFile: boolean
  /** It is a file in a closed folder, and no link: its sum and text come with those of others. */
  readonly isPlain: boolean
  /** What is around it where there is nothing: lines. */
  readonly around: readonly string[]
}

export const said = (out: string): Answer => ({ exit: 0, out, err: '' })
export const failed = (err: string): Answer => ({ exit: 1, out: '', err: `${err}\n` })

const beyondLast = /\/[^/]*$/

export const answerTo = (
  { what, paths }: Asked,
  found: readonly Found[],
  text: () => Answer | undefined,
): Answer => {
  const [first] = found
  const [path = ''] = paths
  switch (what) {
    case 'look':
      if (first?.refused !== undefined) return said(`refused ${first.refused}\n`)
      if (first?.there === undefined) return said(`${first?.around.join('\n') ?? ''}\n`)
      return said(
        `${first.there.replace(beyondLast, '')}\n${first.leads === undefined ? '' : `leads ${first.leads}\n`}`,
      )
    case 'sum':
      return said(first?.sum === undefined ? '' : `${first.sum}\n`)
    case 'sums':
      return said(found.map(({ sum }) => `${sum ?? '-'}\n`).join(''))
    case 'times':
      return said(found.map(({ there }) => `${there?.split('/').at(-1) ?? '0'}\n`).join(''))
    case 'text':
      if (first?.refused !== undefined) return failed(first.refused)
      if (first?.there === undefined) return said('')
      return first.isFile ? (text() ?? said('')) : failed(`${path} is no regular file`)
  }
}

/** Takes lines from the front of a text. */
export const reader = (text: string) => {
  let at = 0
  return {
    line: (): string | undefined => {
      const end = text.indexOf('\n', at)
      if (end === -1) return undefined
      const line = text.slice(at, end)
      at = end + 1
      return line
    },
    rest: (): string => text.slice(at),
  }
}

type Reader = ReturnType<typeof reader>

const valueOf = (lines: readonly string[], word: string): string | undefined =>
  lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1)

/** More than the folders of any path. */
const mostLines = 1000

/** One state; undefined: it does not end. */
export const readState = (from: Reader): Found | undefined => {
  const lines: string[] = []
  for (;;) {
    const line = from.line()
    if (line === undefined || lines.length > mostLines) return undefined
    if (line === '.') break
    lines.push(line)
  }
  const there = valueOf(lines, 'there')
  const refused = valueOf(lines, 'refused')
  const sum = valueOf(lines, 'sum')
  const isPlain = lines.includes('regular')
  if (there === undefined && refused === undefined && lines[0] !== 'absent') return undefined
  return {
    there,
    refused,
    sum,
    leads: valueOf(lines, 'leads'),
    isFile: sum !== undefined || isPlain,
    isPlain,
    around: lines,
  }
}

/**
 * `LABEL` and `TEXT` in turn, each ended by NUL; a text with NULs is several, one behind the other. Undefined: it is not all of
 * labels that were asked for, or does not end with `end`.
 */
export const readTexts = (
  raw: string,
  labels: ReadonlySet<string>,
): ReadonlyMap<string, string> | undefined => {
  const texts = new Map<string, string[]>()
  for (let at = 0; at < raw.length;) {
    const middle = raw.indexOf('\0', at)
    const end = middle === -1 ? -1 : raw.indexOf('\0', middle + 1)
    if (end === -1 || texts.has('end')) return undefined
    const label = raw.slice(at, middle)
    if (label !== 'end' && !labels.has(label)) return undefined
    const pieces = texts.get(label) ?? []
    texts.set(label, pieces)
    pieces.push(raw.slice(middle + 1, end))
    at = end + 1
  }
  if (!texts.has('end')) return undefined
  return new Map([...texts].map(([label, pieces]) => [label, pieces.join('\0')]))
}
