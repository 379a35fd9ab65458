import { describe, expect, it } from 'vitest'

import { shown } from './shown.ts'
import type { Ran } from './site.ts'
import { isBare, jsonLines, open } from './sites.ts'

describe('--limit', () => {
  it('leaves the other hosts alone, and says so', async () => {
    const site = await open(['lb1', 'lb2', 'rs1'])
    const ran = await site.lbprov('apply', site.inventory(), '--yes', '--limit', 'lb*')
    expect(ran.exit).toBe(0)
    expect(ran.out).toContain('all reached\nSkipped hosts: rs1.\n')
    expect(isBare(site, 'rs1')).toBe(true)
    expect(site.host('rs1').connections).toBe(0)
    const again = await site.lbprov(
      'apply',
      site.inventory(),
      '--yes',
      '--json',
      '--limit',
      'lb1,lb2',
    )
    expect(jsonLines(again)).toContainEqual({ type: 'skipped', hosts: ['rs1'], phases: ['former'] })
    expect(jsonLines(again).at(-1)).toMatchObject({ changed: 0 })
  })

  it('names the nearest host for an unknown one, and asks nobody', async () => {
    const site = await open()
    expect(await site.lbprov('apply', site.inventory(), '--yes', '--limit', 'lb1,rs11')).toEqual({
      exit: 2,
      out: '',
      err: '--limit: no host of the inventory is called "rs11"; did you mean "rs1"?\n',
    })
    expect(site.host('lb1').connections).toBe(0)
  })
})

describe('--phase', () => {
  it('does only that, and says what it skipped', async () => {
    const site = await open()
    const only = ['--phase', 'kernel', '--phase', 'packages']
    const ran = await site.lbprov('apply', site.inventory(), '--yes', ...only)
    expect(ran.exit).toBe(0)
    expect(ran.out).toContain(
      'Skipped phases: network, gateway, vips, firewall, ready, drain, stand_down, balance, former.\n',
    )
    expect(isBare(site, 'lb1')).toBe(true)
    expect(site.host('lb1').read('/proc/sys/net/ipv4/ip_forward')).toBe('1\n')
    const wrong = await site.lbprov('apply', site.inventory(), '--yes', '--phase', 'balanc')
    expect(wrong).toMatchObject({
      exit: 2,
      err: '--phase: the playbook has no phase "balanc"; did you mean "balance"?\n',
    })
  })
})

const webServer = `name: web
phases:
  - name: web
    hosts: real_servers
    tasks:
      - package: nginx-toy
      - file: { path: /etc/nginx-toy.conf, src: files/nginx.conf, mode: "0640" }
      - file: { path: /lib/systemd/system/nginx-toy.service, content: "[Service]\\nExecStart=x\\nExecReload=y\\n[Install]\\n" }
      - sysctl: { key: net.core.somaxconn, value: 1024 }
      - command: { argv: [mkdir, -p, /srv/www], creates: /srv/www }
      - service: { name: nginx-toy, loads: [/etc/nginx-toy.conf] }
`

describe('--playbook', () => {
  it('installs a web server with generic tasks, and reloads it when its file changes', async () => {
    const site = await open()
    const rs1 = site.host('rs1')
    const playbook = site.put('web.yaml', webServer)
    site.put('files/nginx.conf', 'workers 1\n')
    const apply = (): Promise<Ran> =>
      site.lbprov('apply', site.inventory(), '--yes', '--json', '--playbook', playbook)
    const first = await apply()
    expect(first).toMatchObject({ exit: 0, err: '' })
    expect(rs1.read('/etc/nginx-toy.conf')).toBe('workers 1\n')
    expect(rs1.run(['stat', '-c', '%a', '/etc/nginx-toy.conf']).out).toBe('640\n')
    expect(rs1.run(['systemctl', 'is-active', 'nginx-toy']).out).toBe('active\n')
    expect(rs1.read('/proc/sys/net/core/somaxconn')).toBe('1024\n')
    expect(jsonLines(await apply()).at(-1)).toMatchObject({ changed: 0, failed: 0 })

    const daemon = rs1.run(['systemctl', 'show', '-p', 'MainPID', 'nginx-toy']).out
    site.put('files/nginx.conf', 'workers 2\n')
    const changed = await apply()
    expect(
      jsonLines(changed)
        .filter(({ type }) => type === 'change')
        .map(({ what, after }) => (what === '/etc/nginx-toy.conf' ? what : [what, after])),
    ).toEqual(['/etc/nginx-toy.conf', ['nginx-toy.service, live', 'reloaded']])
    expect(rs1.run(['systemctl', 'show', '-p', 'MainPID', 'nginx-toy']).out).toBe(daemon)
    expect(jsonLines(await apply()).at(-1)).toMatchObject({ changed: 0 })
  })
})

describe('--json and --verbose', () => {
  it('says every line as JSON, the summary last', async () => {
    const site = await open()
    const ran = await site.lbprov('apply', site.inventory(), '--yes', '--json')
    const lines = jsonLines(ran)
    expect(new Set(lines.map(({ type }) => type))).toEqual(
      new Set(['warning', 'change', 'outcome', 'summary']),
    )
    expect(ran.out.trimEnd().split('\n').at(-1)).toMatch(
      /^\{"type":"summary","changed":\d+,"unchanged":\d+,"failed":0,"unreachable":0,"hosts":\{"lb1":\{"changed":\d+,"status":"changed"\},"rs1":\{"changed":\d+,"status":"changed"\}\}\}$/,
    )
    const changes = lines.filter(({ type }) => type === 'change').length
    expect(lines.at(-1)).toMatchObject({ changed: changes })
    expect(ran.err).toBe('')
  })

  it('shows the commands, and the password in none of them, not even one that failed', async () => {
    const site = await open()
    site.host('lb1').write('/usr/local/sbin/keepalived', '#!/bin/sh\ncat "$3" >&2; exit 5\n')
    site.host('lb1').run(['chmod', '755', '/usr/local/sbin/keepalived'])
    const ran = await site.lbprov('apply', site.inventory(), '--yes', '--verbose')
    expect(ran.out).toContain('$ ip -4 route replace default via 203.0.113.254 dev eth0')
    expect(ran.out).toContain('auth_pass •••')
    expect(ran.exit).toBe(1)
    expect(shown(ran.out)).toContain('keepalived.conf: exit 5')
  })
})
