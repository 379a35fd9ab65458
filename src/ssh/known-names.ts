import { createHmac, randomBytes } from 'node:crypto'

// How known_hosts names hosts. sshd(8), SSH_KNOWN_HOSTS FILE FORMAT; OpenSSH's match.c and hostfile.c.

/** OpenSSH's buffer: a list with a longer pattern in it fits nothing. */
const longest = 1022

/** Of ASCII only, as C's tolower(3) does it. */
export const lower = (text: string): string =>
  /[A-Z]/.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text

/** Each star is tried again only from the last one on, so that no pattern takes long. */
const fits = (pattern: string, name: string): boolean => {
  let at = 0
  let here = 0
  let star = -1
  let mark = 0
  while (here < name.length) {
    if (pattern[at] === '*') {
      star = at
      mark = here
      at += 1
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[here])) {
      at += 1
      here += 1
    } else if (star >= 0) {
      at = star + 1
      mark += 1
      here = mark
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}

/** Whether a list of patterns means a name: one with `!` in front that fits wins over all others. */
export const listFits = (patterns: readonly string[], name: string): boolean => {
  let found = false
  for (const each of patterns) {
    const excepts = each.startsWith('!')
    const pattern = excepts ? each.slice(1) : each
    if (pattern.length > longest) return false
    if (!fits(pattern, name)) continue
    if (excepts) return false
    found = true
  }
  return found
}

const hash = (salt: Buffer, name: string): string =>
  createHmac('sha1', salt).update(name).digest('base64')

/** A name that only who knows it can find again: `|1|SALT|HASH`. */
export const hashedName = (name: string): string => {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${hash(salt, name)}`
}

interface Hashed<Line> {
  readonly salt: Buffer
  readonly hash: string
  readonly line: Line
}

/** The lines of a file by the names in front of them. */
export interface Shelf<Line> {
  /** The lines that mean a name, in the file's order. */
  readonly about: (name: string) => Promise<readonly Line[]>
}

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Beyond this many sums, others get their turn. */
const sumsInARow = 2000

/**
 * Puts lines in order for many searches: plain names are found at once, patterns are compared, and hashes are
 * computed, once for each salt.
 */
export const makeShelf = <Line extends { readonly hosts: string; readonly line: number }>(
  lines: readonly Line[],
): Shelf<Line> => {
  const plain = new Map<string, Line[]>()
  const patterned: { readonly patterns: readonly string[]; readonly line: Line }[] = []
  const hashed: Hashed<Line>[] = []
  for (const line of lines) {
    const sum = /^\|1\|([^|]+)\|([^|]+)$/.exec(line.hosts)
    if (sum !== null) {
      hashed.push({ salt: Buffer.from(sum[1] ?? '', 'base64'), hash: sum[2] ?? '', line })
      continue
    }
    const names = lower(line.hosts).split(',')
    if (names.some((name) => /[*?!]/.test(name) || name.length > longest)) {
      patterned.push({ patterns: names, line })
      continue
    }
    for (const name of new Set(names)) {
      const same = plain.get(name)
      if (same === undefined) plain.set(name, [line])
      else same.push(line)
    }
  }
  return {
    about: async (asIs) => {
      const name = lower(asIs)
      const found = [
        ...(plain.get(name) ?? []),
        ...patterned.filter((each) => listFits(each.patterns, name)).map(({ line }) => line),
      ]
      const sums = new Map<string, string>()
      for (const [n, each] of hashed.entries()) {
        if (n % sumsInARow === sumsInARow - 1) await breathe()
        const salt = each.salt.toString('latin1')
        const sum = sums.get(salt) ?? hash(each.salt, name)
        sums.set(salt, sum)
        if (sum === each.hash) found.push(each.line)
      }
      return found.sort((one, other) => one.line - other.line)
    },
  }
}
