import { describe, it } from 'vitest'

import { shown } from './shown.ts'
import { apply, asUser, impatient, ops, shim } from './trouble.ts'

describe('a host that cannot be reached', () => {
  it.concurrent('refuses the connection', ({ expect }) =>
    apply({ at: 'rs1', prepare: (toy) => toy.refuse() }, ({ exit, out }, site) => {
      expect(exit).toBe(1)
      expect(shown(out)).toMatchInlineSnapshot(`
        "toys · NAT · 2 routers, 1 real server · 2 of 3 reached

        ✘ rs1 (127.0.0.1 port N) refuses the connection: nothing listens there, or a firewall says no. Is sshd up, and are ssh.host and ssh.port right?
        ✘ balance   lb2  not begun: rs1 failed
        ✘ balance   lb1  not begun: rs1 failed
        26 changed, 0 failed, 1 unreachable, 2 not begun · N s · run again when it is mended
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

          ✘ lb2 (127.0.0.1 port N) refuses the login of root: it does not take /tmp/site/id_ed25519 (it offers publickey).
          sshd does not tell why, but its log there does. The likeliest first:
            PermitRootLogin in its sshd_config keeps root out
            root's authorized_keys there does not have the key: it takes keys only, so add it on its console
            AllowUsers or AllowGroups in its sshd_config leaves root out
            the login shell is not there, or the account is locked
            from= or expiry-time= stands at the key in authorized_keys
            PubkeyAcceptedAlgorithms in its sshd_config leaves keys of this kind out
          ✘ network   lb1  not begun: lb2 failed
          ✘ balance   lb1  not begun: lb2 failed
          11 changed, 0 failed, 1 unreachable, 1 not begun · N s · run again when it is mended
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

          ✘ rs1 (127.0.0.1 port N) shows the ED25519 key SHA256:…, while /tmp/site/known_hosts:3 holds SHA256:…. Somebody may stand between; if the host was installed anew, forget the old key and run again:
          ssh-keygen -R '[127.0.0.1]:N' -f /tmp/site/known_hosts
          ✘ balance   lb2  not begun: rs1 failed
          ✘ balance   lb1  not begun: rs1 failed
          26 changed, 0 failed, 1 unreachable, 2 not begun · N s · run again when it is mended
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

          ✘ rs1 (127.0.0.1 port N) does not let ops become root without a password, and nobody gives one. Say where it is with ssh.become_password, run lbprov on a terminal, where it asks, or let ops do without: a file in /etc/sudoers.d with the line "ops ALL=(root) NOPASSWD: ALL".
          ✘ balance   lb2  not begun: rs1 failed
          ✘ balance   lb1  not begun: rs1 failed
          26 changed, 0 failed, 1 unreachable, 2 not begun · N s · run again when it is mended
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

        ✘ rs1 (127.0.0.1 port N) said nothing for N s and was given up in step 7 of 13 (ip -o addr). What was running may have run or not; the next run asks the host anew before it changes anything.
        ✘ balance   lb2  not begun: rs1 failed
        ✘ balance   lb1  not begun: rs1 failed
        26 changed, 0 failed, 1 unreachable, 2 not begun · N s · run again when it is mended
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
          ✘ network   lb1  not begun: lb2 failed
          ✘ balance   lb2  not begun: lb2 failed before
          ✘ balance   lb1  not begun: lb2 failed
          ✘ lb2 (127.0.0.1 port N) said nothing for N s and was given up in step 2 of 4 (packages keepalived, ipvsadm). What was running may have run or not; the next run asks the host anew before it changes anything.
            It was in phase "packages"; how far it got, the next run will see: what lbprov remembers here, roster; packages keepalived, ipvsadm.
          11 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )
})
