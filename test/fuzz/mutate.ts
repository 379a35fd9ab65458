/** Numbers from 0 to 1 that are the same for the same seed: mulberry32. */
export type Random = () => number

export const randomFrom = (seed: number): Random => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const below = (random: Random, n: number): number => Math.floor(random() * n)

const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[below(random, items.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}

// What readers of text stumble over.
const telling = [
  ...[
    '',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '\0',
    '\u001b[2J',
    '\u009b',
    '\u202e',
    '\ufeff',
    '\ufffd',
    '\ud800',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ':',
    ',',
    '#',
    '&a ',
    '*a',
    '!',
    '%',
    '|',
    '>',
    '- ',
    '? ',
    '<<: ',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'null',
    'true',
    '-1',
    '0',
    '1e999',
    '9'.repeat(400),
    'NaN',
  ],
  ...[
    '$(x)',
    '`x`',
    '\\',
    '\\u0000',
    '/',
    '../',
    '~',
    '*',
    '@revoked ',
    '@cert-authority ',
    '|1|',
    '!*',
  ],
  ...[
    '::',
    '0.0.0.0/0',
    '255.255.255.255',
    '::ffff:1.2.3.4',
    '10.0.0.1',
    'lo',
    '65536',
    '0x7fffffff',
  ],
]

const cut = (text: string, random: Random): readonly [from: number, to: number] => {
  const from = below(random, text.length + 1)
  // Mostly little, at times much.
  const length = Math.floor(random() ** 4 * text.length) + below(random, 4)
  return [from, Math.min(text.length, from + length)]
}

type Way = (text: string, random: Random, others: readonly string[]) => string

const ways: readonly Way[] = [
  (text, random) => {
    const [from, to] = cut(text, random)
    return text.slice(0, from) + text.slice(to)
  },
  (text, random) => {
    const [from, to] = cut(text, random)
    return text.slice(0, from) + pick(random, telling) + text.slice(to)
  },
  (text, random) => {
    const at = below(random, text.length + 1)
    return text.slice(0, at) + pick(random, telling) + text.slice(at)
  },
  (text, random) => {
    const [from, to] = cut(text, random)
    const times = 2 ** below(random, 12)
    return (
      text.slice(0, from) + text.slice(from, to).repeat(times).slice(0, 200_000) + text.slice(to)
    )
  },
  (text, random) => {
    const at = below(random, text.length)
    const changed = text.charCodeAt(at) ^ (1 << below(random, 8))
    return text.slice(0, at) + String.fromCharCode(changed) + text.slice(at + 1)
  },
  (text, random, others) => {
    const other = pick(random, others)
    const [from, to] = cut(other, random)
    const at = below(random, text.length + 1)
    return text.slice(0, at) + other.slice(from, to) + text.slice(at)
  },
  (text, random) => {
    const lines = text.split('\n')
    const [a, b] = [below(random, lines.length), below(random, lines.length)]
    ;[lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? '']
    return lines.join('\n')
  },
  (text, random) =>
    text.replaceAll(/\d+/g, (number) =>
      random() < 0.1 ? pick(random, ['0', '-1', '4294967296', '1e99', '']) : number,
    ),
]

/** One of the seeds, changed in a few places. */
export const mutated = (seeds: readonly string[], random: Random): string => {
  let text = pick(random, seeds)
  for (let n = below(random, 5); n >= 0; n -= 1)
    text = pick(random, ways)(text, random, seeds).slice(0, 2_000_000)
  return text
}
