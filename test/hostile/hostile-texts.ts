import { readFileSync } from 'node:fs'

import { readYaml } from '../../src/yaml.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** The worked examples as data: valid inventories to begin from. */
export const examples: Readonly<Record<string, Json>> = Object.fromEntries(
  ['nat', 'direct', 'services', 'tunnel'].map((name) => [
    name,
    readYaml(name, readFileSync(`inventory/${name}.yaml`, 'utf8')).value as Json,
  ]),
)

type Way = readonly string[]

/** The ways to every single value. */
export const leaves = (value: Json, way: Way = []): readonly Way[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...way, key]))
    : [way]

/** The ways to every map. */
export const maps = (value: Json, way: Way = []): readonly Way[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? [way, ...Object.entries(value).flatMap(([key, inner]) => maps(inner, [...way, key]))]
    : []

/** The same with another value in one place; a key that is not there is added. */
export const replaced = (value: Json, [step, ...rest]: Way, by: Json): Json => {
  if (step === undefined) return by
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === step ? replaced(item, rest, by) : item))
  if (typeof value !== 'object' || value === null) return by
  const copy = Object.entries(value).filter(([key]) => key !== step)
  return Object.fromEntries([...copy, [step, replaced(value[step] ?? null, rest, by)]])
}

/** What a field would rather not hold. */
export const strings: Readonly<Record<string, string>> = {
  'a control sequence': '\u001b[2J\u001b]0;mine\u0007',
  'C1 control characters': '\u009b31m\u0085\u0090',
  'a line that turns': 'a\u202egnp.exe\u2066\u061c',
  'invisible characters': 'a\u200b\u00ad\ufeff\u2060b\u{e0041}',
  'a lonely surrogate': 'a\ud800b',
  NUL: 'a\u0000b',
  lines: 'a\nb\r\nc\u2028d\u2029e',
  'a command substitution': '$(touch CANARY)',
  backticks: '`touch CANARY`',
  quotes: `'; touch CANARY; "`,
  'an option': '-oProxyCommand=touch CANARY',
  'a template': '{{ 7*7 }} ${jndi:ldap://x} %s%n <%= 1 %>',
  'a prototype': '__proto__',
  'a constructor': 'constructor',
  toString: 'toString',
  'a way out': '../../../../etc/shadow',
  'a whole path': '/dev/zero',
  'a home': '~root/.ssh/id_ed25519',
  brackets: '['.repeat(2000),
  'very long': 'a'.repeat(200_000),
  'long and then wrong': `${'a'.repeat(100_000)}!`,
  'many dots': `${'1.'.repeat(50_000)}x`,
  'many colons': `${':'.repeat(50_000)}x`,
  'many blanks': `${' '.repeat(100_000)}x`,
  'many commas': `${'a,'.repeat(50_000)}!`,
  'many slashes': `${'/a'.repeat(50_000)}\u0001`,
  'many at signs': 'a@'.repeat(50_000),
  'many backslashes': '\\'.repeat(100_001),
  'many quotes': '"'.repeat(100_001),
  'another script': '١٢٣.٠.٠.١',
  'an emoji': '\u{1f468}\u200d\u{1f469}',
}

/** What is no text at all. */
export const values: Readonly<Record<string, Json>> = {
  nothing: null,
  'a truth': true,
  'a large number': 1e308,
  'a negative number': -1,
  'a fraction': 0.1,
  'a number past the whole ones': 2 ** 53 + 2,
  'an empty list': [],
  'an empty map': {},
  'a list of lists': [[[[[[]]]]]],
  'a map of maps': { a: { b: { c: {} } } },
}
