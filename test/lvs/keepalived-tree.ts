/** What a line of keepalived.conf opens or says: its words, and what stands in its braces. */
export interface Node {
  readonly words: string
  readonly body: readonly Node[]
}

/** A small reader of keepalived.conf(5): words, braces, `!` and `#` comments, quotes. Nothing of lbprov's own. */
export const readTree = (text: string): readonly Node[] => {
  const tokens = text
    .split('\n')
    .flatMap((line) => [
      ...(line.replace(/[!#].*/, '').match(/"[^"]*"|[{}]|[^\s{}]+/g) ?? []),
      '\n',
    ])
  let at = 0
  const read = (): readonly Node[] => {
    const nodes: Node[] = []
    let words: string[] = []
    const end = (body: readonly Node[]): void => {
      if (words.length > 0) nodes.push({ words: words.join(' '), body })
      words = []
    }
    while (at < tokens.length) {
      const token = tokens[at++] ?? ''
      if (token === '}') break
      if (token === '{') end(read())
      else if (token === '\n') end([])
      else words.push(token)
    }
    end([])
    return nodes
  }
  return read()
}

/** Each value by its way through the blocks: `vrrp_instance RH_EXT / priority`: `100`. */
export const valuesOf = (nodes: readonly Node[], way = ''): readonly string[] =>
  nodes.flatMap(({ words, body }) =>
    body.length === 0 ? [`${way}${words}`] : valuesOf(body, `${way}${words} / `),
  )
