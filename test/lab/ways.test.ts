import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
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

  describe('reached through sudo', () => {
    /** What must never be seen anywhere. */
    const canary = `Canary-${randomBytes(8).toString('hex')}`

    const said = async (user: string, given: 'right' | 'wrong' | 'none') => {
      const reference =
        given === 'none' ? '' : `\n  become_password: { env: SUDO_${given.toUpperCase()} }`
      const path = edited(lab, `as-${user}-${given}`, (text) =>
        text
          .replace('user: root', `user: ${user}`)
          .replace(/become: false.*/, `become: true${reference}`),
      )
      const words = ['apply', path, '--yes', '--json', '--verbose', '--limit', 'rs1']
      const { code, stdout, stderr } = await lab.inNamespace(
        [process.execPath, resolve('dist/main.js'), ...words],
        {
          env: { VRRP_PASS: password, SUDO_RIGHT: canary, SUDO_WRONG: `not ${canary}` },
          timeoutMs: 300_000,
        },
      )
      const lines = stdout.trimEnd().split('\n')
      const told = lines.map((line) => JSON.parse(line) as { type: string; message?: string })
      const reason = told.find(({ type }) => type === 'unreachable')?.message
      return { code, reason, all: stdout + stderr }
    }

    beforeAll(async () => {
      await on(
        lab,
        'rs1',
        `for user in pass bare; do
  useradd --create-home --shell /bin/bash $user
  install -d -m 700 -o $user -g $user /home/$user/.ssh
  install -m 600 -o $user -g $user /root/.ssh/authorized_keys /home/$user/.ssh/authorized_keys
done
printf 'pass ALL=(root) ALL\nbare ALL=(root) NOPASSWD: ALL\nDefaults:bare requiretty\n' >/etc/sudoers.d/ways
chmod 440 /etc/sudoers.d/ways`,
      )
      const { code, stderr } = await lab.machine('rs1').ssh('chpasswd', {
        stdin: `pass:${canary}\nplain:${canary}\n`,
      })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    })

    it('is one that asks for nothing', async () => {
      expect(await said('ops', 'none')).toMatchObject({ code: 0, reason: undefined })
    })

    it('is one that takes a password, which nobody else ever sees', async () => {
      const traced = '/run/lab-traced'
      // Everything that runs there, over and over, with all its words and its environment.
      await on(
        lab,
        'rs1',
        `systemd-run --quiet --unit=lab-trace sh -c 'while [ ! -e ${traced}.end ]; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ; done 2>/dev/null | tr "\\0" "\\n" | awk "!seen[\\$0]++" >${traced}'`,
      )
      const { code, reason, all } = await said('pass', 'right')
      expect({ code, reason, seen: all.includes(canary) }).toEqual({
        code: 0,
        reason: undefined,
        seen: false,
      })
      await on(
        lab,
        'rs1',
        `touch ${traced}.end; while systemctl --quiet is-active lab-trace; do sleep 0.2; done`,
      )
      // It did look: lbprov's shell is in there.
      expect(Number(await on(lab, 'rs1', `grep -c '^sudo$' ${traced}`))).toBeGreaterThan(0)
      const found = await on(
        lab,
        'rs1',
        `journalctl --quiet --no-pager | grep -c '${canary}'; grep -rlF '${canary}' /etc /home /root /run /tmp /var 2>/dev/null | grep -v '^/run/log/journal' || :`,
      )
      // The journal's only line with it would be this very question's: sshd notes no commands.
      expect(found).toBe('0\n')
      const here = await lab.inNamespace(['grep', '-rlF', canary, lab.home])
      expect(here).toMatchObject({ code: 1, stdout: '' })
    })

    it.each([
      ['pass', 'none'],
      ['pass', 'wrong'],
      ['bare', 'none'],
      ['plain', 'right'],
    ] as const)(
      'says in a sentence what stands against %s with password %s',
      async (user, given) => {
        const { code, reason, all } = await said(user, given)
        expect({ code, reason, seen: all.includes(canary) }).toMatchSnapshot()
      },
    )
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
