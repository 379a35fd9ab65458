import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { apply, edited, lbprov, natInventory, on, password, withOwnRs3 } from './controller.ts'
import { openLab, type Lab } from './lab.ts'

const webPlaybook = `name: a web server beside the one that is there
phases:
  - name: web
    hosts: real_servers
    tasks:
      - package: lighttpd
      - file: { path: /var/www/html/index.html, content: "by lbprov\\n" }
      - file: { path: /etc/lighttpd/lighttpd.conf, src: lighttpd.conf }
      - service: { name: lighttpd, loads: [/etc/lighttpd/lighttpd.conf], restart: true }
      - command: { argv: [touch, /var/www/html/done], creates: /var/www/html/done }
`

const webServer = `server.document-root = "/var/www/html"
server.port = 8080
index-file.names = ( "index.html" )
`

/** With the guide's own words for global_defs and its virtual router ids, golden G2. */
const guideInventory = (text: string): string =>
  text
    .replace(
      /^forwarding: nat.*$/m,
      `forwarding: nat
keepalived:
  notification_email: admin@example.com
  notification_email_from: noreply@example.com
  smtp_server: 127.0.0.1
  smtp_connect_timeout: 60`,
    )
    .replace('gateway: 203.0.113.254 }', 'gateway: 203.0.113.254, virtual_router_id: 50 }')
    .replace('gateway: inside }', 'gateway: inside, virtual_router_id: 2 }')

/** Ways to a host, and what may happen on them, on real machines. */
describe('one router and two real servers', () => {
  let lab: Lab

  beforeAll(async () => {
    lab = openLab({ name: 'ways' })
    await lab.down()
    await lab.up(['lb1', 'rs1', 'rs3'])
  })
  afterAll(() => lab.down())

  it('ends whole when a power cut comes in the middle, and converges when it is back', async () => {
    const only = ['--limit', 'lb1,rs1', '--yes', '--json']
    const [program = '', ...words] = lab.inside([
      process.execPath,
      resolve('dist/main.js'),
      ...['apply', natInventory, ...only],
    ])
    const env = { ...process.env, HOME: lab.home, VRRP_PASS: password }
    const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const told: string[] = []
    const ended = new Promise<number | null>((done) => child.on('close', done))
    for await (const line of createInterface({ input: child.stdout })) {
      told.push(line)
      // lb1 has its packages, and is at work on what follows.
      if (line.includes('"outcome"') && line.includes('"packages"'))
        await lab.machine('lb1').powerCut()
    }
    expect(await ended).toBe(1)
    expect(told.at(-1)).toMatch(/"lb1":\{"changed":\d+,"status":"failed"\}/)
    await lab.machine('lb1').boot()
    expect((await apply(lab, natInventory, ...only.slice(0, 2))).summary).toMatchObject({
      failed: 0,
      unreachable: 0,
    })
    expect((await apply(lab, natInventory, ...only.slice(0, 2))).summary).toMatchObject({
      changed: 0,
      failed: 0,
    })
  })

  it('takes every rendered keepalived.conf for good', async () => {
    const inventories = [
      natInventory,
      edited(lab, 'with-rs3', withOwnRs3),
      edited(lab, 'guide', guideInventory),
    ]
    for (const [n, inventory] of inventories.entries()) {
      const folder = join(lab.home, `rendered-${String(n)}`)
      expect((await lbprov(lab, 'render', inventory, '-o', folder)).code).toBe(0)
      for (const router of ['lb1', 'lb2']) {
        const path = join(folder, router, 'etc/keepalived/keepalived.conf')
        // What is rendered is masked, and too long for a password.
        const text = readFileSync(path, 'utf8').replaceAll('•••', password)
        const { code, stderr } = await lab
          .machine('lb1')
          .ssh('cat > /tmp/k.conf && keepalived -t -f /tmp/k.conf', { stdin: text })
        expect({ inventory, router, code, stderr }).toMatchObject({ code: 0 })
      }
    }
  })

  it('installs a web server in a run of its own, and leaves it alone the second time', async () => {
    const playbook = join(lab.home, 'web.yaml')
    writeFileSync(playbook, webPlaybook)
    writeFileSync(join(lab.home, 'lighttpd.conf'), webServer)
    const words = ['--playbook', playbook, '--limit', 'rs1']
    expect((await apply(lab, natInventory, ...words)).summary).toMatchObject({ failed: 0 })
    expect(await on(lab, 'rs1', 'curl -s http://127.0.0.1:8080/')).toBe('by lbprov\n')
    expect((await apply(lab, natInventory, ...words)).summary).toMatchObject({
      changed: 0,
      failed: 0,
    })
  })

  it('is reached by its own address through a router, each key checked on the way', async () => {
    const inside = edited(lab, 'inside', (text) =>
      text.replace(
        'rs1: { ssh: 192.0.2.21,',
        'rs1: { ssh: { host: 10.11.12.20, proxy_jump: lb1 },',
      ),
    )
    const limit = ['--limit', 'rs1']
    const unknown = await apply(lab, inside, ...limit)
    expect(unknown.code).toBe(1)
    expect(unknown.stdout).toContain('which no known_hosts file holds')
    const trusting = edited(lab, 'trusting', (text) =>
      text.replace(
        'rs1: { ssh: 192.0.2.21,',
        'rs1: { ssh: { host: 10.11.12.20, proxy_jump: lb1, strict_host_key_checking: accept-new },',
      ),
    )
    expect((await apply(lab, trusting, ...limit)).summary).toMatchObject({
      changed: 0,
      failed: 0,
      unreachable: 0,
    })
    expect((await apply(lab, inside, ...limit)).summary).toMatchObject({
      changed: 0,
      failed: 0,
      unreachable: 0,
    })
  })

  it('is reached through sudo, and says in a sentence when sudo will not', async () => {
    const as = (user: string): string =>
      edited(lab, `as-${user}`, (text) =>
        text.replace('user: root', `user: ${user}`).replace('become: false', 'become: true'),
      )
    const limit = ['--limit', 'rs1']
    expect((await apply(lab, as('ops'), ...limit)).summary).toMatchObject({ changed: 0, failed: 0 })
    const { code, summary, stdout } = await apply(lab, as('plain'), ...limit)
    expect(code).toBe(1)
    expect(summary.hosts).toEqual({ rs1: { changed: 0, status: 'unreachable' } })
    expect(stdout).toContain('sudo')
  })

  it('keeps the network of a RHEL in network-scripts, and changes it live by itself', async () => {
    await on(
      lab,
      'rs3',
      'printf \'ID="rocky"\\nID_LIKE="rhel"\\nVERSION_ID="8.10"\\n\' > /etc/os-release.rocky; ln -sf os-release.rocky /etc/os-release; mkdir -p /etc/sysconfig/network-scripts',
    )
    const inventory = edited(lab, 'with-rs3', withOwnRs3)
    expect((await apply(lab, inventory, '--limit', 'rs3')).summary).toMatchObject({ failed: 0 })
    expect(await on(lab, 'rs3', 'cat /etc/sysconfig/network-scripts/ifcfg-eth0')).toBe(
      'DEVICE=eth0\nBOOTPROTO=static\nONBOOT=yes\nIPADDR=10.11.12.22\nNETMASK=255.255.255.0\nGATEWAY=10.11.12.10\n',
    )
    expect(await on(lab, 'rs3', 'ip -o -4 addr show dev eth0; ip route show default')).toMatch(
      /10\.11\.12\.22\/24[\s\S]*default via 10\.11\.12\.10 dev eth0/,
    )
    expect((await apply(lab, inventory, '--limit', 'rs3')).summary).toMatchObject({
      changed: 0,
      failed: 0,
    })
  })
})
