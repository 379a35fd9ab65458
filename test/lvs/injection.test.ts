import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { Cluster } from '../../src/inventory/cluster.ts'
import { WishError } from '../../src/errors.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { keepalivedConfText } from '../../src/lvs/keepalived-conf-text.ts'
import { Secret, revealed } from '../../src/secret.ts'
import { readTree, type Node } from './keepalived-tree.ts'

const inventory = (
  words: Readonly<Record<string, string>>,
  password: string,
  lines = '',
): Cluster | undefined => {
  const say = (name: string): string => JSON.stringify(words[name])
  const text = `cluster: ${say('cluster')}
forwarding: nat
keepalived:
  notification_email: [${say('email')}]
  notification_email_from: ${say('from')}
  smtp_server: ${say('smtp')}
networks:
  ${say('network')}: { subnet: 10.0.0.0/24, gateway: inside }
vips: { www: 10.0.0.1, inside: 10.0.0.2 }
vrrp:
  auth_pass: { env: VRRP_PASS }
  notify: { any: { script: ${say('script')}, args: [${say('argument')}] } }
routers:
  ${say('router')}: { priority: 2, interfaces: { ${say('device')}: { network: ${say('network')}, address: 10.0.0.11 } } }
real_servers:
  rs1: { managed: false, address: 10.0.0.20 }
services:
  a:
    vip: www
    port: 80
    virtualhost: ${say('virtualhost')}
    check: { http: { pages: [{ path: ${say('path')}, digest: ${say('digest')}, virtualhost: ${say('page')} }] } }
    extra: ${JSON.stringify(lines)}
  b: { vip: www, port: 53, protocol: udp, check: { dns: { name: ${say('dns')} } } }
  c: { vip: www, port: 25, check: { smtp: { helo_name: ${say('helo')} } } }
  d: { vip: www, port: 81, check: { misc: { command: [${say('program')}, ${say('argument')}] } } }
  e: { vip: www, port: 5060, protocol: udp, check: { udp: { payload: ${say('payload')} } } }
  f: { vip: www, port: 82, check: { http: { status: ${say('status')}, virtualhost: ${say('virtualhost')} } } }
`
  try {
    const means = { home: '/root', secret: () => new Secret(password), source: () => '#!/bin/sh\n' }
    return readInventory('inventory.yaml', text, means).cluster
  } catch (error) {
    if (error instanceof WishError) return undefined
    throw error
  }
}

const good: Readonly<Record<string, string>> = {
  cluster: 'web',
  email: 'a@example.com',
  from: 'b@example.com',
  smtp: '127.0.0.1',
  network: 'lan',
  router: 'lb1',
  device: 'eth0',
  path: '/',
  dns: 'example.com',
  virtualhost: 'www.example.com',
  page: 'page.example.com',
  digest: '0123456789abcdef0123456789abcdef',
  helo: 'lb.example.com',
  script: 'scripts/notify.sh',
  program: '/usr/bin/check',
  argument: '%address',
  payload: '0a0b',
  status: '200-299',
}

const confOf = (cluster: Cluster): string =>
  cluster.routers.map((router) => revealed(keepalivedConfText(cluster, router))).join('')

/** Only the shape: how many words stand where; a status may be a list. */
const shapeOf = (nodes: readonly Node[]): unknown =>
  nodes.map(({ words, body }) => [
    words.replace(/^(status_code)( [\d-]+)+$/, '$1').split(' ').length,
    shapeOf(body),
  ])

const usual = inventory(good, 'passw123')
const plain = usual === undefined ? undefined : shapeOf(readTree(confOf(usual)))

// What keepalived's reader gives a meaning: comments, braces, quotes, @ conditions, $ and ~ expansions.
const telling = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ...[
        '!',
        '#',
        '{',
        '}',
        '"',
        "'",
        '\\',
        '@',
        '$',
        '~',
        '<',
        '>',
        ';',
        '|',
        ' ',
        '\n',
        '\t',
        '=',
      ],
    ),
    fc.constantFrom('a', 'Z', '0', '.', '-', '_', '/', '@', ':'),
  ),
  minLength: 1,
  maxLength: 5,
})
const nearly = (name: string) =>
  fc.oneof(
    telling,
    telling.map((text) => `${good[name] ?? ''}${text}`),
    telling.map((text) => `/${text}`),
    telling.map((text) => `a${text}@b`),
  )

// Every run reads a whole inventory.
const LONG = 60_000

it(
  'no text of an inventory breaks out of its line in keepalived.conf, whatever it holds',
  () => {
    let accepted = 0
    fc.assert(
      fc.property(
        fc
          .constantFrom(...Object.keys(good))
          .chain((name) => nearly(name).map((found) => [name, found] as const)),
        fc.oneof(fc.constant('passw123'), telling),
        ([name, found], password) => {
          const cluster = inventory({ ...good, [name]: found }, password)
          if (cluster === undefined) return
          accepted += 1
          expect(shapeOf(readTree(confOf(cluster)))).toEqual(plain)
        },
      ),
      { numRuns: 1500 },
    )
    expect(accepted).toBeGreaterThan(100)
  },
  LONG,
)

// Quotes are left out: what they keep from a comment or a brace differs from one keepalived to the next.
const rawLines = fc.string({
  unit: fc.constantFrom('{', '}', '{', '}', '!', '#', ' ', '\n', '\n', 'a', 'alpha', 'quorum 2'),
  minLength: 1,
  maxLength: 24,
})

it(
  "an operator's own lines change nothing around them",
  () => {
    const without = (nodes: readonly Node[]): readonly Node[] =>
      nodes.filter(({ words }) => words !== 'virtual_server 10.0.0.1 80')
    let accepted = 0
    fc.assert(
      fc.property(rawLines, (lines) => {
        const cluster = inventory(good, 'passw123', lines)
        if (cluster === undefined || usual === undefined) return
        accepted += 1
        const nodes = readTree(confOf(cluster))
        const own = nodes.find(({ words }) => words === 'virtual_server 10.0.0.1 80')
        expect(without(nodes)).toEqual(without(readTree(confOf(usual))))
        expect(own?.body.at(-1)?.words).toBe('real_server 10.0.0.20 80')
      }),
      { numRuns: 500 },
    )
    expect(accepted).toBeGreaterThan(50)
  },
  LONG,
)
