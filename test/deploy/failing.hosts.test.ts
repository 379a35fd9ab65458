import { describe, it } from 'vitest'

import { shown } from './shown.ts'
import { apply, shim } from './trouble.ts'

describe('a change that fails', () => {
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
            sh: 15: printf: printf: I/O error
            /etc/keepalived/keepalived.conf could not be written whole; is its disk full?
            Left undone here: keepalived.service, saved; keepalived.service, live.
            Mend the cause and run again: what is done already is not done twice.
          29 changed, 1 failed, 1 not begun · N s · run again when it is mended
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
            The new file did not pass its test, so /etc/keepalived/keepalived.conf is left as it was.
            Left undone here: keepalived.service, saved; keepalived.service, live.
            Mend the cause and run again: what is done already is not done twice.
          29 changed, 1 failed, 1 not begun · N s · run again when it is mended
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
          ✘ network   lb2  not begun: lb1 failed
          ✘ network   lb1  not begun: lb1 failed before
          ✘ balance   lb2  not begun: lb1 failed
          ✘ balance   lb1  not begun: lb1 failed before
          ✘ lb1: phase "packages": packages keepalived, ipvsadm: exit 100.
            E: Unable to locate package keepalived
            E: Unable to locate package keepalived
            Mend the cause and run again: what is done already is not done twice.
          12 changed, 1 failed, 1 not begun · N s · run again when it is mended
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
            systemctl reload-or-restart keepalived failed. Its last words:
            Mend the cause and run again: what is done already is not done twice.
          31 changed, 1 failed, 1 not begun · N s · run again when it is mended
          "
        `)
      },
    ),
  )
})
