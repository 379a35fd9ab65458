/** A version of keepalived and all after it, up to one that is no longer among them. */
interface Span {
  readonly from: string
  readonly before?: string
}

/** What a version of keepalived can do, and where its word is not what happens; each with its source. */
const spans = {
  /**
   * `-t` tells whether a file will do. Missing before 2.0.4; then its exit codes and what it reads were still changing
   * (keepalived#955, ChangeLog 2.0.5 and 2.0.7).
   */
  canTest: [{ from: '2.0.7' }],
  /** `weight 0` becomes a weight of 1 (keepalived#1757). */
  weightZeroIsOne: [
    { from: '2.0.0', before: '2.0.16' },
    { from: '2.1.0', before: '2.2.0' },
  ],
  /** A weight that a reload changes stays as it was in the kernel (ChangeLog 2.2.2). */
  ignoresChangedWeights: [{ from: '2.2.0', before: '2.2.2' }],
  /** `-t` ends itself where a script runs as another user than root (keepalived#2617). */
  testDiesWithScriptUser: [{ from: '2.2.7', before: '2.2.8' }],
  /** reload_time_file: several routers reload in the same second. */
  reloadsTogether: [{ from: '2.1.0' }],
  /** reload_check_config: a reload tests the file first and stays as it is when that fails. */
  checksOnReload: [{ from: '2.2.0' }],
} as const satisfies Readonly<Record<string, readonly Span[]>>

export type Trait = keyof typeof spans

export const traits = Object.keys(spans) as readonly Trait[]

const numbersOf = (version: string): readonly number[] => version.split('.').map(Number)

/** Versions as numbers that compare as they do: 2.0.10 is after 2.0.9. */
const rank = (version: string): number => {
  const [major = 0, minor = 0, patch = 0] = numbersOf(version)
  return (major * 1000 + minor) * 1000 + patch
}

/** Whether a version of keepalived, `2.2.7`, has a trait. */
export const hasTrait = (version: string, trait: Trait): boolean =>
  spans[trait].some(
    ({ from, ...to }: Span) =>
      rank(version) >= rank(from) && (to.before === undefined || rank(version) < rank(to.before)),
  )

/**
 * POSIX shell for the same question on a host: sets `version`, empty where keepalived does not say, and `rank`, for
 * `shellHas`.
 */
export const shellVersion = `version=$(keepalived -v 2>&1 | sed -n 's/^Keepalived v\\([0-9.]*\\).*/\\1/p')
rank() { IFS=.; set -- $1; unset IFS; echo $(( (\${1:-0} * 1000 + \${2:-0}) * 1000 + \${3:-0} )); }
rank=$(rank "$version")`

/** A condition for POSIX shell, behind `shellVersion`. */
export const shellHas = (trait: Trait): string => {
  const alternatives = spans[trait].map(({ from, ...to }: Span) =>
    [
      `[ "$rank" -ge ${String(rank(from))} ]`,
      ...(to.before === undefined ? [] : [`[ "$rank" -lt ${String(rank(to.before))} ]`]),
    ].join(' && '),
  )
  return `{ ${alternatives.map((each) => `{ ${each}; }`).join(' || ')}; }`
}
