import {
  Composer,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  Lexer,
  Parser,
  YAMLParseError,
  type Alias,
  type Document,
  type LineCounter,
  type Node,
} from 'yaml'

import { thousands } from './printable.ts'

/*
 * A site of a thousand real servers stays far below each of these. What is read within them costs less than two seconds
 * and 300 MB, whatever it is (test/hostile).
 */
const mostCharacters = 1024 * 1024
const mostParts = 120_000
const mostValues = 300_000
const deepest = 50
const longestQuoted = 32 * 1024

/** Why a text is not read at all. */
export class TooMuch extends Error {
  readonly offset: number

  constructor(sentence: string, offset = 0) {
    super(sentence)
    this.offset = offset
  }
}

const tooDeep = (offset?: number): TooMuch => new TooMuch('nested too deeply to be read', offset)

const tooMany = (offset?: number): TooMuch =>
  new TooMuch(
    `more than ${thousands(mostParts)} words and signs; one file is one cluster, so is this one?`,
    offset,
  )

// YAML 1.2, c-printable.
const unprintable =
  /[^\t\n\r\x20-\x7e\x85\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|(?!^)\ufeff/u

const checkText = (text: string): void => {
  if (text.length > mostCharacters)
    throw new TooMuch(
      `${thousands(text.length)} characters are more than is read (${thousands(mostCharacters)})`,
    )
  const found = unprintable.exec(text)
  if (found === null) return
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  throw new TooMuch(
    `an invisible character (U+${code}) that YAML does not have; take it out`,
    found.index,
  )
}

/**
 * `parseDocument` of the yaml package, word by word, so that it ends where there are too many of them, or at the first
 * thing that is wrong: what comes after that would only be its own confusion, at a price.
 * @throws TooMuch
 */
export const parseBounded = (text: string, counter: LineCounter): Document.Parsed => {
  checkText(text)
  const parser = new Parser(counter.addNewLine)
  const composer = new Composer({ merge: false, uniqueKeys: false, prettyErrors: false })
  const documents: Document.Parsed[] = []
  let wrong: YAMLParseError | undefined
  let parts = 0
  const take = (tokens: ReturnType<Parser['next']>): void => {
    for (const token of tokens) {
      documents.push(...composer.next(token))
      if (token.type === 'error')
        wrong ??= new YAMLParseError(
          [token.offset, token.offset + 1],
          'UNEXPECTED_TOKEN',
          token.message,
        )
    }
  }
  counter.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    parts += 1
    if (parts > mostParts) throw tooMany(parser.offset)
    if (/^["']/.test(lexeme) && lexeme.length > longestQuoted)
      throw new TooMuch(
        `more than ${thousands(longestQuoted)} characters in quotes; is a quote not closed?`,
        parser.offset,
      )
    take(parser.next(lexeme))
    if (parser.stack.length > deepest) throw tooDeep(parser.offset)
    if (wrong !== undefined || documents.length > 1) break
  }
  take(parser.end())
  documents.push(...composer.end(true, text.length))
  const [first, second] = documents
  // `end(true)` yields one where there is none.
  if (first === undefined) throw new TooMuch('the file is empty')
  if (second !== undefined && first.errors.length === 0)
    first.errors.push(
      new YAMLParseError([second.range[0], second.range[1]], 'MULTIPLE_DOCS', 'several documents'),
    )
  if (wrong !== undefined) first.errors.push(wrong)
  return first
}

/** What stands right below a node, a key before its value. */
const partsOf = (node: unknown): readonly unknown[] => {
  if (isPair(node)) return [node.key, node.value]
  return isCollection(node) ? node.items : []
}

/** Every node in the order of the text, with those that it stands in. The package's own `visit` copies them for each. */
export const walk = (
  node: unknown,
  tell: (node: unknown, parents: readonly unknown[]) => void,
  parents: unknown[] = [],
): void => {
  tell(node, parents)
  parents.push(node)
  for (const part of partsOf(node)) walk(part, tell, parents)
  parents.pop()
}

/** What each alias stands for: the last node above it that has its anchor. Looked for once: `resolve` walks the whole file. */
export type Aliases = ReadonlyMap<Alias, Node>

export const aliasesOf = (parsed: Document.Parsed): Aliases => {
  const anchors = new Map<string, Node>()
  const aliases = new Map<Alias, Node>()
  walk(parsed.contents, (node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target !== undefined) aliases.set(node, target)
    } else if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node)
  })
  return aliases
}

/**
 * How much the file is with every alias written out.
 * @throws TooMuch
 */
export const checkWeight = (contents: unknown, aliases: Aliases): void => {
  // What stands there but once has been counted as it was read.
  if (aliases.size === 0) return
  const known = new Map<unknown, readonly [values: number, depth: number]>()
  const weigh = (node: unknown): readonly [values: number, depth: number] => {
    const before = known.get(node)
    if (before !== undefined) return before
    let values = 1
    let depth = 1
    for (const each of isAlias(node) ? [aliases.get(node)] : partsOf(node)) {
      const [more, deep] = weigh(each)
      values += more
      depth = Math.max(depth, deep + 1)
    }
    const isWhole = !isScalar(node) && node !== null && node !== undefined
    if (isWhole) known.set(node, [values, depth])
    return [values, depth]
  }
  const [values, depth] = weigh(contents)
  if (values > mostValues)
    throw new TooMuch('too many values through aliases; write some of them out')
  if (depth > 2 * deepest) throw tooDeep()
}
