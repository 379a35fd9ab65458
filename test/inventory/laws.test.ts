import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { WishError } from '../../src/errors.ts'
import { canonical, familyOf, numberOf, spell } from '../../src/inventory/address.ts'
import type { Cluster } from '../../src/inventory/cluster.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { readYaml } from '../../src/yaml.ts'
import { means } from './cases.ts'

vi.setConfig({ testTimeout: 60_000 })

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const examples = ['nat', 'direct', 'services', 'tunnel'].map(
  (name) => readYaml(name, readFileSync(`inventory/${name}.yaml`, 'utf8')).value as Json,
)

const read = (value: unknown): Cluster =>
  readInventory('law.yaml', JSON.stringify(value), means).cluster

const leaves = (value: Json, path: readonly string[] = []): (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [
        [...path, key],
        ...leaves(inner, [...path, key]),
      ])
    : [path]

const replaced = (value: Json, [step, ...rest]: readonly string[], by: Json): Json => {
  if (step === undefined) return by
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === step ? replaced(item, rest, by) : item))
  if (typeof value !== 'object' || value === null) return by
  return { ...value, [step]: replaced(value[step] ?? null, rest, by) }
}

const telling = fc.constantFrom<Json>(
  'toString',
  'constructor',
  '__proto__',
  '::',
  '::ffff:1.2.3.4',
  '10.0.0.0/0',
  '10.0.0.1/33',
  'fe80::1%eth0',
  '$(reboot)',
  'a\nb',
  '[',
  ',',
  '@',
  'lb1',
  'lb1,lb2',
  'none',
  '',
  0,
  -1,
  1e308,
  null,
  [],
  {},
)

const anything = fc.oneof(
  telling,
  fc.string({ unit: 'binary' }),
  fc.jsonValue() as fc.Arbitrary<Json>,
)

const readsOrComplains = (value: Json): void => {
  try {
    read(value)
  } catch (error) {
    expect(error).toBeInstanceOf(WishError)
    for (const fault of (error as WishError).faults) {
      expect(fault.line).toBeGreaterThan(0)
      expect(fault.column).toBeGreaterThan(0)
      expect(fault.message).not.toBe('')
      expect(fault.message).not.toMatch(/^(Invalid|Too|Unrecognized) |undefined|\[object/)
    }
  }
}

it('whatever stands in a field, it is read or complained about', () => {
  for (const example of examples) {
    const place = fc.constantFrom(...leaves(example))
    fc.assert(
      fc.property(place, anything, (path, by) => {
        readsOrComplains(replaced(example, path, by))
      }),
      { numRuns: 200 },
    )
  }
})

it('no field is left out: each meets some of the telling values', () => {
  const values = fc.sample(telling, { numRuns: 200, seed: 1 })
  for (const example of examples)
    leaves(example).forEach((path, index) => {
      for (const by of values.slice((index * 3) % 197, ((index * 3) % 197) + 3))
        readsOrComplains(replaced(example, path, by))
    })
})

it('whatever the file is, it is read or complained about', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('a', ':', ' ', '\n', '- ', '&x ', '*x', '[', '{', '"', '!', '|', '\t'))
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (source) => {
      try {
        readInventory('law.yaml', source, means)
      } catch (error) {
        expect(error).toBeInstanceOf(WishError)
      }
    }),
    { numRuns: 500 },
  )
})

it('a canonical address is its own canonical form and the same number', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6())
  fc.assert(
    fc.property(address, (text) => {
      const family = familyOf(text)
      if (family === undefined) throw new Error(`${text} has no family`)
      expect(canonical(canonical(text))).toBe(canonical(text))
      expect(numberOf(canonical(text))).toBe(numberOf(text))
      expect(familyOf(canonical(text))).toBe(family)
      expect(spell(numberOf(text), family)).toBe(canonical(text))
    }),
  )
})

const shuffled = (value: Json, keys: readonly string[]): Json => {
  const sections = value as Record<string, Record<string, Json>>
  return Object.fromEntries(
    Object.entries(sections).map(([name, section]) => [
      name,
      keys.includes(name) ? Object.fromEntries(Object.entries(section).reverse()) : section,
    ]),
  )
}

const derived = ({ vrrp, services }: Cluster) => ({
  ids: vrrp.instances
    .map(({ name, virtualRouterId }) => `${name} ${String(virtualRouterId)}`)
    .sort(),
  marks: services
    .flatMap(({ name, virtualServers }) =>
      virtualServers.map(({ vip, firewallMark }) => `${name} ${vip.name} ${String(firewallMark)}`),
    )
    .sort(),
})

it('order moves no id and no mark', () => {
  for (const example of examples)
    for (const section of ['networks', 'vips', 'routers', 'real_servers', 'services'])
      expect(derived(read(shuffled(example, [section])))).toEqual(derived(read(example)))
})

it('another service moves no id and no mark', () => {
  const name = fc.stringMatching(/^[a-z]{1,12}$/).filter((text) => !['web', 'dns'].includes(text))
  const [, direct] = examples
  if (direct === undefined) throw new Error('two examples were read')
  const before = derived(read(direct))
  fc.assert(
    fc.property(name, (text) => {
      const more = replaced(direct, ['services', text], { vip: 'shop', ports: [8080, 8081] })
      const after = derived(read(more))
      expect(after.ids).toEqual(before.ids)
      expect(after.marks).toEqual(expect.arrayContaining(before.marks))
    }),
    { numRuns: 50 },
  )
})

const outcome = (value: Json): Cluster | undefined => {
  try {
    return read(value)
  } catch (error) {
    expect(error).toBeInstanceOf(WishError)
    return undefined
  }
}

it('a mark stands for one VIP of a family, and a given one is never derived', () => {
  const [, direct] = examples
  if (direct === undefined) throw new Error('four examples were read')
  // The marks that the example's own service derives, so that they meet given ones.
  const mark = fc.constantFrom(undefined, 241972, 273468, 80, [241972, 273468], [81, 82])
  const names = fc.uniqueArray(fc.stringMatching(/^[a-c]{1,2}$/), { maxLength: 3 })
  const marked = fc.tuple(names, fc.array(mark, { minLength: 4, maxLength: 4 }))
  fc.assert(
    fc.property(marked, ([others, given]) => {
      const services = ['web', ...others].map((name, index) => {
        const own = given[index]
        const ports = [2 * index + 1, `${String(2 * index + 100)}-${String(2 * index + 101)}`]
        const service = { vip: ['shop', 'shop6'], ports, persistence_timeout: 60 }
        return [name, own === undefined ? service : { ...service, firewall_mark: own }] as const
      })
      const cluster = outcome(replaced(direct, ['services'], Object.fromEntries(services)))
      if (cluster === undefined) return
      const all = cluster.services.flatMap(({ virtualServers }) => virtualServers)
      const spots = all.map(({ vip, firewallMark }) => `${vip.name} ${String(firewallMark)}`)
      expect(new Set(spots).size).toBe(spots.length)
      const wanted = new Set(given.slice(0, services.length).flat())
      cluster.services.forEach(({ virtualServers }, index) => {
        const own = [given[index] ?? []].flat()
        for (const [at, { firewallMark }] of virtualServers.entries())
          if (own.length > 0) expect(firewallMark).toBe(own[at] ?? own[0])
          else expect(wanted).not.toContain(firewallMark)
      })
    }),
    { numRuns: 200 },
  )
})

it('ports are complained about if and only if one of them is there twice', () => {
  const [nat] = examples
  if (nat === undefined) throw new Error('four examples were read')
  const range = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 4 }))
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 5 }), (ranges) => {
      const ports = ranges.map(([first, more]) => ({ first, last: first + more }))
      const written = ports.map(({ first, last }) =>
        first === last ? first : `${String(first)}-${String(last)}`,
      )
      const each = ports.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, index) => first + index),
      )
      const web = { vip: 'www', ports: written, persistence_timeout: 60 }
      const cluster = outcome(replaced(nat, ['services'], { web }))
      expect(cluster === undefined).toBe(new Set(each).size < each.length)
      if (cluster !== undefined) expect(cluster.services[0]?.ports).toEqual(ports)
    }),
    { numRuns: 200 },
  )
})
