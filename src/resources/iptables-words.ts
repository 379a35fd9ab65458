import type { Family } from './ip-address.ts'

/**
 * How a rule says whose it is: the last match before its target. What firewalld put into iptables must not
 * be taken for what we put there ourselves.
 */
export type Mark = 'lbprov' | 'lbprov-firewalld'

export const marked = (mark: Mark): readonly string[] => ['-m', 'comment', '--comment', mark]

/** A rule as iptables-save, `iptables -S` and `firewall-cmd --direct` spell it. */
export interface ListedRule {
  readonly chain: string
  /** Match and target, unquoted; what `-D` takes. */
  readonly words: readonly string[]
}

const quoted = /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g

/** The words of a line. iptables quotes "so" and firewalld 'so', as a shell does. */
export const splitWords = (line: string): readonly string[] =>
  [...line.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g)].map(([word]) =>
    word.replace(
      quoted,
      (_, double?: string, single?: string, escaped?: string): string =>
        double?.replace(/\\(.)/g, '$1') ?? single ?? escaped ?? '',
    ),
  )

const markAt = (words: readonly string[], mark: Mark): number =>
  words.findIndex((word, n) => word === '--comment' && words[n + 1] === mark)

export const hasMark = ({ words }: ListedRule, mark: Mark): boolean => markAt(words, mark) !== -1

const withoutMark = (words: readonly string[]): readonly string[] => {
  const at = Math.max(markAt(words, 'lbprov'), markAt(words, 'lbprov-firewalld'))
  return at === -1 ? words : words.filter((_, n) => n < at - 2 || n > at + 1)
}

// Some versions print the number and some the name, even the same version for different protocols.
const protocols: Readonly<Record<string, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'ipv6-icmp',
  112: 'vrrp',
  132: 'sctp',
}

// What stands before the first -m, in the order in which iptables prints it.
const inOrder = ['-s', '-d', '-i', '-o', '-p']

const hostPrefix: Readonly<Record<Family, string>> = { 4: '/32', 6: '/128' }

const canonicalOption = (words: readonly string[], family: Family): readonly string[] => {
  const option = words.find((word) => word.startsWith('-'))
  return words.map((word) => {
    if (option === '-p') return protocols[word] ?? word
    const bareAddress = (option === '-s' || option === '-d') && /^[\da-fA-F:.]+$/.test(word)
    return bareAddress ? `${word}${hostPrefix[family]}` : word
  })
}

/** Equal for two spellings of one rule; its mark does not count. */
export const ruleKey = ({ chain, words }: ListedRule, family: Family): string => {
  const bare = withoutMark(words)
  const matches = bare.findIndex((word) => ['-m', '-j', '-g'].includes(word))
  const head = matches === -1 ? bare : bare.slice(0, matches)
  const options: string[][] = []
  for (const [n, word] of head.entries()) {
    const begins = word === '!' || (word.startsWith('-') && head[n - 1] !== '!')
    const last = begins ? undefined : options.at(-1)
    if (last === undefined) options.push([word])
    else last.push(word)
  }
  const place = (option: readonly string[]): number =>
    inOrder.indexOf(option.find((word) => word.startsWith('-')) ?? '')
  const sorted = options.toSorted((a, b) => place(a) - place(b))
  return [
    chain,
    ...sorted.flatMap((option) => canonicalOption(option, family)),
    ...bare.slice(head.length),
  ].join(' ')
}

/** A line of `iptables -S` or of a saved file, which may begin with its counters; undefined: no rule. */
export const ruleIn = (line: string): ListedRule | undefined => {
  const [, chain, rest] = /^(?:\[\d+:\d+\] )?-A (\S+)(?: |$)(.*)$/.exec(line) ?? []
  return chain === undefined || rest === undefined ? undefined : { chain, words: splitWords(rest) }
}
