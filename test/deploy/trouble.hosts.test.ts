import { describe, it } from 'vitest'

import { patience } from '../../src/engine/patience.ts'
import type { Toy, ToyOptions } from '../toy/toy.ts'
import { shown } from './shown.ts'
import { openSite, type Elsewhere, type Ran, type Site } from './site.ts'

interface Trouble {
  /** The host that has it. */
  readonly at: string
  readonly options?: ToyOptions
  readonly prepare?: (toy: Toy) => void | Promise<void>
  readonly edit?: (text: string) => string
  readonly world?: Elsewhere
}

/** A first run on a site of which one host is in trouble. */
const apply = async (
  { at, options = {}, prepare, edit, world = {} }: Trouble,
  look: (ran: Ran, site: Site) => void,
): Promise<void> => {
  const site = await openSite(['lb1', 'lb2', 'rs1'], { [at]: options })
  try {
    await prepare?.(site.host(at))
    look(await site.lbprovIn(world, 'apply', site.inventory(edit), '--yes'), site)
  } finally {
    await site.close()
  }
}

const asUser = (more: string) => (text: string) => text.replace(/(rs1: \{ ssh: \{)/, `$1 ${more},`)

const ops = { accounts: { ops: {} } }

/** A program that stands before the true one. */
const shim = (name: string, text: string) => (toy: Toy) => {
  toy.write(`/usr/local/sbin/${name}`, `#!/bin/sh\n${text}\n`)
  toy.run(['chmod', '755', `/usr/local/sbin/${name}`])
}

const impatient = { patience: { ...patience, probeMs: 1500, changeMs: 1500 } }

describe('a host that cannot be reached', { timeout: 30_000 }, () => {
  it.concurrent('refuses the connection', ({ expect }) =>
    apply({ at: 'rs1', prepare: (toy) => toy.refuse() }, ({ exit, out }, site) => {
      expect(exit).toBe(1)
      expect(shown(out)).toMatchInlineSnapshot(`
        "toys · NAT · 2 routers, 1 real server · 2 of 3 reached

        ✘ rs1 (127.0.0.1 port N) refuses the connection: nothing listens there, or a firewall says no.
        ✘ balance   lb2  not begun: rs1 failed
        ✘ balance   lb1  not begun: rs1 failed
        24 changed, 0 failed, 1 unreachable, 2 not begun · N s · run again when it is mended
        "
      `)
      expect(site.host('lb1').run(['ip', '-o', 'addr', 'show', 'eth0']).out).toContain(
        '203.0.113.9',
      )
    }),
  )

  it.concurrent('does not know the key', ({ expect }) =>
    apply(
      { at: 'lb2', prepare: (toy) => toy.write('/root/.ssh/authorized_keys', '') },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · 2 of 3 reached

          ✘ lb2 (127.0.0.1 port N) refuses the login of root: it does not know /tmp/toy/id_ed25519 (it offers publickey). ssh-copy-id -p N root@127.0.0.1 adds a key there.
          ✘ balance   lb1  not begun: lb2 failed
          15 changed, 0 failed, 1 unreachable, 1 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )

  it.concurrent('has another host key than before', ({ expect }) =>
    apply(
      {
        at: 'rs1',
        prepare: (toy) =>
          void toy.run([
            'sh',
            '-c',
            'rm /etc/ssh/toy_ed25519*; ssh-keygen -qt ed25519 -N "" -f /etc/ssh/toy_ed25519',
          ]),
      },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · 2 of 3 reached

          ✘ rs1 (127.0.0.1 port N) shows the ED25519 key SHA256:…, while /tmp/toy/known_hosts:1 holds SHA256:…. Somebody may stand between; if the host was installed anew, forget the old key and run again:
          ssh-keygen -R '[127.0.0.1]:N' -f /tmp/toy/known_hosts
          ✘ balance   lb2  not begun: rs1 failed
          ✘ balance   lb1  not begun: rs1 failed
          24 changed, 0 failed, 1 unreachable, 2 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )

  it.concurrent('wants a password for sudo', ({ expect }) =>
    apply(
      {
        at: 'rs1',
        options: { ...ops, sudoers: 'ops ALL=(root) ALL\n' },
        edit: asUser('user: ops, become: true'),
      },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · 2 of 3 reached

          ✘ rs1 (127.0.0.1 port N) does not let ops become root without a password; what lets it is a file in /etc/sudoers.d with the line "ops ALL=(root) NOPASSWD: ALL". It said:
            sudo: a password is required
          ✘ balance   lb2  not begun: rs1 failed
          ✘ balance   lb1  not begun: rs1 failed
          24 changed, 0 failed, 1 unreachable, 2 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )

  it.concurrent('hangs at a question', ({ expect }) =>
    apply({ at: 'rs1', prepare: shim('ip', 'sleep 1000'), world: impatient }, ({ exit, out }) => {
      expect(exit).toBe(1)
      expect(shown(out)).toMatchInlineSnapshot(`
        "toys · NAT · 2 routers, 1 real server · 2 of 3 reached

        ✘ rs1 (127.0.0.1 port N) said nothing for N s and was given up in step 6 of 6 (ip -o addr). What was running may have run or not; the next run asks the host anew before it changes anything.
        ✘ balance   lb2  not begun: rs1 failed
        ✘ balance   lb1  not begun: rs1 failed
        24 changed, 0 failed, 1 unreachable, 2 not begun · N s · run again when it is mended
        "
      `)
    }),
  )

  it.concurrent('hangs at a change', ({ expect }) =>
    apply(
      { at: 'lb2', prepare: shim('apt-get', 'sleep 1000'), world: impatient },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
        "toys · NAT · 2 routers, 1 real server · all reached

        ✘ packages  lb2  failed
        ✘ kernel    lb2  not begun: lb2 failed before
        ✘ network   lb2  not begun: lb2 failed before
        ✘ gateway   lb2  not begun: lb2 failed before
        ✘ balance   lb2  not begun: lb2 failed before
        ✘ balance   lb1  not begun: lb2 failed
        ✘ lb2 (127.0.0.1 port N) said nothing for N s and was given up in step 1 of 3 (DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold install --no-…). What was running may have run or not; the next run asks the host anew before it changes anything.
          It was in phase "packages"; how far it got, the next run will see: packages keepalived, ipvsadm.
        15 changed, 1 failed, 1 not begun · N s · run again when it is mended
        "
      `)
      },
    ),
  )
})

describe('a host that is not fit', { timeout: 30_000 }, () => {
  it.concurrent('gives no root', ({ expect }) =>
    apply({ at: 'rs1', options: ops, edit: asUser('user: ops') }, ({ exit, out }) => {
      expect(exit).toBe(1)
      expect(shown(out)).toMatchInlineSnapshot(`
        "toys · NAT · 2 routers, 1 real server · all reached

        ✘ rs1: logged in as uid 4000, and lbprov needs root; log in as root, or set "become: true" in its ssh settings to use sudo.
        ✘ balance   lb2  not begun: rs1 failed
        ✘ balance   lb1  not begun: rs1 failed
        24 changed, 1 failed, 2 not begun · N s · run again when it is mended
        "
      `)
    }),
  )

  it.concurrent('has another init', ({ expect }) =>
    apply(
      { at: 'rs1', prepare: (toy) => void toy.run(['rm', '-r', '/run/systemd']) },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out).replace(/its init is \S+,/, 'its init is INIT,')).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ rs1: its init is INIT, and lbprov starts services through systemd; take the host out of the inventory, or run it under systemd.
          ✘ balance   lb2  not begun: rs1 failed
          ✘ balance   lb1  not begun: rs1 failed
          24 changed, 1 failed, 2 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )

  it.concurrent('has no ip', ({ expect }) =>
    apply(
      {
        at: 'rs1',
        prepare: (toy) =>
          void toy.run(['rm', '-f', '/usr/sbin/ip', '/usr/bin/ip', '/sbin/ip', '/bin/ip']),
      },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ rs1: has no ip command; install iproute2 (on the RHEL family: iproute) and run again.
          ✘ balance   lb2  not begun: rs1 failed
          ✘ balance   lb1  not begun: rs1 failed
          24 changed, 1 failed, 2 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )

  it.concurrent('keeps its network in another way', ({ expect }) =>
    apply(
      {
        at: 'rs1',
        options: {
          osRelease: 'ID=rocky\nID_LIKE="rhel"\nVERSION_ID=10.0\nPRETTY_NAME="Rocky Linux 10"\n',
        },
      },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ rs1: Rocky Linux 10 keeps its network neither in network-scripts nor in ifupdown, and lbprov knows no other way yet; install one of them, and say which with "network: { provider: ifcfg }" or "network: { provider: ifupdown }" for this host.
          ✘ balance   lb2  not begun: rs1 failed
          ✘ balance   lb1  not begun: rs1 failed
          24 changed, 1 failed, 2 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )

  it.concurrent('has no such interface', ({ expect }) =>
    apply(
      { at: 'lb2', prepare: (toy) => void toy.run(['ip', 'link', 'del', 'eth1']) },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ lb2: there is no interface eth1 here; this host has eth0. Give the right name in its "interfaces" in the inventory.
          ✘ balance   lb1  not begun: lb2 failed
          15 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )

  it.concurrent('has keepalived masked', ({ expect }) =>
    apply(
      {
        at: 'lb2',
        prepare: (toy) =>
          void toy.run(['ln', '-sf', '/dev/null', '/etc/systemd/system/keepalived.service']),
      },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ lb2: keepalived.service is masked, so it cannot be started; run "systemctl unmask keepalived.service" there if that is no longer meant, and run again.
          ✘ balance   lb1  not begun: lb2 failed
          15 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )

  it.concurrent('says otherwise in a later sysctl file', ({ expect }) =>
    apply(
      {
        at: 'lb2',
        prepare: (toy) => toy.write('/etc/sysctl.d/99-hardening.conf', 'net.ipv4.ip_forward = 0\n'),
      },
      ({ exit, out }, site) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ lb2: /etc/sysctl.d/99-hardening.conf sets net.ipv4.ip_forward = 0 and is read after lbprov's own file, so at the next boot it would win over 1; remove that line and run again.
          ✘ balance   lb1  not begun: lb2 failed
          15 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
        expect(site.host('lb2').run(['ls', '/etc/sysctl.d']).out).not.toContain('lbprov')
      },
    ),
  )
})

describe('a change that fails', { timeout: 30_000 }, () => {
  const conf = '/etc/keepalived/keepalived.conf'

  it.concurrent('finds the disk full', ({ expect }) =>
    apply(
      {
        at: 'lb2',
        prepare: (toy) =>
          void toy.run([
            'sh',
            '-c',
            'mount -t tmpfs -o size=4k full /etc/keepalived && head -c 4096 /dev/zero >/etc/keepalived/all',
          ]),
      },
      ({ exit, out }, site) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ balance   lb2  failed
          ✘ balance   lb1  not begun: lb2 failed
          ✘ lb2: phase "balance": /etc/keepalived/keepalived.conf: exit 1.
            sh: 6: printf: printf: I/O error
            /etc/keepalived/keepalived.conf could not be written whole; is its disk full?
            Left undone here: keepalived.service, saved; keepalived.service, live.
            Mend the cause and run again: what is done already is not done twice.
          27 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
        expect(site.host('lb2').run(['ls', '-A', '/etc/keepalived']).out).toBe('all\n')
        expect(site.host('lb1').run(['test', '-e', conf]).exit).toBe(1)
      },
    ),
  )

  it.concurrent('is a file that keepalived refuses', ({ expect }) =>
    apply(
      {
        at: 'lb2',
        prepare: (toy) => {
          toy.write(conf, '# by hand\n')
          shim(
            'keepalived',
            'case $1 in -v) echo "Keepalived v2.2.8" >&2; exit;; esac\necho "(Line 7) Unknown keyword" >&2; exit 4',
          )(toy)
        },
      },
      ({ exit, out }, site) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ balance   lb2  failed
          ✘ balance   lb1  not begun: lb2 failed
          ✘ lb2: phase "balance": /etc/keepalived/keepalived.conf: exit 4.
            (Line 7) Unknown keyword
            Left undone here: keepalived.service, saved; keepalived.service, live.
            Mend the cause and run again: what is done already is not done twice.
          27 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
        expect(site.host('lb2').read(conf)).toBe('# by hand\n')
        expect(site.host('lb2').run(['sh', '-c', 'ls -A /etc/keepalived | grep lbprov']).out).toBe(
          '',
        )
        expect(site.host('lb2').read('/var/log/toy-calls')).not.toMatch(/start|reload/)
        expect(site.host('lb1').run(['test', '-e', conf]).exit).toBe(1)
      },
    ),
  )

  it.concurrent('is a package that is nowhere', ({ expect }) =>
    apply(
      {
        at: 'lb1',
        prepare: shim('apt-get', 'echo "E: Unable to locate package keepalived" >&2; exit 100'),
      },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ packages  lb1  failed
          ✘ kernel    lb1  not begun: lb1 failed before
          ✘ network   lb1  not begun: lb1 failed before
          ✘ gateway   lb1  not begun: lb1 failed before
          ✘ balance   lb2  not begun: lb1 failed
          ✘ balance   lb1  not begun: lb1 failed before
          ✘ lb1: phase "packages": packages keepalived, ipvsadm: exit 100.
            E: Unable to locate package keepalived
            E: Unable to locate package keepalived
            Mend the cause and run again: what is done already is not done twice.
          15 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )

  it.concurrent('is a service that does not start', ({ expect }) =>
    apply(
      {
        at: 'lb2',
        prepare: (toy) => toy.write('/var/lib/toy/refuse/reload-or-restart-keepalived', ''),
      },
      ({ exit, out }) => {
        expect(exit).toBe(1)
        expect(shown(out)).toMatchInlineSnapshot(`
          "toys · NAT · 2 routers, 1 real server · all reached

          ✘ balance   lb2  failed
          ✘ balance   lb1  not begun: lb2 failed
          ✘ lb2: phase "balance": keepalived.service, live: exit 1.
            Job for keepalived.service failed because the control process exited with error code.
            Mend the cause and run again: what is done already is not done twice.
          29 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )
})
