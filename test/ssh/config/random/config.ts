import fc, { type Arbitrary } from 'fast-check'

import type { Case } from '../cases/case.ts'
import { newerFile, oddFile, usualFile } from './lines.ts'

const anyFile = (maxLength: number): Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: usualFile(maxLength) },
    { weight: 3, arbitrary: oddFile(maxLength) },
    { weight: 1, arbitrary: newerFile(maxLength) },
  )

const included = fc.record(
  { a: anyFile(4), b: usualFile(4), 'd/x.conf': usualFile(4), 'd/y': usualFile(3) },
  { requiredKeys: [] },
)

const tops = fc.oneof(
  { weight: 12, arbitrary: fc.record({ config: anyFile(14) }) },
  { weight: 1, arbitrary: fc.record({ user: anyFile(8), system: anyFile(8) }) },
)

/** Files of ssh_config(5), and whoever is asked for. */
export const randomCase: Arbitrary<Case> = fc
  .tuple(
    tops,
    included,
    fc.constantFrom('lb1', 'lb1', 'lb1', 'LB1', 'db1', '192.0.2.7', '2001:db8::7'),
    fc.option(fc.constantFrom('ops', 'root'), { nil: undefined, freq: 4 }),
    fc.option(fc.constantFrom(22, 2222), { nil: undefined, freq: 4 }),
  )
  .map(([top, files, host, login, port]) => ({
    what: 'random',
    ...top,
    files,
    host,
    ...(login === undefined ? {} : { login }),
    ...(port === undefined ? {} : { port }),
    env: { LB_KEYS: '/keys', LB_AGENT: '/agent' },
  }))
