import { describe, it } from 'vitest'

import { shown } from './shown.ts'
import { apply, asUser, ops } from './trouble.ts'

describe('a host that is not fit', () => {
  it.concurrent('gives no root', ({ expect }) =>
    apply({ at: 'rs1', options: ops, edit: asUser('user: ops') }, ({ exit, out }) => {
      expect(exit).toBe(1)
      expect(shown(out)).toMatchInlineSnapshot(`
        "toys · NAT · 2 routers, 1 real server · all reached

        ✘ rs1: logged in as uid 4000, and lbprov needs root; log in as root, or set "become: true" in its ssh settings to use sudo.
        ✘ balance   lb2  not begun: rs1 failed
        ✘ balance   lb1  not begun: rs1 failed
        26 changed, 1 failed, 2 not begun · N s · run again when it is mended
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
          26 changed, 1 failed, 2 not begun · N s · run again when it is mended
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
          26 changed, 1 failed, 2 not begun · N s · run again when it is mended
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
          26 changed, 1 failed, 2 not begun · N s · run again when it is mended
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
          ✘ network   lb1  not begun: lb2 failed
          ✘ balance   lb1  not begun: lb2 failed
          11 changed, 1 failed, 1 not begun · N s · run again when it is mended
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
          ✘ network   lb1  not begun: lb2 failed
          ✘ balance   lb1  not begun: lb2 failed
          11 changed, 1 failed, 1 not begun · N s · run again when it is mended
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
          ✘ network   lb1  not begun: lb2 failed
          ✘ balance   lb1  not begun: lb2 failed
          11 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
        expect(site.host('lb2').run(['ls', '/etc/sysctl.d']).out).not.toContain('lbprov')
      },
    ),
  )
})
