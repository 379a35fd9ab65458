import { createHmac } from 'node:crypto'

import fc, { type Arbitrary } from 'fast-check'

// Random files of known_hosts: most lines right, some odd, some wrong.

const address = '192.0.2.1'

/** hosts(5) of the host that is met. */
export const hosts = `${address} lb1.example.test\n127.0.0.1 here.example.test`

/** Where it listens. */
export const doors = ['22', '2222'].flatMap((port) =>
  [address, '127.0.0.1'].map((host) => ({ host, port: Number(port) })),
)

/** Which of its three keys it has, by their numbers. */
export const keySets = [[0, 1, 2], [0], [1], [2], [1, 2], [0, 2]] as const

/** Keys as known_hosts has them, `ssh-ed25519 AAAA…`: one of each type. */
export interface ShownKeys {
  readonly own: readonly string[]
  readonly others: readonly string[]
}

/** Somebody goes to a host by some files. */
export interface Meeting {
  readonly name: string
  /** The user's known_hosts, and the system's. */
  readonly lines: readonly string[]
  readonly forAll: readonly string[]
  /** Of ssh_config. */
  readonly options: readonly string[]
  /** Of `keySets`. */
  readonly server: number
  /** The user's file ends in the middle of a line. */
  readonly open: boolean
}

const pick = fc.constantFrom<string[]>
const few = (...texts: readonly string[]): Arbitrary<string> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant('') }, { weight: 1, arbitrary: pick(...texts) })
const joined = (...parts: readonly Arbitrary<string>[]): Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(''))

const names = [
  ...['lb1.example.test', 'LB1.Example.test', 'lb1.*', '*.test', 'lb?.example.test', '*'],
  ...[address, '192.0.2.*', '192.0.2.9', 'lb2.example.test', 'here.example.test', '127.0.0.1'],
  ...['[lb1.example.test]:2222', `[${address}]:2222`, '[*]:2222', '[192.0.2.?]:*'],
  ...['[lb1.example.test]:22', 'farm', 'Farm'],
]
const sealed = fc
  .tuple(
    pick('lb1.example.test', address, 'farm', '[lb1.example.test]:2222', `[${address}]:2222`),
    fc.nat(3),
  )
  .map(([name, n]) => {
    const salt = Buffer.alloc(20, n)
    const hash = createHmac('sha1', salt).update(name).digest('base64')
    return `|1|${salt.toString('base64')}|${hash}`
  })
const open = fc
  .array(joined(few('!'), pick(...names)), { minLength: 1, maxLength: 3 })
  .map((all) => all.join(','))
const odd = pick('|1|x|y', '|2|a|b', ',', 'lb1.example.test,', '!')
const first = fc.oneof(
  { weight: 6, arbitrary: open },
  { weight: 2, arbitrary: sealed },
  { weight: 1, arbitrary: odd },
)

/** A key that is none, or not of its type. */
const spoilt = (key: string): Arbitrary<string> => {
  const [type = '', blob = ''] = key.split(' ')
  return pick(
    ...[`${type} ${blob.slice(0, -5)}`, `ssh-rsa ${blob}`, type, `${type} ${blob}AAAA`],
    ...['1024 35 1234567890', `ssh-dss ${blob}`, `${type} #${blob}`],
    `${type.toUpperCase()} ${blob}`,
  )
}
const lineOf = ({ own, others }: ShownKeys): Arbitrary<string> => {
  const right = pick(...own, ...others)
  return joined(
    few('@revoked ', '@cert-authority ', '@other ', '# ', ' ', '\t', '@revoked  '),
    first,
    pick(' ', ' ', ' ', '\t', '  '),
    fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: right.chain(spoilt) }),
    few(' root@lb1', ' # x', ' a b', '\t', '\r'),
  )
}

const options = fc.tuple(
  few('Port 2222', 'Port 2222', 'Port 22'),
  few('HostKeyAlias farm', 'HostKeyAlias FARM'),
  pick('', 'CheckHostIP yes', 'CheckHostIP no'),
  pick('StrictHostKeyChecking yes', 'StrictHostKeyChecking accept-new'),
  pick('', 'HashKnownHosts yes'),
  few(
    'HostKeyAlgorithms rsa-sha2-512,ssh-ed25519',
    'HostKeyAlgorithms -ssh-ed25519',
    'HostKeyAlgorithms ^ecdsa-sha2-nistp256',
  ),
)

const anyMeeting = (keys: ShownKeys): Arbitrary<Meeting> =>
  fc.record({
    name: pick(
      'lb1.example.test',
      'lb1.example.test',
      'LB1.example.test',
      address,
      'here.example.test',
    ),
    lines: fc.array(lineOf(keys), { maxLength: 6 }),
    forAll: fc.array(lineOf(keys), { maxLength: 2 }),
    options: options.map((all) => all.filter((each) => each !== '')),
    server: fc.nat(keySets.length - 1),
    open: fc.boolean(),
  })

/** What chance would seldom bring about. */
const aimed = ({ own, others }: ShownKeys): readonly ((one: Meeting) => Meeting)[] => [
  (one) => ({ ...one, lines: [...own.map((key) => `@revoked * ${key}`), ...one.lines] }),
  (one) => ({
    ...one,
    name: 'lb1.example.test',
    lines: [
      ...own.map((key) => `lb1.example.test,[lb1.example.test]:2222,farm ${key}`),
      ...others.map((key) => `${address},[${address}]:2222 ${key}`),
      ...one.lines,
    ],
    options: ['CheckHostIP yes', ...one.options],
  }),
]

/** A third of them is aimed. */
export const meetings = (keys: ShownKeys): Arbitrary<Meeting> => {
  const any = anyMeeting(keys)
  return fc.oneof(
    { weight: 4, arbitrary: any },
    ...aimed(keys).map((aim) => ({ weight: 1, arbitrary: any.map(aim) })),
  )
}

/** For a person who is to see what differs. */
export const asText = ({ lines, forAll, ...asked }: Meeting): string => {
  const files = ['--- known_hosts', ...lines, '--- ssh_known_hosts', ...forAll]
  return [JSON.stringify({ ...asked, server: keySets[asked.server] }), ...files].join('\n')
}
