import fc from 'fast-check'

export const names = ['lb1', 'lb2', 'lb3'] as const
export type Name = (typeof names)[number]

/** What one inventory says of the routers. */
export interface Wished {
  readonly routers: readonly Name[]
  readonly password: string
  readonly every: number
  readonly id: number
  readonly version: 2 | 3
  readonly vips: readonly string[]
}

/** What goes wrong in a run. */
export type Trouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'away'; readonly hosts: readonly Name[] }
  | { readonly kind: 'refuses'; readonly host: Name; readonly verbs: readonly string[] }
  /** lbprov is killed: just before a trip is sent, or when its script has run and nothing was heard of it. */
  | { readonly kind: 'killed'; readonly trip: number; readonly sent: boolean }
  /** Ctrl-C during a trip. */
  | { readonly kind: 'interrupted'; readonly trip: number }
  /** The host of a trip loses its power, after so many steps of the script. */
  | { readonly kind: 'powerless'; readonly trip: number; readonly steps: number }

export type Step =
  | {
      readonly do: 'apply'
      readonly wished: Wished
      readonly limit: readonly Name[] | undefined
      readonly trouble: Trouble
    }
  | { readonly do: 'remove'; readonly host: Name; readonly forget: boolean }
  | { readonly do: 'destroy'; readonly trouble: Trouble }
  | { readonly do: 'stop' | 'reboot'; readonly host: Name }

export interface History {
  /** Routers that ran keepalived before lbprov, by hand: all with one file. */
  readonly before: { readonly routers: readonly Name[]; readonly wished: Wished } | undefined
  readonly steps: readonly Step[]
}

const some = fc.subarray([...names], { minLength: 1 })
const one = fc.constantFrom(...names)

const wished: fc.Arbitrary<Wished> = fc.record({
  routers: some,
  password: fc.constantFrom('passw123', 'rotated1'),
  every: fc.constantFrom(1, 2),
  id: fc.constantFrom(50, 51),
  version: fc.constantFrom(2, 2, 2, 3),
  vips: fc.subarray(['203.0.113.10', '203.0.113.11', '203.0.113.12'], { minLength: 1 }),
})

// Small changes are the dangerous ones: most inventories of a history have most in common.
const alike = (first: Wished): fc.Arbitrary<Wished> =>
  fc
    .tuple(
      wished,
      fc.subarray(['routers', 'password', 'every', 'id', 'version', 'vips'] as const, {
        maxLength: 2,
      }),
    )
    .map(([other, fields]) => ({
      ...first,
      ...Object.fromEntries(fields.map((field) => [field, other[field]])),
    }))

const trip = fc.integer({ min: 1, max: 14 })
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { arbitrary: fc.constant<Trouble>({ kind: 'none' }), weight: 4 },
  fc.record({ kind: fc.constant('away' as const), hosts: some }),
  fc.record({
    kind: fc.constant('refuses' as const),
    host: one,
    verbs: fc.subarray(
      ['start', 'stop', 'reload', 'restart', 'reload-or-restart', 'enable', 'disable', 'test'],
      { minLength: 1, maxLength: 2 },
    ),
  }),
  {
    arbitrary: fc.record({ kind: fc.constant('killed' as const), trip, sent: fc.boolean() }),
    weight: 2,
  },
  fc.record({ kind: fc.constant('interrupted' as const), trip }),
  fc.record({
    kind: fc.constant('powerless' as const),
    trip,
    steps: fc.integer({ min: 0, max: 6 }),
  }),
)

const stepFrom = (first: Wished): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      arbitrary: fc.record({
        do: fc.constant('apply' as const),
        wished: alike(first),
        limit: fc.oneof({ arbitrary: fc.constant(undefined), weight: 2 }, some),
        trouble,
      }),
      weight: 8,
    },
    {
      arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'reboot' as const), host: one }),
      weight: 3,
    },
    fc.record({ do: fc.constant('remove' as const), host: one, forget: fc.boolean() }),
    fc.record({ do: fc.constant('destroy' as const), trouble }),
  )

/**
 * A few runs and mishaps, one after the other, on three routers that start bare or, as far as the first inventory has
 * them, with a file of other hands.
 */
export const history: fc.Arbitrary<History> = wished.chain((first) =>
  fc.record({
    before: fc.option(
      fc.record({
        routers: fc.subarray([...first.routers], { minLength: 1 }),
        wished: alike(first),
      }),
      { nil: undefined, freq: 3 },
    ),
    steps: fc
      .array(stepFrom(first), { minLength: 1, maxLength: 5 })
      .map((steps): readonly Step[] => [
        { do: 'apply', wished: first, limit: undefined, trouble: { kind: 'none' } },
        ...steps,
      ]),
  }),
)

/** One step in a line, for whoever reads a history that failed. */
export const inWords = (step: Step): string => JSON.stringify(step)
