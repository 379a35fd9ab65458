/*
 * nft prints a rule otherwise than it was given, and not every version the same. What 0.9.3 to 1.1 do, and
 * what is taken for the same here: `meta` left out or put before (mark, iifname, l4proto); marks as
 * 0x00000050; names in quotes or without; protocols by name or number; an address with the prefix of a
 * single one; `{ 80 }` for 80; the elements of a set in any order, and 80-81 for 80, 81; `a,b` for `b,a`;
 * the figures of a counter; a protocol said once more before its own header (`meta l4proto tcp tcp dport`).
 */

const protocols: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'ipv6-icmp',
  icmpv6: 'ipv6-icmp',
  '112': 'vrrp',
  '132': 'sctp',
}

const canonicalWord = (word: string): string => {
  const bare = word.replace(/^"(.*)"$/, '$1')
  if (/^0x[\da-f]+$/i.test(bare)) return BigInt(bare).toString()
  return bare.includes(':') ? bare.replace(/\/128$/, '') : bare.replace(/\/32$/, '')
}

const range = (element: string): readonly [number, number] | undefined => {
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(element) ?? []
  return first === undefined ? undefined : [Number(first), Number(last ?? first)]
}

/** Numbers and ranges that touch become one range; anything else is only sorted. */
const joined = (elements: readonly string[]): readonly string[] => {
  const ranges = elements.flatMap((element) => {
    const found = range(element)
    return found === undefined ? [] : [found]
  })
  if (ranges.length !== elements.length) return elements.toSorted()
  const merged: [first: number, last: number][] = []
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    const before = merged.at(-1)
    if (before === undefined || first > before[1] + 1) merged.push([first, last])
    else before[1] = Math.max(before[1], last)
  }
  return merged.map(([first, last]) =>
    first === last ? String(first) : `${String(first)}-${String(last)}`,
  )
}

const canonicalSet = (text: string): string => {
  const elements = joined(
    text
      .split(',')
      .map((element) => element.trim().split(/\s+/).map(canonicalWord).join(' '))
      .filter((element) => element !== ''),
  )
  return elements.length === 1 && !/[\s-]/.test(elements[0] ?? '')
    ? (elements[0] ?? '')
    : `{ ${elements.join(', ')} }`
}

const canonicalToken = (token: string): string => {
  if (token.startsWith('{')) return canonicalSet(token.slice(1, -1))
  if (token.startsWith('"')) return canonicalWord(token)
  return token.split(',').map(canonicalWord).toSorted().join(',')
}

/** Equal for two spellings of one rule. */
export const canonicalRule = (rule: string): string => {
  const tokens = [...rule.matchAll(/"[^"]*"|\{[^{}]*\}|[^\s{}"]+/g)]
    .map(([token]) => canonicalToken(token))
    .filter((token) => token !== 'meta')
  return tokens
    .map((token, n) =>
      ['l4proto', 'protocol', 'nexthdr'].includes(tokens[n - 1] ?? '')
        ? (protocols[token] ?? token)
        : token,
    )
    .join(' ')
    .replace(/\bcounter packets \d+ bytes \d+/g, 'counter')
    .replace(/\bl4proto (\w+) (?=\1 )/g, '')
}
