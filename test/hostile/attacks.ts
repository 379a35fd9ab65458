import { RegExpParser, type AST } from '@eslint-community/regexpp'

/** A text of about `length` characters. */
export type Attack = (length: number) => string

/** Characters that mean something to one expression or another; of a class, the first few that it takes. */
const candidates = 'a0 \n\t.:/-_=\'"[](){}<>,;|@#%*+?!~^$&\\`xyzAFZ19\r\0é\u2028'.split('')
const variants = 3

const accepts = (raw: string, flags: string): readonly string[] => {
  const whole = new RegExp(`^(?:${raw})$`, flags.replace(/[gmy]/g, ''))
  const taken = candidates.filter((each) => whole.test(each))
  return taken.length === 0 ? ['a'] : taken
}

/** Texts that a part of an expression takes, the shortest that comes to mind; never none. */
const samples = (node: AST.Node, flags: string): readonly string[] => {
  switch (node.type) {
    case 'Character':
      return [String.fromCodePoint(node.value)]
    case 'CharacterSet':
    case 'CharacterClass':
    case 'ExpressionCharacterClass':
      return accepts(node.raw, flags).slice(0, variants)
    case 'Quantifier': {
      const [first = '', ...others] = samples(node.element, flags)
      const times = Math.max(node.min, 1)
      return [first.repeat(times), ...others.map((other) => other.repeat(times))]
    }
    case 'CapturingGroup':
    case 'Group':
      return node.alternatives.flatMap((each) => samples(each, flags).slice(0, 1))
    case 'Alternative':
      return [node.elements.map((each) => samples(each, flags)[0] ?? '').join('')]
    default:
      return ['']
  }
}

const first = (node: AST.Node, flags: string): string => samples(node, flags)[0] ?? ''

/** Every sequence of an expression, with a text that leads to it. */
const sequences = (
  alternatives: readonly AST.Alternative[],
  lead: string,
  flags: string,
): readonly { readonly elements: readonly AST.Element[]; readonly lead: string }[] =>
  alternatives.flatMap(({ elements }) => [
    { elements, lead },
    ...elements.flatMap((element, n) => {
      const before =
        lead +
        elements
          .slice(0, n)
          .map((each) => first(each, flags))
          .join('')
      const inside = element.type === 'Quantifier' ? element.element : element
      return 'alternatives' in inside ? sequences(inside.alternatives, before, flags) : []
    }),
  ])

const repeated =
  (lead: string, pump: string, tail: string): Attack =>
  (length) =>
    lead + pump.repeat(Math.ceil(length / pump.length)) + tail

/**
 * Texts that keep an expression busy, made of its own parts: each part, and each beginning of it, over and over, alone
 * and behind what leads to it; at the end something that no expression waits for.
 */
export const attacksOn = ({ source, flags }: RegExp): readonly Attack[] => {
  const { alternatives } = new RegExpParser().parsePattern(source, 0, source.length, {
    unicode: flags.includes('u'),
  })
  const found = new Map<string, Attack>()
  const add = (lead: string, pump: string, tail: string): void => {
    if (pump !== '') found.set(JSON.stringify([lead, pump, tail]), repeated(lead, pump, tail))
  }
  for (const { elements, lead } of sequences(alternatives, '', flags)) {
    let begun = ''
    for (const element of elements) {
      const before = lead + begun
      begun += first(element, flags)
      const [own = '', ...others] = samples(element, flags)
      for (const pump of [own, ...others]) {
        for (const tail of ['', '\u0001', '\n']) add(before, pump, tail)
        add('', pump, '\u0001')
      }
      for (const between of ['', ' ', '\n', 'a', ':']) {
        add('', begun + between, '\u0001')
        add(lead, begun + between, '\u0001')
      }
    }
  }
  return [...found.values()]
}
