// One rule of arptables as a line: its chain, what it matches, what it does. Flavours spell the same rule
// in many ways; here it has one: `INPUT -d 203.0.113.24 -j DROP`, `OUTPUT -s 203.0.113.24 -j mangle
// --mangle-ip-s 203.0.113.21`.

/** What a real server's arptables say of one VIP. */
export interface Silence {
  readonly vip: string
  /** The host's own address, which its requests name in place of the VIP. */
  readonly source: string
}

/** The two rules of a VIP: who asks for it gets no answer, and who is asked is not told of it. */
export const silencing = ({ vip, source }: Silence): readonly string[] => [
  `INPUT -d ${vip} -j DROP`,
  `OUTPUT -s ${vip} -j mangle --mangle-ip-s ${source}`,
]

const shortOptions: Readonly<Record<string, string>> = {
  '--source-ip': '-s',
  '--src-ip': '-s',
  '--destination-ip': '-d',
  '--dst-ip': '-d',
  '--in-interface': '-i',
  '--out-interface': '-o',
  '--h-length': '-l',
  '--jump': '-j',
}

// What some versions show of a rule that says nothing of it. All of Ethernet's IPv4 has these values.
const saysNothing: Readonly<Record<string, readonly string[]>> = {
  '-s': ['0.0.0.0/0', 'anywhere', '*'],
  '-d': ['0.0.0.0/0', 'anywhere', '*'],
  '-i': ['any', '*'],
  '-o': ['any', '*'],
  '-l': ['6'],
  '--h-type': ['1', 'Ethernet'],
  '--proto-type': ['0x800', 'IPv4'],
  '--mangle-target': ['ACCEPT'],
}

const inOrder = ['-s', '-d', '-j', '--mangle-ip-s']

/** arptables_jf has columns: target, addresses, then six that say `any` or zero unless they matter. */
const fromColumns = (words: readonly string[]): readonly string[] => {
  const [target = '', source = '', destination = '', ...rest] = words
  const others = rest.slice(0, 6).filter((column) => !/^(any(where)?|[0/]+)$/.test(column))
  return ['-j', target, '-s', source, '-d', destination, ...rest.slice(6), ...others]
}

/**
 * The one spelling of a rule of `INPUT` or `OUTPUT` that is no more than address and target; undefined:
 * it is some other rule, and none of ours.
 */
const oneSpelling = (chain: string, found: readonly string[]): string | undefined => {
  const words = found[0]?.startsWith('-') === false && found.length > 8 ? fromColumns(found) : found
  const options = new Map<string, string>()
  for (let n = 0; n < words.length; n += 2) {
    const [option = '', value] = words.slice(n, n + 2)
    const name = shortOptions[option] ?? option
    if (value === undefined || value.startsWith('-')) return undefined
    if (saysNothing[name]?.includes(value) === true) continue
    if (!inOrder.includes(name)) return undefined
    options.set(name, value.replace(/\/(32|255\.255\.255\.255)$/, ''))
  }
  const text = inOrder.flatMap((name) => (options.has(name) ? [name, options.get(name)] : []))
  return [chain, ...text].join(' ')
}

// arptables_jf (RHEL 6 and before) has other names for the kernel's same two chains.
const chainNames: Readonly<Record<string, string>> = { IN: 'INPUT', OUT: 'OUTPUT' }

/** The chain INPUT or OUTPUT as arptables_jf calls it. */
export const jfName = (chain: string): string => (chain === 'INPUT' ? 'IN' : 'OUT')

const read = (chain: string, text: string): string | undefined =>
  oneSpelling(chainNames[chain] ?? chain, text.trim().split(/\s+/))

/** A rule as a host lists it. */
export interface ListedRule {
  /** Its chain's name there: INPUT, or IN. */
  readonly chain: string
  /** As it is listed, without blanks around it; undefined: it will be there, and nobody has seen it listed. */
  readonly line?: string
  /** undefined: a rule that lbprov never makes. */
  readonly rule: string | undefined
}

/** Reads what `arptables -n -L` shows, of any flavour. */
export const listedRules = (shown: string): readonly ListedRule[] => {
  let chain = ''
  return shown.split('\n').flatMap((text) => {
    const heading = /^Chain (\S+) \(/.exec(text)?.[1]
    if (heading !== undefined) chain = heading
    const line = text.trim()
    if (heading !== undefined || line === '' || /^target\s+source-ip/.test(line)) return []
    return [{ chain, line, rule: read(chain, line) }]
  })
}

/** The rule that a line of arptables-save or of lbprov's record adds: `-A INPUT -j DROP -d 203.0.113.24`. */
export const addedRule = (line: string): string | undefined => {
  const [, chain, text] = /^(?:\[\d+:\d+\] )?\s*-A (\S+) (.+)$/.exec(line) ?? []
  return chain === undefined || text === undefined ? undefined : read(chain, text)
}

const emptySave = ['*filter', ':INPUT ACCEPT', ':OUTPUT ACCEPT', '']

const filled = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')

/** A file of arptables-save with our rules out, as it was `before`: with the frame that they needed out too. */
export const withoutFrame = (text: string, out: readonly string[], before: string): string => {
  const kept = mergedSave(text, out, [])
  const isFramed = filled(before).some((line) => line.startsWith('*'))
  const isEmpty = !filled(kept).some((line) => /^(\[\d+:\d+\] )?\s*-/.test(line))
  const rest =
    isEmpty && !isFramed ? filled(kept).filter((line) => !emptySave.includes(line)) : filled(kept)
  if (rest.join('\n') === filled(before).join('\n')) return before
  return rest.length === filled(kept).length ? kept : rest.map((line) => `${line}\n`).join('')
}

/**
 * A file of arptables-save with some rules out and others in, in front of what is there: a rule before
 * ours could let everything through. It has no COMMIT: arptables-restore of 0.0.5 hands each such line to
 * arptables, and that of nf_tables does without.
 */
export const mergedSave = (
  text: string,
  out: readonly string[],
  wished: readonly string[],
): string => {
  const leaves = new Set(out)
  const kept = text.split('\n').filter((line) => !leaves.has(addedRule(line) ?? ''))
  const there = new Set(kept.map(addedRule))
  const missing = wished.filter((rule) => !there.has(rule))
  if (missing.length === 0) return kept.join('\n')
  const lines = kept.some((line) => line.startsWith('*'))
    ? kept
    : [...kept.filter((line) => line !== ''), ...emptySave]
  const named = lines.some((line) => line.startsWith(':IN ')) ? jfName : (chain: string) => chain
  const added = missing.map((rule) => `-A ${rule.replace(/^\w+/, named)}`)
  const at = 1 + lines.findLastIndex((line) => /^[*:]/.test(line))
  return [...lines.slice(0, at), ...added, ...lines.slice(at)]
    .join('\n')
    .replace(/(?<!\n)\n*$/, '\n')
}
