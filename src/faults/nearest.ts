// Letters missing, added, changed, or two neighbours swapped (optimal string alignment).
const distance = (a: string, b: string): number => {
  let before: readonly number[] = []
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const change = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const crossed = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swap = crossed ? (before[column - 2] ?? 0) + 1 : change
      line.push(Math.min(change, swap, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1))
    }
    before = above
    above = line
  }
  return above[b.length] ?? 0
}

const strangeness = (wanted: string, candidate: string): number =>
  candidate.toLowerCase().startsWith(wanted.slice(0, 1)) ? 0 : 1

/** What others call a thing that has one word here: keepalived's older words, and LVS's tools'. */
const aliases: Readonly<Record<string, string>> = {
  virtual_servers: 'services',
  virtual_server: 'services',
  servers: 'real_servers',
  lvs_sched: 'scheduler',
  lb_algo: 'scheduler',
  lvs_method: 'forwarding',
  lb_kind: 'forwarding',
  persistence: 'persistence_timeout',
  virtual_ipaddress: 'vips',
}

/** The known word that a mistyped one was probably meant to be. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  // A long paste is no typing error, and measuring it would cost its length squared.
  if (word.length > 64) return undefined
  const wanted = word.toLowerCase()
  const alias = Object.hasOwn(aliases, wanted) ? aliases[wanted] : undefined
  if (alias !== undefined && known.includes(alias)) return alias
  const close = known
    .map((candidate) => ({ candidate, far: distance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.max(1, Math.floor(candidate.length / 3)))
    // Of two equally near, the one with the same first letter: people seldom miss that.
    .sort(
      (a, b) =>
        a.far - b.far || strangeness(wanted, a.candidate) - strangeness(wanted, b.candidate),
    )
  return close[0]?.candidate
}

/** The end of a sentence about an unknown word: the nearest known one, else all of them. */
export const hint = (word: string, known: readonly string[], none = 'there is none'): string => {
  const meant = nearest(word, known)
  if (meant !== undefined) return `; did you mean "${meant}"?`
  return known.length === 0 ? `; ${none}` : `; known here: ${known.join(', ')}`
}
