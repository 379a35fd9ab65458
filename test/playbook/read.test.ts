import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { WishError } from '../../src/errors.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { readPlaybook } from '../../src/playbook/read.ts'
import { checkOwners } from '../../src/playbook/wishes.ts'
import { Secret } from '../../src/secret.ts'

const source = (path: string): string | undefined => (path === 'there.conf' ? 'text\n' : undefined)

const { cluster } = readInventory('nat.yaml', readFileSync('inventory/nat.yaml', 'utf8'), {
  home: '/root',
  secret: () => new Secret('passw123'),
  source: () => undefined,
})

/** What is said of a playbook on the shipped inventory. */
const said = (text: string): string => {
  try {
    checkOwners(readPlaybook('site.yaml', text, source), cluster)
    return ''
  } catch (error) {
    if (error instanceof WishError) return error.message
    throw error
  }
}

/** One phase with these tasks, a line each. */
const tasks = (...lines: readonly string[]): string =>
  `name: own\nphases:\n  - name: web\n    hosts: real_servers\n    tasks:\n${lines.map((line) => `      - ${line}\n`).join('')}`

const phases = (...lines: readonly string[]): string =>
  `name: own\nphases:\n${lines.map((line) => `  - ${line}\n`).join('')}`

describe('a playbook', () => {
  it.each([
    ['nothing', ''],
    ['no phases', 'name: own\n'],
    ['an unknown key', 'name: own\nphase: []\n'],
    ['no name', phases('{ name: a, hosts: all, tasks: [ip_forward] }').slice(10)],
    ['unknown hosts', phases('{ name: a, hosts: router, tasks: [ip_forward] }')],
    ['serial 0', phases('{ name: a, hosts: all, serial: 0, tasks: [ip_forward] }')],
    ['no tasks', phases('{ name: a, hosts: all, tasks: [] }')],
    ['a name of two words', phases('{ name: a b, hosts: all, tasks: [ip_forward] }')],
  ])('with %s', (_, text) => {
    expect(said(text)).toMatchSnapshot()
  })

  it('with two phases of one name', () => {
    const phase = '{ name: a, hosts: all, tasks: [ip_forward] }'
    expect(said(phases(phase, phase))).toMatchInlineSnapshot(
      `"site.yaml:4:13: phases.1.name: there are two phases "a"; give one another name"`,
    )
  })

  it('whose phase needs a later, an unknown one, or itself', () => {
    expect(
      said(
        phases(
          '{ name: net, hosts: all, needs: [web], tasks: [ip_forward] }',
          '{ name: web, hosts: all, needs: [nett, web], tasks: [ip_forward] }',
        ),
      ),
    ).toMatchInlineSnapshot(`
      "site.yaml:3:38: phases.0.needs.0: no phase "web" stands before this one; this is the first
      site.yaml:4:38: phases.1.needs.0: no phase "nett" stands before this one; did you mean "net"?
      site.yaml:4:44: phases.1.needs.1: no phase "web" stands before this one; known here: net"
    `)
  })
})

describe('a task', () => {
  it('that nobody knows', () => {
    expect(said(tasks('keepalive_conf', 'gatewy', 'copy: { path: /a }'))).toMatchInlineSnapshot(`
      "site.yaml:6:9: phases.0.tasks.0: there is no task "keepalive_conf"; did you mean "keepalived_conf"?
      site.yaml:7:9: phases.0.tasks.1: there is no task "gatewy"; did you mean "gateway"?
      site.yaml:8:9: phases.0.tasks.2: there is no task "copy"; known here: roster, packages, kernel_modules, ip_forward, kernel_settings, ifcfg, interfaces, gateway, tunnel, vips, firewall, ready, drain, stand_down, keepalived_scripts, keepalived_conf, keepalived, former_vips, former_firewall, package, service, file, sysctl, command"
    `)
  })

  it('that is not said rightly', () => {
    expect(
      said(
        tasks(
          'file',
          'ip_forward: 1',
          '{ file: { path: /a, content: x }, service: { name: b } }',
          '3',
        ),
      ),
    ).toMatchInlineSnapshot(
      `"site.yaml:9:9: phases.0.tasks.3: needs text or a map, not 3; put it in quotes: "3""`,
    )
    expect(said(tasks('package', '{ package: a, service: { name: b } }', 'ip_forward: 1')))
      .toMatchInlineSnapshot(`
      "site.yaml:6:9: phases.0.tasks.0: "package" needs to be told what: "package: …"
      site.yaml:7:9: phases.0.tasks.1: needs one task, not 2; begin each with "- "
      site.yaml:8:9: phases.0.tasks.2: "ip_forward" takes nothing here: the inventory says what it needs"
    `)
  })

  it('whose wish is wrong', () => {
    expect(
      said(
        tasks(
          'file: { path: etc/motd, content: x }',
          'file: { path: /etc/motd, content: x, mode: 644 }',
          'file: { path: /etc/issue, content: x, mode: "9999" }',
          'file: { path: /etc/issue2 }',
          'file: { path: /etc/issue3, contents: x }',
          'service: { name: "a b" }',
          'service: nginx',
          'package: "nginx; reboot"',
          'package: []',
          'sysctl: { key: ip_forward, value: 1 }',
          'sysctl: { key: net.ipv4.ip_forward }',
          'command: { argv: [make] }',
          'command: { argv: make install, creates: /a }',
        ),
      ),
    ).toMatchInlineSnapshot(`
      "site.yaml:6:23: phases.0.tasks.0.file.path: must be an absolute path without "//", "." or ".."
      site.yaml:7:52: phases.0.tasks.1.file.mode: needs text, not 644; put it in quotes: "644"
      site.yaml:8:53: phases.0.tasks.2.file.mode: must be octal digits in quotes: "0644"
      site.yaml:9:9: phases.0.tasks.3.file: needs "content"
      site.yaml:10:9: phases.0.tasks.4.file: needs "content"
      site.yaml:10:36: phases.0.tasks.4.file.contents: unknown key "contents"; did you mean "content"?
      site.yaml:11:26: phases.0.tasks.5.service.name: must be the name of a systemd unit
      site.yaml:12:18: phases.0.tasks.6.service: needs a map, not "nginx"
      site.yaml:13:18: phases.0.tasks.7.package: must be the name of a package
      site.yaml:14:9: phases.0.tasks.8.package: is empty
      site.yaml:15:24: phases.0.tasks.9.sysctl.key: must be a kernel parameter such as net.ipv4.ip_forward
      site.yaml:16:9: phases.0.tasks.10.sysctl: needs "value"
      site.yaml:17:9: phases.0.tasks.11.command: needs "unless" or "creates", so that a rerun can tell that it is done
      site.yaml:18:26: phases.0.tasks.12.command.argv: needs a list, not "make install""
    `)
  })

  it('whose source is not beside the playbook', () => {
    expect(
      said(
        tasks(
          'file: { path: /a, src: there.conf }',
          'file: { path: /b, src: missing.conf }',
          'file: { path: /c, src: /etc/shadow }',
          'file: { path: /d, src: ../../etc/shadow }',
          'file: { path: /e, src: there.conf, content: x }',
        ),
      ),
    ).toMatchInlineSnapshot(`
      "site.yaml:7:32: phases.0.tasks.1.file.src: there is no readable text file "missing.conf" beside this playbook (a link out of its directory is not followed)
      site.yaml:8:32: phases.0.tasks.2.file.src: must be a path below the directory of this playbook
      site.yaml:9:32: phases.0.tasks.3.file.src: must be a path below the directory of this playbook
      site.yaml:10:9: phases.0.tasks.4.file: has both "content" and "src"; keep one"
    `)
  })
})

describe('two tasks', () => {
  it('may wish the same', () => {
    const same = 'file: { path: /etc/motd, content: hello }'
    expect(said(tasks(same, same))).toBe('')
  })

  it('may not fight over one file', () => {
    expect(
      said(
        tasks(
          'file: { path: /etc/motd, content: hello }',
          'file: { path: /etc/motd, content: bye }',
        ),
      ),
    ).toMatchInlineSnapshot(
      `"site.yaml:7:9: on rs1, the task "file" wishes something else of file /etc/motd than the task at site.yaml:6:9; leave it to one of them."`,
    )
  })

  it('may not fight over what an LVS word owns', () => {
    const own = '{ file: { path: /etc/keepalived/keepalived.conf, content: x } }'
    expect(
      said(phases(`{ name: a, hosts: routers, tasks: [keepalived_conf, ${own}] }`)),
    ).toMatchInlineSnapshot(
      `"site.yaml:3:59: on lb1, the task "file" wishes something else of file /etc/keepalived/keepalived.conf than the task at site.yaml:3:40; leave it to one of them."`,
    )
    const sysctl = '{ sysctl: { key: net/ipv4/ip_forward, value: 0 } }'
    expect(
      said(phases(`{ name: a, hosts: routers, tasks: [ip_forward, ${sysctl}] }`)),
    ).toMatchInlineSnapshot(
      `"site.yaml:3:54: on lb1, the task "sysctl" wishes something else of sysctl net.ipv4.ip_forward than the task at site.yaml:3:40; leave it to one of them."`,
    )
  })
})
