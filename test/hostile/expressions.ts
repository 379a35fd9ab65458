import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import ts from 'typescript'

/** A regular expression as it stands in a source. */
export interface Expression {
  /** `src/ssh/wire.ts`. */
  readonly file: string
  /** As it is written: a literal, or what makes one. */
  readonly text: string
  /** Undefined: it is made when the program runs. */
  readonly regExp: RegExp | undefined
}

interface Source {
  readonly file: string
  readonly source: string
}

/** Every source of lbprov. */
export const eachSource = (): readonly Source[] =>
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join('src', path))
    .map((file) => ({ file, source: readFileSync(file, 'utf8') }))

/** All nodes of a source, whatever stands in what. */
const nodesOf = (file: string, source: string): readonly ts.Node[] => {
  const nodes: ts.Node[] = []
  const walk = (node: ts.Node): void => {
    nodes.push(node)
    ts.forEachChild(node, walk)
  }
  walk(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true))
  return nodes
}

const literal = (text: string): RegExp => {
  const end = text.lastIndexOf('/')
  return new RegExp(text.slice(1, end), text.slice(end + 1))
}

const isMade = (node: ts.Node): boolean =>
  (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
  ts.isIdentifier(node.expression) &&
  node.expression.text === 'RegExp'

/** The expressions of one source. */
export const expressionsIn = (file: string, source: string): readonly Expression[] =>
  nodesOf(file, source).flatMap((node): readonly Expression[] => {
    if (ts.isRegularExpressionLiteral(node))
      return [{ file, text: node.text, regExp: literal(node.text) }]
    return isMade(node) ? [{ file, text: node.getText(), regExp: undefined }] : []
  })

/** Those of all sources. */
export const allExpressions = (): readonly Expression[] =>
  eachSource().flatMap(({ file, source }) => expressionsIn(file, source))

/** What a `reduce` gathers, by its name, where all of it is copied for every element. */
export const accumulatorsIn = (file: string, source: string): readonly string[] =>
  nodesOf(file, source).flatMap((node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return []
    const [work] = node.arguments
    if (!/^reduce(Right)?$/.test(node.expression.name.text) || work === undefined) return []
    const [sum] = ts.isArrowFunction(work) ? work.parameters : []
    if (sum === undefined || !ts.isIdentifier(sum.name)) return []
    const name = sum.name.text
    const isCopied = nodesOf(file, work.getText()).some(
      (each) =>
        (ts.isSpreadElement(each) || ts.isSpreadAssignment(each)) &&
        new RegExp(`^${name}\\b(?!\\.at)`).test(each.expression.getText()),
    )
    return isCopied ? [name] : []
  })
