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
vrrp: { auth_pass: { env: VRRP_PASS } }
routers:
  ${say('router')}: { priority: 2, interfaces: { ${say('device')}: { network: ${say('network')}, address: 10.0.0.11 } } }
real_servers:
  rs1: { managed: false, address: 10.0.0.20 }
services:
  a: { vip: www, port: 80, check: { http: { path: ${say('path')} } } }
  b: { vip: www, port: 53, protocol: udp, check: { dns: { name: ${say('dns')} } } }
`
  try {
    const means = { home: '/root', secret: () => new Secret(password) }
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
}

const confOf = (cluster: Cluster): string =>
  cluster.routers.map((router) => revealed(keepalivedConfText(cluster, router))).join('')

/** Only the shape: which keyword stands where, and how many words it has. */
const shapeOf = (nodes: readonly Node[]): unknown =>
  nodes.map(({ words, body }) => [words.split(' ').length, shapeOf(body)])

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
  maxLength: 12,
})
const nearly = (name: string) =>
  fc.oneof(
    telling,
    telling.map((text) => `${good[name] ?? ''}${text}`),
    telling.map((text) => `/${text}`),
    telling.map((text) => `a${text}@b`),
  )

/** Gives every field such texts, one at a time, and looks at what comes of those that are accepted. */
const holds = (text: RegExp): void => {
  let accepted = 0
  fc.assert(
    fc.property(
      fc
        .constantFrom(...Object.keys(good))
        .chain((name) => nearly(name).map((found) => [name, found] as const)),
      fc.oneof(fc.constant('passw123'), telling),
      ([name, found], password) => {
        if (!text.test(found + password)) return
        const cluster = inventory({ ...good, [name]: found }, password)
        if (cluster === undefined) return
        accepted += 1
        expect(shapeOf(readTree(confOf(cluster)))).toEqual(plain)
      },
    ),
    { numRuns: 3000 },
  )
  expect(accepted).toBeGreaterThan(100)
}

it('no text of an inventory breaks out of its line in keepalived.conf', () => {
  holds(/^[^!#{}]*$/)
})

// A comment, or a brace, in a password, a path or a mail address is still accepted.
it('not even one with a comment or a brace in it', () => {
  holds(/^/)
})
