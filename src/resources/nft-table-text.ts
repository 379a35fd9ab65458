/** A base chain of nft(8); its rules in nft's own words. */
export interface Chain {
  readonly name: string
  readonly type: string
  readonly hook: string
  readonly priority: number
  readonly rules: readonly string[]
}

/** A table as `nft list table` shows it. */
export interface FoundTable {
  readonly chains: readonly FoundChain[]
  /** The lines of whatever else stands in it: sets, flags. None of ours has any. */
  readonly others: readonly string[]
}

interface FoundChain {
  readonly name: string
  /** `type filter hook input priority filter; policy accept;` */
  readonly head: string
  readonly rules: readonly string[]
}

/** The table as a file for `nft -f` says it. */
export const tableText = (
  family: string,
  name: string,
  chains: readonly { name: string; head: string; rules: readonly string[] }[],
): string =>
  [
    `table ${family} ${name} {`,
    ...chains.flatMap((chain) => [
      `\tchain ${chain.name} {`,
      ...[chain.head, ...chain.rules].map((line) => `\t\t${line}`),
      '\t}',
    ]),
    '}\n',
  ].join('\n')

export const headOf = ({ type, hook, priority }: Chain): string =>
  `type ${type} hook ${hook} priority ${String(priority)}; policy accept;`

export const parseTable = (listing: string): FoundTable => {
  const chains: { name: string; head: string; rules: string[] }[] = []
  const others: string[] = []
  let inChain = false
  for (const line of listing.split('\n')) {
    const text = line.trim()
    const last = chains.at(-1)
    const name = /^\tchain (\S+) \{$/.exec(line)?.[1]
    if (text === '' || /^(table .*\{|\})$/.test(line)) continue
    if (name !== undefined) chains.push({ name, head: '', rules: [] })
    else if (!inChain || last === undefined) others.push(line)
    else if (text.startsWith('type ')) last.head = text
    else if (line !== '\t}') last.rules.push(text)
    inChain = name !== undefined || (inChain && line !== '\t}')
  }
  return { chains, others }
}

// nft(8), "Standard priority names", for every family but bridge.
const priorities: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
}

/** `priority dstnat + 5`, as nft prints it since 0.9.1, with the number. */
export const canonicalHead = (head: string): string =>
  head
    .replace(
      /priority ([a-z]+)(?: ([+-]) (\d+))?/,
      (_, name: string, sign?: string, by?: string) => {
        const base = priorities[name] ?? 0
        return `priority ${String(base + Number(by ?? 0) * (sign === '-' ? -1 : 1))}`
      },
    )
    .split(';')
    .map((part) => part.trim())
    .join('; ')
    .trim()
