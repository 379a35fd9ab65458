import { describe, expect, it } from 'vitest'

import { parsePlatform, platformQuestions } from '../src/platform.ts'
import type { Answer } from '../src/sh/answer.ts'

const bookworm = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
VERSION_ID="12"
ID=debian
`

const rocky = (version: string): string => `NAME="Rocky Linux"
PRETTY_NAME="Rocky Linux ${version}"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="${version}"
`

const tools = (...names: readonly string[]): string =>
  ['ip', 'sha256sum', ...names].map((name) => `/usr/bin/${name}\n`).join('')

/** A host's answers: Debian 12 with nothing special, but for what a test says. */
const platformOf = (said: Readonly<Record<string, string>>) => {
  const usual: Readonly<Record<string, string>> = {
    user: '0\n',
    release: bookworm,
    init: 'systemd\n',
    tools: tools('apt-get', 'ifup'),
    providers: '/etc/network/interfaces\n',
    addresses: '1: lo    inet 127.0.0.1/8 scope host lo\n',
    firewall: '',
    filter: '',
  }
  const answers = Object.keys(platformQuestions).map((name): [string, Answer] => [
    name,
    { exit: 0, out: said[name] ?? usual[name] ?? '', err: '' },
  ])
  return parsePlatform('lb1', Object.fromEntries(answers))
}

describe('what a host is', () => {
  it.each([
    ['nothing', '', undefined],
    ['a running firewalld, whatever else is there', 'firewalld\n/usr/sbin/iptables\n', 'firewalld'],
    ['a running nftables.service', 'nftables\n/usr/sbin/iptables\n/usr/sbin/nft\n', 'nftables'],
    ['both tools, and neither runs', '/usr/sbin/iptables\n/usr/sbin/nft\n', 'iptables'],
    ['nft alone', '/usr/sbin/nft\n', 'nftables'],
  ])('its firewall: %s', (_, firewall, expected) => {
    expect(platformOf({ firewall }).firewall).toBe(expected)
  })

  it.each([
    ['', false],
    ['-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n', false],
    ['-P INPUT DROP\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n', true],
    ['-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n', true],
  ])('iptables says %j: something is kept out is %s', (filter, filtered) => {
    expect(platformOf({ filter }).filtered).toBe(filtered)
  })

  it.each([
    ['Debian 12', bookworm, 'debian', 12],
    ['Rocky Linux 9.4', rocky('9.4'), 'rhel', 9],
    ['something else', 'ID=arch\n', undefined, undefined],
  ])('its family and version: %s', (_, release, family, major) => {
    expect(platformOf({ release })).toMatchObject({ family, major })
  })

  it.each([
    ['8.10', 'ifcfg'],
    ['9.4', undefined],
  ])('RHEL %s keeps its network in %s', (version, provider) => {
    const said = { release: rocky(version), providers: '/etc/sysconfig/network-scripts\n' }
    expect(platformOf(said).provider).toBe(provider)
  })
})
