import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { memoryQuestions, readMemory } from '../../src/engine/memory.ts'
import { lockAnswer } from '../../src/engine/lock.ts'
import { AnswerError, WishError } from '../../src/errors.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { readRoster } from '../../src/lvs/roster.ts'
import { parsePlatform, platformQuestions } from '../../src/platform.ts'
import { orphansOf } from '../../src/playbook/orphans.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import type { Change } from '../../src/resource.ts'
import { lookAt, sumOf } from '../../src/resources/file-look.ts'
import { contents } from '../../src/sh/contents.ts'
import { unpack } from '../../src/sh/frame.ts'
import { isActive } from '../../src/sh/is-active.ts'
import { noSsh } from '../../src/ssh/config/installed-ssh.ts'
import { Ignored, parse, type Doubts } from '../../src/ssh/config/parse.ts'
import { gather } from '../../src/ssh/gather.ts'
import { judgeKey, parseKnownHosts } from '../../src/ssh/known-hosts.ts'
import { tame } from '../../src/printable.ts'
import { showChange } from '../../src/ui/diff.ts'
import { makePaint } from '../../src/ui/paint.ts'
import { means } from '../inventory/cases.ts'
import { bigTexts, shapes } from '../hostile/hostile-shapes.ts'
import { allCases, bound } from '../resources/case-files.ts'
import { answersTo, asText, questionsOf } from './answers.ts'

/** Something of lbprov that reads what others wrote. */
export interface Target {
  readonly name: string
  readonly seeds: readonly string[]
  /** Reads it; what a person would see of it. Throws LbprovErrors, and nothing else. */
  readonly read: (text: string) => string
}

const textsIn = (folder: string, ending = ''): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), 'utf8'))

const plain = makePaint(false)
const shownChanges = (changes: readonly Change[]): string =>
  changes.flatMap((change) => showChange(change, plain, true)).join('\n')

const said = (out: string, exit = 0, err = '') => ({ exit, out, err })

const inventory: Target = {
  name: 'inventory',
  seeds: [
    ...textsIn('inventory', '.yaml'),
    ...textsIn('test/inventory/cases', '.yaml'),
    // A text of its own: a slice would keep the whole.
    ...[...Object.values(shapes()), ...Object.values(bigTexts())].map((text) =>
      Buffer.from(text.slice(0, 20_000)).toString(),
    ),
  ],
  read: (text) => {
    readInventory('fuzz.yaml', text, means)
    return ''
  },
}

const playbook: Target = {
  name: 'playbook',
  seeds: [
    ...textsIn('playbooks', '.yaml'),
    'name: site\nphases:\n  - name: web\n    hosts: real_servers\n    tasks:\n      - file: { path: /etc/motd, src: a, mode: "644" }\n      - package: { names: [nginx] }\n      - sysctl: { key: net.core.somaxconn, value: "1" }\n      - service: { name: nginx }\n      - command: { name: x, run: [a, b], unless: [c] }\n',
  ],
  read: (text) => {
    readPlaybook('fuzz.yaml', text, () => 'text\n')
    return ''
  },
}

const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIKwQ0bqTTv5QVRQ4pGZVt4yG8sTjKRq0p3hQy0sW0C6t'
const knownHosts: Target = {
  name: 'known_hosts',
  seeds: [
    `lb1,192.0.2.11 ssh-ed25519 ${key}\n[lb1]:2222 ssh-ed25519 ${key} a comment\n`,
    `|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-ed25519 ${key}\n`,
    `@revoked * ssh-ed25519 ${key}\n@cert-authority *.example.com,!x.* ssh-ed25519 ${key}\n# none\n`,
  ],
  read: (text) => {
    const known = parseKnownHosts(text, 'known_hosts')
    judgeKey(known, Buffer.from(key, 'base64'))
    return ''
  },
}

const sshConfig: Target = {
  name: 'ssh_config',
  seeds: [
    'Host lb* !lb9\n  HostName %h.example.com\n  User ops\n  Port 2222\n  ProxyJump a,b@c:22\n  IdentityFile ~/.ssh/%r-%h\nMatch host rs?,10.* user root\n  StrictHostKeyChecking accept-new\n  Ciphers +aes256-ctr\n',
    'IgnoreUnknown Foo*,Bar\nFooBar yes\nHost "a b" c\nProxyCommand ssh -W "[%h]:%p" \'x y\'\nServerAliveInterval 1m30s\nMatch exec "test -e %d/x" originalhost *\nKexAlgorithms ^curve25519-sha256\nMatch final all\n',
    'Include conf.d/*\nUserKnownHostsFile a "b c" ~/d\nSendEnv LANG\nRekeyLimit 1G 1h\nAddressFamily inet6\nMatch localuser a !host b\nHost *\nUser=x\nCanonicalizeHostname yes\n',
  ],
  read: (text) => {
    const doubts: Doubts = { faults: [], newer: false }
    const source = { file: 'config', own: true, env: {}, ignored: new Ignored(), ssh: noSsh }
    parse(text, { ...source, doubts, include: () => [] })
    if (doubts.faults.length > 0) throw new WishError(doubts.faults)
    return ''
  },
}

const platform: Target = {
  name: 'platform',
  seeds: [
    asText([
      said('0\n'),
      said('ID="rocky"\nID_LIKE="rhel fedora"\nPRETTY_NAME="Rocky Linux 9"\nVERSION_ID="9.4"\n'),
      said('systemd\n'),
      said('/sbin/ip\n/usr/bin/dnf\n/usr/bin/sha256sum\n'),
      said('/etc/sysconfig/network-scripts\n'),
      said('1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet6 fe80::1/64 scope link\n'),
      said('firewalld\n/usr/sbin/iptables\n'),
      said('-P INPUT DROP\n-A INPUT -j REJECT\n'),
    ]),
  ],
  read: (text) => {
    const found = parsePlatform('lb1', answersTo(Object.keys(platformQuestions), text))
    return tame(found.name)
  },
}

const entry = {
  id: 'sysctl net.ipv4.ip_forward',
  wish: { key: 'net.ipv4.ip_forward', value: '1', reason: 'LVS: x' },
  kind: 'sysctl',
  before: { live: '0', file: undefined },
  wrote: ['1'],
  cluster: 'web',
  playbook: 'lbprov',
  since: [1, 2],
}

/** Lines of a manifest for every kind, as its own cases would leave them. */
const manifestSeeds = (): readonly string[] =>
  allCases.flatMap((each) => {
    if (each.error !== undefined || each.refused !== undefined) return []
    const memory = bound(each).remember(each.answers)
    if (memory === undefined) return []
    const line = JSON.stringify({ ...entry, ...memory, cluster: 'web', since: [1, 2] })
    const [manifest, records] = ['manifest/0a', 'records/roster'].map(
      (name) => `/var/lib/lbprov/${name}.json:`,
    )
    return [
      asText([
        said(`${String(manifest)}${line}\n`),
        said(`${String(records)}[]\n`),
        ...Object.values(each.answers),
      ]),
    ]
  })

const memory: Target = {
  name: 'memory',
  seeds: manifestSeeds(),
  read: (text) => {
    const names = Object.keys(memoryQuestions) as (keyof typeof memoryQuestions)[]
    const answers = answersTo(names, text) as Readonly<Record<(typeof names)[number], never>>
    const { manifest, records } = readMemory('lb1', answers)
    const known = readRoster(records.roster)
    const changes = orphansOf(manifest).flatMap((orphan) => {
      const parts = ['', '', ...questionsOf(orphan)]
      const rest = Object.entries(answersTo(parts, text)).slice(1)
      const own = Object.fromEntries(rest)
      return [shownChanges(orphan.judge(own)), ...(orphan.left?.(own) ?? []).map(tame)]
    })
    return [...changes, ...known.map(({ ssh }) => tame(ssh.host))].join('\n')
  },
}

const cases = allCases.filter(({ refused }) => refused === undefined)
const resource: Target = {
  name: 'resource',
  seeds: cases.map((each, n) => `${String(n)}\u241d${asText(Object.values(each.answers))}`),
  read: (text) => {
    const [number = '', ...rest] = text.split('\u241d')
    const each = cases[Math.abs(Number.parseInt(number, 10) || 0) % cases.length]
    if (each === undefined) return ''
    const own = bound(each)
    const answers = answersTo(questionsOf(own), rest.join(''))
    const changes = own.judge(answers)
    own.remember(answers)
    own.there?.(answers)
    return shownChanges(changes)
  },
}

const lock: Target = {
  name: 'lock',
  seeds: [
    asText([
      said(
        '12 no 0\nrun 0123456789abcdef\nshell 12\nfrom 192.0.2.1 22 ssh\n{"who":"ops@laptop","controller":"a","pid":1,"started":"1","since":"2026-01-01T00:00:00Z"}\n',
        4,
      ),
    ]),
    asText([said('', 1, 'No space left on device')]),
  ],
  read: (text) => {
    lockAnswer('lb1', answersTo(['lock'], text).lock)
    return ''
  },
}

const names = ['/etc/a', '/etc/b']
const kinds = [contents, lookAt, sumOf, isActive].map((ask) =>
  names.flatMap((name) => ask(name).of ?? []),
)
const there = 'there regular file/root/root/644/1790000000\nregular\n.\n'

/** One answer to two questions of a kind. */
const together: Target = {
  name: 'together',
  seeds: [
    `0\u241d${asText([said(`${there}absent\n.\n/etc/a\0one\n\0end\x000\0`)])}`,
    `0\u241d${asText([said(`${there}there directory/root/root/755/1\n.\nend\x002\0`, 0, 'grep: /etc/a: Permission denied\n')])}`,
    `0\u241d${asText([said(`there regular file/u/u/644/1\nsum ${'0'.repeat(64)}\n.\nrefused /etc/b is a link\n.\n/etc/a\0a\0/etc/a\0b\0!/etc/b\0why\0end\x000\0`)])}`,
    `1\u241d${asText([said(`${there}absent\ndangling\nmissing /etc\nempty /\nleads /x\n.\nend\x000\0`)])}`,
    `2\u241d${asText([said(`${there}absent\n.\n${'0'.repeat(64)}  /etc/a\nend\x000\0`)])}`,
    `3\u241d${asText([said('active\ninactive\n')])}`,
  ],
  read: (text) => {
    const [number = '', ...rest] = text.split('\u241d')
    const asked = kinds[Math.abs(Number.parseInt(number, 10) || 0) % kinds.length] ?? []
    const [of] = asked
    if (of === undefined) return ''
    const words = asked.map(({ word }) => word)
    const answers = of.kind.cut(answersTo(['all'], rest.join('')).all as never, words)
    if (answers.length !== names.length) throw new Error('not one for each')
    return answers.map(({ out }) => tame(out)).join('\n')
  },
}

const mark = '0123456789abcdef'
const frames: Target = {
  name: 'frames',
  seeds: [
    `Last login\n${mark} begin\nout\n${mark} 0\n${mark} skipped\n\n${mark} end\n`,
    `\n${mark} begin\n\n${mark} 1\nmore\n${mark} 255\n${mark} end\n`,
  ],
  read: (text) => {
    const gathered = gather(`\n${mark} end\n`)
    const bytes = Buffer.from(text)
    for (let n = 0; n < bytes.length; n += 1000) gathered.add(bytes.subarray(n, n + 1000))
    const answers = unpack({ out: gathered.text(), err: text }, mark)
    if (answers.some((answer) => answer !== undefined && typeof answer.exit !== 'number'))
      throw new AnswerError('an exit that is no number')
    return answers.map((answer) => tame(answer?.out ?? '')).join('\n')
  },
}

export const targets: readonly Target[] = [
  inventory,
  playbook,
  knownHosts,
  sshConfig,
  platform,
  memory,
  resource,
  together,
  lock,
  frames,
]
