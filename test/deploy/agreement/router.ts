import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Wire } from '../../../src/engine/wire.ts'
import { pack, unpack } from '../../../src/sh/frame.ts'
import { toyHost, type Toy } from '../../toy/toy.ts'

// systemd with one unit: files say whether it is active and enabled, and what keepalived has read. A run asks many times, so
// it is made of the shell's own words.
const systemctl = `cd /var/lib/toy || exit 1
verb= show= quiet=
for word do
  case $word in -q) quiet=yes ;; -p | Load* | Active* | Unit* | Can* | Main* | Inactive*) show="$show $word" ;; -*) ;;
    *) [ -n "$verb" ] || verb=$word ;; esac
done
[ ! -e "refuse/$verb" ] || { echo "Job for keepalived.service failed." >&2; exit 1; }
load() { cat /etc/keepalived/keepalived.conf >loaded; }
start() { load; read -r up rest </proc/uptime; echo "\${up%.*}\${up#*.}$(($$ % 9000 + 1000))" >active; }
case $verb in
  show)
    state=inactive main=0 stamp=0
    [ ! -e active ] || { state=active; read -r stamp <active; }
    unit=disabled; [ ! -e enabled ] || unit=enabled
    for property in $show; do case $property in
      LoadState) echo LoadState=loaded ;; ActiveState) echo ActiveState=$state ;; UnitFileState) echo UnitFileState=$unit ;;
      CanReload) echo CanReload=yes ;; MainPID) echo MainPID=0 ;; Inactive*) echo InactiveExitTimestampMonotonic=$stamp ;;
    esac; done ;;
  is-active) [ -e active ] && { [ -n "$quiet" ] || echo active; exit 0; }; [ -n "$quiet" ] || echo inactive; exit 3 ;;
  is-enabled) [ -e enabled ] ;;
  start) [ -e active ] || start ;;
  restart) start ;;
  reload-or-restart) if [ -e active ]; then load; else start; fi ;;
  reload) [ -e active ] || exit 1; load ;;
  stop) rm -f active ;;
  enable) : >enabled ;;
  disable) rm -f enabled ;;
esac
exit 0`

/** Time passes at once, keepalived takes every file, and an address answers where the model says so. */
const tools: Readonly<Record<string, string>> = {
  systemctl,
  sleep: 'exit 0',
  journalctl: 'exit 0',
  sync: 'exit 0',
  keepalived:
    'case $1 in -v) echo "Keepalived v2.2.7" >&2 ;; *) [ ! -e /var/lib/toy/refuse/test ] ;; esac',
  ping: 'for last do :; done; while read -r vip; do [ "$vip" != "$last" ] || exit 0; done </var/lib/toy/answers; exit 1',
}

const state = '/var/lib/toy'
const unit = 'keepalived'
const conf = '/etc/keepalived/keepalived.conf'

/** A router: real files, a real shell, a real `ip`; systemd and keepalived are what a model says they are. */
export interface Router {
  readonly name: string
  /** The text that the running keepalived has read; undefined: none runs. */
  readonly runs: () => string | undefined
  /** The text in its file; undefined: there is none. */
  readonly file: () => string | undefined
  readonly enabled: () => boolean
  /** Whether lbprov left a word about another router there. */
  readonly remembers: (other: string) => boolean
  /** A new shell, which ends with the trip. */
  readonly trip: Wire['trip']
  /** It loses its power and boots. */
  readonly reboot: () => void
  /** Somebody stops keepalived there, or it dies. */
  readonly stop: () => void
  /** systemctl fails at these verbs from now on, and keepalived's own test at `test`. */
  readonly refuse: (verbs: readonly string[]) => void
  /** The VIPs that it holds, and those that answer a ping there. */
  readonly show: (held: readonly string[], answering: readonly string[]) => void
  /** Somebody writes a file and has keepalived run it, now and after a boot. */
  readonly startByHand: (text: string) => void
  /** As it was before all. */
  readonly reset: () => void
  readonly close: () => Promise<void>
}

const inside = (pid: number): readonly string[] => ['-t', String(pid), '-m', '-u', '-n', '-p', '--']

const said = (
  pid: number,
  words: readonly string[],
  input: string,
): Promise<{ readonly out: string; readonly err: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn('/usr/bin/nsenter', [...inside(pid), ...words], { stdio: 'pipe' })
    const texts = { out: '', err: '' }
    child.stdout.on('data', (bytes: Buffer) => (texts.out += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => (texts.err += bytes.toString()))
    child.on('error', reject)
    child.on('close', () => resolve(texts))
    child.stdin.end(input)
  })

const mark = '0123456789abcdef0123456789abcdef'

const makeRouter = (name: string, toy: Toy): Router => {
  const at = (path: string): string => join(`/proc/${String(toy.pid)}/root`, path)
  const text = (path: string): string | undefined => {
    try {
      return readFileSync(at(path), 'utf8')
    } catch {
      return undefined
    }
  }
  const put = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), content, { mode })
  }
  const remove = (path: string): void => rmSync(at(path), { recursive: true, force: true })
  for (const [tool, script] of Object.entries(tools))
    put(`/usr/local/bin/${tool}`, `#!/bin/sh\n${script}\n`, 0o755)

  const enabled = (): boolean => existsSync(at(`${state}/enabled`))
  const runs = (): string | undefined =>
    existsSync(at(`${state}/active`)) ? text(`${state}/loaded`) : undefined
  const file = (): string | undefined => text(conf)
  const stop = (): void => remove(`${state}/active`)
  const start = (): void => {
    // A boot takes its time: what a daemon reads then was written in an earlier second.
    const changed = Math.floor(statSync(at(conf)).ctimeMs / 1000)
    while (Math.floor(Date.now() / 1000) <= changed)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    toy.run(['systemctl', 'start', unit])
  }
  let held: readonly string[] = []
  const show: Router['show'] = (now, answering) => {
    const gone = held.filter((vip) => !now.includes(vip))
    const come = now.filter((vip) => !held.includes(vip))
    if (gone.length + come.length > 0) {
      const batch = [
        ...gone.map((vip) => `addr del ${vip}/32 dev eth0`),
        ...come.map((vip) => `addr add ${vip}/32 dev eth0`),
      ]
      toy.run(['ip', '-force', '-batch', '-'], `${batch.join('\n')}\n`)
    }
    held = now
    put(`${state}/answers`, answering.map((vip) => `${vip}\n`).join(''))
  }
  return {
    name,
    runs,
    file,
    enabled,
    remembers: (other) =>
      text('/var/lib/lbprov/records/roster.json')?.includes(`"name":"${other}"`) === true,
    trip: async (steps) => unpack(await said(toy.pid, ['sh'], pack(steps, mark)), mark),
    stop,
    reboot: () => {
      stop()
      remove('/run/lbprov')
      if (enabled() && file() !== undefined) start()
    },
    refuse: (verbs) => {
      remove(`${state}/refuse`)
      for (const verb of verbs) put(`${state}/refuse/${verb}`, '')
    },
    show,
    startByHand: (content) => {
      put(conf, content)
      toy.run(['systemctl', 'enable', unit])
      start()
    },
    reset: () => {
      for (const path of [state, '/var/lib/lbprov', '/run/lbprov', '/etc/keepalived']) remove(path)
      show([], [])
    },
    close: () => toy.close(),
  }
}

/** They share nothing but what the model of VRRP lets them see of each other. */
export const openRouters = (names: readonly string[]): Promise<readonly Router[]> =>
  Promise.all(
    names.map(async (name) => {
      const toy = await toyHost({ name, files: { '/run/systemd/system/.here': '' } })
      for (const device of ['eth0', 'eth1']) toy.addLink(device)
      return makeRouter(name, toy)
    }),
  )
