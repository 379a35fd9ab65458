const MiB = 1024 * 1024

/** One shape again and again, up to the size that is read. */
const filled = (piece: string, before = '', after = ''): string =>
  before + piece.repeat(Math.floor((MiB - before.length - after.length) / piece.length)) + after

const numbered = (count: number, piece: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => piece(n)).join('')

const deepBlock = numbered(1400, (n) => `${' '.repeat(n)}a:\n`)

const bomb = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 20 }, (_, n) => {
    const aliases = Array.from({ length: 10 }, () => `*a${String(n)}`).join(', ')
    return `a${String(n + 1)}: &a${String(n + 1)} [${aliases}]`
  }),
].join('\n')

const deepAliases = numbered(200, (n) =>
  n === 0 ? 'a0: &a0 [[[[x]]]]\n' : `a${String(n)}: &a${String(n)} [[[[*a${String(n - 1)}]]]]\n`,
)

/** Files that are hardly YAML, by what is wrong with them. */
export const shapes = (): Readonly<Record<string, string>> => ({
  'an empty file': '',
  spaces: filled(' '),
  'line ends': filled('\n'),
  'carriage returns': filled('\r'),
  CRLF: filled('\r\n'),
  tabs: filled('\t'),
  NULs: filled('\0'),
  'byte order marks': filled('\ufeff'),
  'line separators': filled('\u2028'),
  'next lines': filled('\u0085'),
  comments: filled('#\n'),
  'one long comment': filled('a', '# '),
  'open brackets': filled('['),
  'open braces': filled('{'),
  'brackets and braces': filled('{['),
  'brackets, all closed': `a: ${'['.repeat(MiB / 2 - 8)}${']'.repeat(MiB / 2 - 8)}`,
  'closing brackets': filled(']'),
  'closing braces': filled('}'),
  'maps in maps': filled('{a: ', 'a: '),
  'deep blocks': deepBlock,
  'lists in lists': filled('- '),
  'keys without words': filled('?\n'),
  'questions in questions': filled('? '),
  colons: filled(':'),
  'colons and blanks': filled(': '),
  'lines of colons': filled(': : :\n'),
  quotes: filled('"'),
  'single quotes': filled("'"),
  'an open quote': filled('\n', 'a: "'),
  escapes: filled('\\"', 'a: "', '"'),
  'escapes of a wide character': filled('\\U0010ffff', 'a: "', '"'),
  'escapes of nothing': filled('\\x', 'a: "', '"'),
  'a plain word of many lines': filled('b\n ', 'a: '),
  'a literal': filled(' b\n', 'a: |\n'),
  'a folded text': filled(' b\n\n', 'a: >\n'),
  pipes: filled('|'),
  dashes: filled('-'),
  ampersands: filled('&'),
  asterisks: filled('*', 'a: '),
  'exclamation marks': filled('!', 'a: '),
  'percent signs': filled('%'),
  'at signs': filled('@'),
  backticks: filled('`'),
  'commas in a list': filled('b,', 'a: [', ']'),
  'commas alone': filled(',,', '[', ']'),
  'empty maps in a list': filled('{},', 'a: [', ']'),
  'small lists in a list': filled('[[]],', 'a: [', ']'),
  items: filled('- a\n'),
  'the same key': filled('a: 1\n'),
  'a hundred thousand keys': numbered(100_000, (n) => `k${String(n)}: 1\n`),
  'one long key': filled('a', '', ': 1'),
  'one long key, said to be one': filled('a', '? ', '\n: 1'),
  documents: filled('---\n'),
  'ends of documents': filled('...\n'),
  directives: filled('%YAML 1.2\n'),
  'YAML 1.1': '%YAML 1.1\n---\ncluster: no\n',
  'strange directives': '%TAG ! tag:\u001b[2J,2000:\n---\na: !x b\n',
  tags: filled('!x b,', 'a: [', ']'),
  'a tag for code': 'a: !!js/function "function () { process.exit() }"\n',
  'a tag for bytes': 'a: !!binary AAAA\nb: !!set {a, b}\nc: !!timestamp 2001-01-01\n',
  anchors: `a: [${numbered(60_000, (n) => `&a${String(n)} 1,`)}]`,
  'anchors in circles': 'a: &a { b: &b { c: *a, d: *b } }\n',
  'an anchor of itself': 'cluster: &a [*a]\n',
  'an anchor with a name that paints': 'a: &\u001b[2J b\nc: *\u202ed\n',
  aliases: filled('*a,', 'a: &a 1\nb: [', ']'),
  'aliases of nothing': filled('*a,', 'b: [', ']'),
  'an alias bomb': bomb,
  'a deep alias bomb': deepAliases,
  'merge keys': filled('c:\n  <<: *a\n', 'a: &a {b: 1}\n'),
  'an alias as a key': 'a: &a b\n? *a\n: 1\n',
  'a list as a key': '? [a, [b]]\n: 1\n',
  prototypes: '__proto__: { polluted: true }\nconstructor: { prototype: { polluted: true } }\n',
  'a prototype for a router':
    'cluster: web\nforwarding: nat\nrouters: { __proto__: { priority: 1, interfaces: {} } }\n',
  'octal, hex, dates': 'cluster: 0o777\nforwarding: 0x1F\nvips: 2001-01-01\nnetworks: 12:30:45\n',
  'not a number': 'cluster: .nan\nforwarding: .inf\nvips: -.inf\n',
  'a number of a million digits': filled('9', 'cluster: '),
  'an exponent': 'cluster: 1e999999999\nforwarding: -0\n',
  'a scalar': 'hello\n',
  'a list': '- a\n- b\n',
  nothing: '~\n',
  'control characters in a comment': '# \u0007\u001b[2J\ncluster: web\n',
  'control characters, raw, in a key': '"\u001b[2J": 1\n',
  'a half of a line': 'cluster: web\nforward',
})

const head = `cluster: web
forwarding: nat
networks: { lan: { subnet: 10.0.0.0/8, gateway: inside } }
vips: { www: 10.255.0.1, inside: 10.255.0.2 }
routers:
  lb1: { priority: 2, interfaces: { eth0: { network: lan, address: 10.254.0.11 } } }
  lb2: { priority: 1, interfaces: { eth0: { network: lan, address: 10.254.0.12 } } }
`
const address = (n: number): string =>
  `10.${String((n >> 16) & 255)}.${String((n >> 8) & 255)}.${String(n & 255)}`

const servers = (count: number): string =>
  `real_servers:\n${numbered(
    count,
    (n) =>
      `  rs${String(n)}: { interfaces: { eth0: { network: lan, address: ${address(n + 256)} } } }\n`,
  )}`

const services = (count: number, more = ''): string =>
  `services:\n${numbered(
    count,
    (n) => `  s${String(n)}: { vip: www, port: ${String(n + 1)}${more} }\n`,
  )}`

const one = 'real_servers: { rs1: { managed: false, address: 10.0.0.20 } }\n'
const service = (words: string): string => `${head}${one}services: { a: { vip: www, ${words} } }\n`

/** Files that are inventories, but for how much of a thing they have. */
export const bigTexts = (): Readonly<Record<string, string>> => ({
  'a thousand real servers': head + servers(1000) + services(10),
  'a thousand real servers in fifty pools': head + servers(1000) + services(50),
  'two thousand real servers': head + servers(2000) + services(1),
  'a hundred thousand hosts':
    head + numbered(100_000, (n) => ` h${String(n)}: {}\n`).slice(0, MiB / 2),
  'a thousand services': head + one + services(1000),
  'a thousand services, each with a fault': head + one + services(1000, ', prot: x'),
  'a hundred thousand services, each with a fault':
    head + one + `services:\n${numbered(100_000, (n) => ` s${String(n)}:\n`)}`.slice(0, MiB / 2),
  'twenty thousand services, each with a fault':
    head + one + `services:\n${numbered(19_500, (n) => ` s${String(n)}:\n`)}`,
  'a thousand services on one port':
    head + one + `services:\n${numbered(1000, (n) => `  s${String(n)}: { vip: www, port: 80 }\n`)}`,
  'thirty thousand ports': service(
    `ports: [${Array.from({ length: 30_000 }, (_, n) => String(n + 1)).join(',')}]`,
  ),
  'two thousand overlapping ranges': service(`ports: [${'1-60000,'.repeat(2000)}]`),
  'one member again and again': service(`port: 80, real_servers: [${'rs1,'.repeat(35_000)}]`),
  'members that nobody knows': service(
    `port: 80, real_servers: [${Array.from({ length: 35_000 }, (_, n) => `x${String(n)}`).join(',')}]`,
  ),
  'a VIP that nobody knows, often': `${head}${one}services: { a: { vip: [${'x,'.repeat(30_000)}], port: 80 } }\n`,
  subnets: head.replace('10.0.0.0/8', `[${'10.0.0.0/8,'.repeat(30_000)}]`),
  'lines for keepalived': `${head}${one}services:\n  a:\n    vip: www\n    port: 80\n    extra: |\n${'      alpha\n'.repeat(80_000)}`,
  'escaped quotes for keepalived': `${head}${one}services:\n  a:\n    vip: www\n    port: 80\n    extra: |\n      ${'\\"'.repeat(400_000)}\n`,
  hops: head.replace('lb1: {', `lb1: { ssh: { proxy_jump: "${'a,'.repeat(100_000)}a" },`),
  'aliases of a long list': `${head}x: &x [${'a,'.repeat(5000)}]\ny: [${'*x,'.repeat(49)}]\n`,
})
