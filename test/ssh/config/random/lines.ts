import { readFileSync } from 'node:fs'

import fc, { type Arbitrary } from 'fast-check'

// Lines of ssh_config(5), most of them right, some odd, few wrong.

const pick = (...texts: readonly string[]): Arbitrary<string> => fc.constantFrom(...texts)

/** One of the text files beside this one. */
const linesOf = (name: string): readonly string[] =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')

const yesNo = pick('yes', 'no', 'yes', 'no', 'YES', 'True', 'false')
const time = pick('5', '90', '1m30s', '2H', '0', '1w2d3', 'none')
const names = ['lb1', 'lb*', 'l?1', '*', 'db1', 'real', 'real*', 'LB1', '192.0.2.*', '*.example']
const pattern = fc
  .tuple(pick('', '', '', '!'), fc.constantFrom(...names))
  .map((parts) => parts.join(''))
const host = pick('real', '%h.example', '%h', 'REAL.Example', '192.0.2.9', '127.1', '2001:DB8::1')
const path = pick('~/a', '/b', '/b/%h-%r-%p', '%d/%n.%k', '${LB_KEYS}/k', '/%u%i%l%L', '~/%C', '/e')
const algorithms = (...all: readonly string[]): Arbitrary<string> =>
  fc
    .tuple(pick('', '+', '-', '^'), fc.subarray([...all], { minLength: 1 }))
    // ssh takes patterns of ciphers and their like only where they take something away.
    .map(
      ([sign, list]) => `${list.some((each) => each.includes('*')) ? '-' : sign}${list.join(',')}`,
    )
const jump = pick(
  ...['a', 'none', 'u@a:2201,b', 'a,ssh://u@b:2222', 'ssh://b', '[2001:db8::1]:22', 'u@192.0.2.3'],
  ...['a,b,c', 'NONE', 'u@v@w', 'a:ssh'],
)
const command = pick('false %h %p', 'none', 'false "%n" \'%r\' # %k', 'exit 3; nc %h', 'None')

/** What may stand behind each keyword: one word, where nothing else is said. */
const values: Readonly<Record<string, Arbitrary<string>>> = {
  AddressFamily: pick('any', 'inet', 'INET6'),
  BatchMode: yesNo,
  BindAddress: pick('192.0.2.1', '::1'),
  CheckHostIP: yesNo,
  Ciphers: algorithms('aes256-ctr', 'aes128-ctr', 'aes*', '3des-cbc'),
  ConnectTimeout: time,
  ConnectionAttempts: pick('1', '3'),
  HashKnownHosts: yesNo,
  HostKeyAlgorithms: algorithms('ssh-ed25519', 'ecdsa-*', 'rsa-sha2-512', '*-cert-*'),
  HostKeyAlias: pick('Ali', 'lb9', '[lb1]:2222'),
  HostName: host,
  IdentitiesOnly: yesNo,
  IdentityAgent: pick('none', 'SSH_AUTH_SOCK', '$LB_AGENT', '${LB_AGENT}/x', '~/%h.sock', '$NOPE'),
  IdentityFile: fc.oneof({ weight: 6, arbitrary: path }, pick('none', '/c', '~/d')),
  CertificateFile: path,
  KbdInteractiveAuthentication: yesNo,
  KexAlgorithms: algorithms('curve25519-sha256', 'diffie-*', 'ecdh-sha2-nistp256'),
  MACs: algorithms('hmac-sha2-256', '*etm*', 'hmac-md5'),
  NumberOfPasswordPrompts: pick('1', '0', '7'),
  PasswordAuthentication: yesNo,
  Port: pick('22', '2222', '+23', '65535', 'ssh'),
  PreferredAuthentications: pick('publickey', 'password,publickey', 'none'),
  PubkeyAcceptedAlgorithms: algorithms('ssh-ed25519', 'rsa-*', 'ssh-rsa'),
  PubkeyAuthentication: pick('yes', 'no', 'unbound', 'host-bound'),
  ServerAliveCountMax: pick('0', '3', '12'),
  ServerAliveInterval: time,
  StrictHostKeyChecking: pick('yes', 'no', 'ask', 'off', 'accept-new', 'TRUE'),
  User: pick('ops', 'root', 'ann', 'OPS'),
  // What a run does without, or what the system's ssh has the word of.
  Compression: pick('yes', 'no'),
  ForwardAgent: pick('yes', 'no', '/agent'),
  GSSAPIAuthentication: yesNo,
  LogLevel: pick('INFO', 'error'),
  RequestTTY: pick('no', 'force', 'auto'),
  VerifyHostKeyDNS: pick('yes', 'no', 'ask'),
}

const several: Readonly<Record<string, Arbitrary<readonly string[]>>> = {
  GlobalKnownHostsFile: fc.array(pick('/g', '/h i', '~/j'), { minLength: 1, maxLength: 3 }),
  UserKnownHostsFile: fc.oneof(
    fc.array(path, { minLength: 1, maxLength: 3 }),
    fc.constant(['none']),
  ),
  SendEnv: fc.array(pick('LANG', 'LC_*'), { minLength: 1, maxLength: 2 }),
}

const rest: Readonly<Record<string, Arbitrary<string>>> = {
  ProxyCommand: command,
  ProxyJump: jump,
}

const aliases: Readonly<Record<string, string>> = {
  ChallengeResponseAuthentication: 'KbdInteractiveAuthentication',
  IdentityFile2: 'IdentityFile',
  PubkeyAcceptedKeyTypes: 'PubkeyAcceptedAlgorithms',
}

/** One word as a person may write it. */
const quoted = (word: string): Arbitrary<string> =>
  fc.constantFrom(
    ...(/[\s#]|^$/.test(word) ? [] : [word, word, word, word]),
    `"${word}"`,
    `'${word}'`,
    word.replaceAll(' ', '\\ '),
    `${word.slice(0, 1)}"${word.slice(1)}"`,
  )

const quotedAll = (words: readonly string[]): Arbitrary<string> =>
  fc.tuple(...words.map(quoted)).map((all) => all.join(' '))

const anyCase = (keyword: string): Arbitrary<string> =>
  fc.constantFrom(keyword, keyword, keyword, keyword.toLowerCase(), keyword.toUpperCase())

const between = pick(' ', ' ', ' ', ' ', '=', ' = ', '\t', ' =', '  ')
const before = pick('', '', '  ', '\t')
const behind = pick('', '', '', '', ' # so', ' ', '\r', ' #', '\t')
const bare = pick('', '', '', ' ', '\r')

const line = (
  keyword: string,
  value: Arbitrary<string>,
  end: Arbitrary<string>,
): Arbitrary<string> =>
  fc.tuple(before, anyCase(keyword), between, value, end).map((parts) => parts.join(''))

const oneOfEach = <Value>(
  table: Readonly<Record<string, Value>>,
  make: (keyword: string, value: Value) => Arbitrary<string>,
): readonly Arbitrary<string>[] =>
  Object.entries(table).map(([keyword, value]) => make(keyword, value))

const single = oneOfEach(values, (keyword, value) => line(keyword, value.chain(quoted), behind))

const setting = fc.oneof(
  ...single,
  ...oneOfEach(several, (keyword, value) => line(keyword, value.chain(quotedAll), behind)),
  ...oneOfEach(rest, (keyword, value) => line(keyword, value, bare)),
  ...oneOfEach(aliases, (keyword, now) => line(keyword, values[now] ?? fc.constant(''), behind)),
)

/** Those that decide where it goes and who logs in: there are few of them among so many keywords. */
const telling = fc.oneof(
  ...['HostName', 'Port', 'User', 'HostKeyAlias', 'IdentityFile', 'StrictHostKeyChecking'].map(
    (keyword) => line(keyword, (values[keyword] ?? fc.constant('')).chain(quoted), behind),
  ),
  line('ProxyJump', jump, bare),
  line('ProxyCommand', command, bare),
)

const hostLine = line(
  'Host',
  fc.array(pattern, { minLength: 1, maxLength: 3 }).chain(quotedAll),
  behind,
)

const patterns = fc
  .array(pattern, { minLength: 1, maxLength: 2 })
  .map((all) => all.join(','))
  .chain((list) => pick(list, list, `"${list}"`))
const exec = pick(
  ...[
    'true',
    'false',
    '"exit 3"',
    '"test %h = real"',
    '"test %p = 2222"',
    '"test %r-%n = ops-lb1"',
  ],
  ...['"test %k = lb1"', '"test %L%l%u%i%d != x"'],
)
const user = pick('root', 'ops', '!ops,*', 'o*', 'ann,root')
const condition = fc.oneof(
  ...[
    fc.tuple(pick('host', 'originalhost', 'HOST'), between, patterns),
    fc.tuple(pick('user', 'localuser'), between, user),
    fc.tuple(pick('exec'), pick(' ', '='), exec),
    fc.tuple(pick('final', 'canonical', 'all')),
  ].map((parts: Arbitrary<readonly string[]>) =>
    fc.tuple(pick('', '', '', '!'), parts).map(([no, words]) => no + words.join('')),
  ),
)
const matchLine = line(
  'Match',
  fc.array(condition, { minLength: 1, maxLength: 3 }).map((all) => all.join(' ')),
  pick('', '', '', ' # so', '\r'),
)

/** `@/` is the case's own folder. */
const includeLine = line(
  'Include',
  pick('@/a', '@/b', '@/d/*', '@/[ab]', '@/no', '@/a @/b', '"@/d/*.conf"', '@/?', 'no/*'),
  behind,
)

const unknown = pick(
  ...['IgnoreUnknown foo,x*', 'IgnoreUnknown Ba?', 'Foo x', 'Xyz yes', 'bar "x y" # z'],
)
const former = pick('Protocol 2', 'UseRoaming no', 'Cipher 3des', 'RSAAuthentication yes')
const nothing = pick('', '   ', '# a comment', '\t# Port 1', '\r')

/** What ssh refuses, or reads in a way that nobody expects. */
const odd = fc.oneof(
  pick(...linesOf('odd.txt')),
  fc
    .tuple(fc.constantFrom(...Object.keys(values)), pick('"', "'", '%', '\\', '', ' x', '#', '= '))
    .map(([keyword, end]) => `${keyword} x${end}`),
)

/** Words that OpenSSH learned after 9.2: an older one refuses the file. */
const newer = pick(...linesOf('newer.txt'))

const usual = fc.oneof(
  { weight: 10, arbitrary: setting },
  { weight: 10, arbitrary: telling },
  { weight: 4, arbitrary: hostLine },
  { weight: 4, arbitrary: matchLine },
  { weight: 1, arbitrary: includeLine },
  { weight: 1, arbitrary: nothing },
)

const file = (arbitrary: Arbitrary<string>, maxLength: number): Arbitrary<string> =>
  fc.array(arbitrary, { maxLength }).map((all) => all.map((each) => `${each}\n`).join(''))

/** A file, `odds` of which may be refused. */
export const usualFile = (maxLength: number): Arbitrary<string> => file(usual, maxLength)

export const oddFile = (maxLength: number): Arbitrary<string> =>
  file(
    fc.oneof(
      { weight: 20, arbitrary: usual },
      { weight: 2, arbitrary: odd },
      { weight: 1, arbitrary: unknown },
      { weight: 1, arbitrary: former },
    ),
    maxLength,
  )

export const newerFile = (maxLength: number): Arbitrary<string> =>
  file(fc.oneof({ weight: 6, arbitrary: usual }, { weight: 2, arbitrary: newer }), maxLength)
