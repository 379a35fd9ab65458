import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

import type { Wire } from '../../../src/engine/wire.ts'
import { platformQuestions } from '../../../src/platform.ts'
import type { Answer } from '../../../src/sh/answer.ts'
import { pack, unpack } from '../../../src/sh/frame.ts'
import { toyHost, type Toy } from '../../toy/toy.ts'

// systemd with one unit: files say whether it is active and enabled, and what keepalived has read. A run asks many times, so
// it is made of the shell's own words.
const systemctl = `local at=/var/lib/toy verb= show= quiet= word state unit property stamp up rest
for word do
  case $word in -q) quiet=yes ;; -p | Load* | Active* | Unit* | Can* | Main* | Inactive*) show="$show $word" ;; -*) ;;
    *) [ -n "$verb" ] || verb=$word ;; esac
done
[ ! -e "$at/refuse/$verb" ] || { echo "Job for keepalived.service failed." >&2; return 1; }
case $verb in
  reload-or-restart) verb=reload; [ -e $at/active ] || verb=restart ;;
  start) [ -e $at/active ] || verb=restart ;;
esac
case $verb in
  show)
    state=inactive stamp=0
    [ ! -e $at/active ] || { state=active; read -r stamp <$at/active; }
    unit=disabled; [ ! -e $at/enabled ] || unit=enabled
    for property in $show; do case $property in
      LoadState) echo LoadState=loaded ;; ActiveState) echo ActiveState=$state ;; UnitFileState) echo UnitFileState=$unit ;;
      CanReload) echo CanReload=yes ;; MainPID) echo MainPID=0 ;; Inactive*) echo InactiveExitTimestampMonotonic=$stamp ;;
    esac; done ;;
  is-active) [ -e $at/active ] && { [ -n "$quiet" ] || echo active; return 0; }; [ -n "$quiet" ] || echo inactive; return 3 ;;
  is-enabled) [ -e $at/enabled ]; return ;;
  reload | restart)
    [ $verb = restart ] || [ -e $at/active ] || return 1
    cat /etc/keepalived/keepalived.conf >$at/loaded
    [ $verb = reload ] || { read -r up rest </proc/uptime; echo "\${up%.*}\${up#*.}$(($$ % 9000 + 1000))" >$at/active; } ;;
  stop) rm -f $at/active ;;
  enable) : >$at/enabled ;;
  disable) rm -f $at/enabled ;;
esac
return 0`

/**
 * Time passes at once, keepalived takes every file, and an address answers where the model says so. Who waits counts
 * how often in `n`, and looks a few times less here.
 */
const tools: Readonly<Record<string, string>> = {
  systemctl,
  sleep: 'n=$((${n:-0} < 7 ? 7 : n))',
  journalctl: ':',
  sync: ':',
  keepalived:
    'case $1 in -v) echo "Keepalived v2.2.7" >&2 ;; *) [ ! -e /var/lib/toy/refuse/test ] ;; esac',
  ping: `local last vip
for last do :; done; while read -r vip; do [ "$vip" != "$last" ] || return 0; done </var/lib/toy/answers; return 1`,
}

const functions = Object.entries(tools).map(([tool, body]) => `${tool}() { ${body}\n}\n`)

// What a host is stays as it is all the time, so each router says it once.
const platform = new Set(
  Object.entries(platformQuestions).flatMap(([name, { text }]) =>
    name === 'addresses' ? [] : [text],
  ),
)

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

/**
 * A process of the router that reads scripts with a new shell each, one after the other: to begin one from here takes
 * longer than the script.
 */
const openShell = (pid: number, at: (path: string) => string) => {
  const script = '/run/toy-trip'
  const end = '\u0004'
  const loop = `while read -r go; do sh <${script}; printf '\\004'; printf '\\004' >&2; done`
  const child = spawn('/usr/bin/nsenter', [...inside(pid), 'sh', '-c', loop], { stdio: 'pipe' })
  const closed = new Promise((resolve) => child.on('close', resolve))
  const ended = closed.then((): never => {
    throw new Error('the shell of a router has ended')
  })
  ended.catch(() => undefined)
  let last: Promise<unknown> = Promise.resolve()

  /** What a stream says up to the script's end. */
  const said = (stream: Readable): Promise<string> =>
    new Promise((resolve) => {
      let text = ''
      const read = (bytes: Buffer): void => {
        text += bytes.toString('latin1')
        if (!text.endsWith(end)) return
        stream.off('data', read)
        resolve(Buffer.from(text.slice(0, -1), 'latin1').toString())
      }
      stream.on('data', read)
    })
  const run = async (text: string): Promise<{ readonly out: string; readonly err: string }> => {
    writeFileSync(at(script), text)
    const both = Promise.all([said(child.stdout), said(child.stderr)])
    child.stdin.write('go\n')
    const [out, err] = await Promise.race([both, ended])
    return { out, err }
  }
  return {
    said: (text: string): ReturnType<typeof run> => {
      const mine = last.then(() => run(text))
      last = mine.catch(() => undefined)
      return mine
    },
    close: async (): Promise<void> => {
      child.stdin.end()
      await closed
    },
  }
}

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
  for (const tool of Object.keys(tools))
    put(`/usr/local/bin/${tool}`, `#!/bin/sh\n${functions.join('')}${tool} "$@"\n`, 0o755)

  const shell = openShell(toy.pid, at)
  const known = new Map<string, Answer>()
  const trip: Wire['trip'] = async (steps) => {
    const asked = steps.filter(({ run }) => !known.has(run.text))
    const streams = await shell.said(`${functions.join('')}${pack(asked, mark)}`)
    const answers = unpack(streams, mark)
    const answered = new Map(asked.map((step, n) => [step, answers[n]]))
    for (const [{ run }, answer] of answered)
      if (platform.has(run.text) && answer !== undefined) known.set(run.text, answer)
    return steps.map((step) => (answered.has(step) ? answered.get(step) : known.get(step.run.text)))
  }

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
    trip,
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
    close: async () => {
      await shell.close()
      await toy.close()
    },
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
