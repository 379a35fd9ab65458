import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  isPair,
  LineCounter,
  type Alias,
  type Document as YamlDocument,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import { WishError, type Fault } from './errors.ts'
import { inPath, inQuotes, tameWord } from './printable.ts'
import { aliasesOf, checkWeight, parseBounded, TooMuch, walk, type Aliases } from './yaml-parse.ts'

type Parsed = YamlDocument.Parsed

/** A way into a document: `['routers', 'lb1', 'priority']`. */
export type Path = readonly PropertyKey[]

/** Where something stands in a file, and how much of the path asked for is there. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly path: Path
  /** A single value stands there, no map and no list. */
  readonly isScalar: boolean
}

/** A YAML file as plain data that can still say where each piece of it was written. */
export interface Document {
  readonly file: string
  readonly value: unknown
  /** The value's place; a map's is its key's, and what is missing is looked for in its parent. */
  readonly locate: (path: Path, at?: 'key' | 'value') => Place
  /** Where a line of a text stands, counted from 0; of one that is not written under "|", where the text begins. */
  readonly locateLine: (
    path: Path,
    index: number,
  ) => { readonly line: number; readonly column: number }
}

const MAX_ALIASES = 50

const sentences: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here; one file holds one document',
  BAD_INDENT:
    'this line begins at another column than its neighbours, or a "[" or "{" above is not closed',
  TAB_AS_INDENT: 'tabs cannot indent YAML; use spaces',
  BLOCK_AS_IMPLICIT_KEY:
    'a second ": " on one line, or the line behind it is indented further; quote the value, or line the two up',
  MULTILINE_IMPLICIT_KEY: 'a key needs a colon and a blank behind it: "priority: 99"',
  TAG_RESOLVE_FAILED: 'tags (a "!" before a value) are not read; put text with a "!" in quotes',
}

const startOf = (node: unknown): number | undefined =>
  (node as Node | null | undefined)?.range?.[0] ?? undefined

/** What stands under a step of a path, with its key in a map. */
interface Finder {
  readonly resolved: (node: unknown) => unknown
  readonly pairAt: (node: unknown, key: string) => Pair | undefined
}

const finder = (aliases: Aliases): Finder => {
  // A map of many keys is looked into many times.
  const indices = new Map<unknown, ReadonlyMap<string, Pair>>()
  const indexOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const index = new Map<string, Pair>()
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : undefined
      if (key !== undefined && !index.has(key)) index.set(key, pair)
    }
    indices.set(map, index)
    return index
  }
  return {
    resolved: (node) => (isAlias(node) ? aliases.get(node) : node),
    pairAt: (node, key) =>
      isMap(node) ? (indices.get(node) ?? indexOf(node)).get(key) : undefined,
  }
}

const locator = (
  parsed: Parsed,
  { resolved, pairAt }: Finder,
  counter: LineCounter,
): Document['locate'] => {
  return (path, at = 'value') => {
    let node: unknown = parsed.contents
    let offset = 0
    const found: PropertyKey[] = []
    for (const step of path) {
      const whole = resolved(node)
      const pair = pairAt(whole, String(step))
      const item = isSeq(whole) ? whole.items[Number(step)] : undefined
      if (pair === undefined && item === undefined) break
      found.push(step)
      node = pair === undefined ? item : pair.value
      const own = isCollection(node) || isEmpty(node) ? undefined : startOf(node)
      const key = startOf(pair?.key)
      const asKey = at === 'key' && found.length === path.length
      offset = (asKey ? key : undefined) ?? own ?? key ?? startOf(node) ?? offset
    }
    const { line, col } = counter.linePos(offset)
    return {
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      path: found,
      isScalar: isScalar(node),
    }
  }
}

/** Only under "|" does each line of the text stand on a line of its own. */
const lineLocator = (
  parsed: Parsed,
  { resolved, pairAt }: Finder,
  counter: LineCounter,
  text: string,
  locate: Document['locate'],
): Document['locateLine'] => {
  let lines: readonly string[] | undefined
  return (path, index) => {
    const node = path.reduce<unknown>((above, step) => {
      const whole = resolved(above)
      return isSeq(whole) ? whole.items[Number(step)] : pairAt(whole, String(step))?.value
    }, parsed.contents)
    const scalar = resolved(node)
    const start = startOf(scalar)
    if (!isScalar(scalar) || scalar.type !== 'BLOCK_LITERAL' || start === undefined)
      return locate(path)
    const line = counter.linePos(start).line + 1 + index
    lines ??= text.split('\n')
    return { line, column: Math.max(lines[line - 1]?.search(/\S/) ?? 0, 0) + 1 }
  }
}

const isEmpty = (node: unknown): boolean =>
  isScalar(node) && node.value === null && (node.source ?? '') === ''

type Complaint = readonly [offset: number, message: string]

/** Keys that stand in a map again. */
const twice = (map: YAMLMap): readonly Complaint[] => {
  const keys = new Set<string>()
  return map.items.flatMap(({ key }): readonly Complaint[] => {
    const name = isScalar(key) ? String(key.value) : undefined
    if (name === undefined) return []
    const known = keys.has(name)
    keys.add(name)
    return known
      ? [[startOf(key) ?? 0, `${inQuotes(name)} is given twice in the same map; keep one`]]
      : []
  })
}

const keyFault = (key: unknown): string | undefined => {
  if (!isScalar(key)) return 'a key must be one plain word'
  if (key.value === '<<') return 'merge keys (<<) are not read; write the keys out'
  return key.value === '__proto__' ? 'this key has no use here' : undefined
}

const aliasFault = (
  alias: Alias,
  target: unknown,
  parents: readonly unknown[],
): string | undefined => {
  const name = inPath(alias.source)
  if (target === undefined) return `no anchor "&${name}" stands above this alias`
  return parents.includes(target) ? `the alias "*${name}" stands inside its own anchor` : undefined
}

const refused = (parsed: Parsed, aliases: Aliases): readonly Complaint[] => {
  const complaints: Complaint[] = []
  const complain = (node: unknown, message: string | undefined): void => {
    if (message !== undefined) complaints.push([startOf(node) ?? 0, message])
  }
  walk(parsed.contents, (node, parents) => {
    if (isMap(node)) complaints.push(...twice(node))
    else if (isPair(node)) complain(node.key, keyFault(node.key))
    else if (isAlias(node)) complain(node, aliasFault(node, aliases.get(node), parents))
  })
  return complaints
}

const complaintsOf = (parsed: Parsed, aliases: Aliases): readonly Complaint[] => [
  // The first is the cause; what the parser says after it is mostly its own confusion.
  ...[...parsed.errors, ...parsed.warnings]
    .sort((a, b) => a.pos[0] - b.pos[0])
    .slice(0, 1)
    .map(({ code, message, pos }): Complaint => {
      const sentence = sentences[code] ?? `not YAML: ${tameWord(message)}`
      return [pos[0], sentence]
    }),
  ...(parsed.directives.yaml.version === '1.1'
    ? ([[0, 'only YAML 1.2 is read; remove the %YAML line']] as const)
    : []),
  ...refused(parsed, aliases),
]

/** YAML text as data with places; throws a WishError with every fault that YAML itself finds. */
export const readYaml = (file: string, text: string): Document => {
  const counter = new LineCounter()
  const fail = (complaints: readonly Complaint[]): never => {
    const faults = complaints.map(([offset, message]): Fault => {
      const { line, col } = counter.linePos(offset)
      return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: '', message }
    })
    throw new WishError(faults.sort((a, b) => a.line - b.line || a.column - b.column))
  }
  const attempt = <Result>(step: () => Result): Result => {
    try {
      return step()
    } catch (error) {
      if (error instanceof TooMuch) return fail([[error.offset, error.message]])
      // How `toJS` gives up.
      if (error instanceof ReferenceError)
        return fail([
          [0, `more than ${String(MAX_ALIASES)} values through aliases; write some of them out`],
        ])
      throw error
    }
  }
  const parsed = attempt(() => parseBounded(text, counter))
  const aliases = aliasesOf(parsed)
  const complaints = complaintsOf(parsed, aliases)
  if (complaints.length > 0) fail(complaints)
  if (parsed.contents === null) fail([[0, 'the file is empty']])
  if (!isMap(parsed.contents)) fail([[0, 'the file must be a map of keys and values']])
  const value = attempt(() => {
    checkWeight(parsed.contents, aliases)
    return parsed.toJS({ maxAliasCount: MAX_ALIASES }) as unknown
  })
  const find = finder(aliases)
  const locate = locator(parsed, find, counter)
  return { file, value, locate, locateLine: lineLocator(parsed, find, counter, text, locate) }
}
