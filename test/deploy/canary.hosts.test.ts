import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { makeKey } from '../toy/keys.ts'
import { sshd } from '../toy/toy.ts'
import {
  canaries,
  heldBelow,
  heldBy,
  heldOn,
  keep,
  main,
  vault,
  watch,
  type Answers,
  type Watched,
} from './canaries.ts'
import { openSite, type Site } from './site.ts'
import { callsOf, filesHolding, modesBefore, strace, type Call } from './traced.ts'

const conf = '/etc/keepalived/keepalived.conf'
const key = makeKey(join(vault, 'key'), 'ed25519', canaries.passphrase)
const inFile = `{ file: ${keep('vrrp', canaries.vrrpInFile)} }`
const ofCommand = `{ command: [cat, ${keep('command', canaries.vrrpOfCommand)}] }`
const sudoFile = keep('sudo', canaries.sudo)
const sudoInFile = `{ file: ${sudoFile} }`

let site: Site
const runs: Watched[] = []

const answers: Answers = [
  [/passphrase[^\n]*[:?] *$/i, canaries.passphrase],
  [/password[^\n]*[:?] *$/i, canaries.sudo],
  [/\[y\/N\][^\n]*$/, 'y'],
]

const holds = (text: string): boolean => heldBy(text).length > 0

/** What the terminal showed of a run that ended as it should. */
const lbprov = async (
  words: readonly string[],
  exit = 0,
  env: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const here = { HOME: site.home, TMPDIR: join(site.home, 'tmp'), ...env }
  const ran = await watch(words, answers, site.home, here)
  runs.push(ran)
  expect(ran.exit, ran.raw).toBe(exit)
  return ran.raw
}

/** The router by lbprov's own SSH, the real server by the system's; both with a sealed key and a password for sudo. */
const inventory = (vrrp: string, sudo?: string): string =>
  site.inventory((text) =>
    text
      .replace(/auth_pass: .*/, `auth_pass: ${vrrp}`)
      .replace('rs1: { ssh: {', 'rs1: { ssh: { transport: openssh,')
      .replaceAll(
        /identity_file: [^,]*,/g,
        `identity_file: ${key.file}, user: ops, become: true,${sudo === undefined ? '' : ` become_password: ${sudo},`}`,
      ),
  )

beforeAll(async () => {
  const options = {
    accounts: { ops: { authorizedKeys: [key.publicKey], password: canaries.sudo } },
    sudoers: 'ops ALL=(root) ALL\nDefaults:ops logfile=/var/log/sudo.log\n',
    sshd: 'LogLevel DEBUG3',
    server: ['sh', '-c', `exec ${[...strace('/var/strace/$$'), ...sshd].join(' ')}`],
    files: { '/var/strace/.here': '' },
  }
  const byHand = `vrrp_instance old {\n  authentication {\n    auth_pass ${canaries.vrrpByHand}\n  }\n}\n`
  site = await openSite(['lb1', 'rs1'], {
    lb1: { ...options, files: { ...options.files, [conf]: byHand } },
    rs1: options,
  })
  mkdirSync(join(site.home, 'tmp'))
  for (const host of Object.values(site.hosts)) {
    host.write('/begun', `${Object.values(canaries).join('\n')}\n`)
  }
}, 60_000)
afterAll(async () => {
  await site.close()
  rmSync(vault, { recursive: true })
})

describe('no secret is left anywhere', { timeout: 180_000 }, () => {
  it('by a plan and the run that follows it', async () => {
    const text = inventory('{ env: VRRP_PASS }', '{ env: SUDO_PASS }')
    const env = { VRRP_PASS: canaries.vrrpInEnv, SUDO_PASS: canaries.sudo }
    const plan = join(site.home, 'plan.json')
    await lbprov(['plan', text, '-o', plan], 0, env)
    await lbprov(['apply', text, '--plan', plan], 0, env)
    expect(site.host('lb1').read(conf)).toContain(canaries.vrrpInEnv)
  })

  it('by a run whose password is typed, and whose VRRP password is another', async () => {
    const shown = await lbprov(['apply', inventory(inFile), '--verbose'])
    // It changes, and that is said.
    expect(shown).toContain('the secret in it changes')
    expect(site.host('lb1').read(conf)).toContain(canaries.vrrpInFile)
  })

  it('by a run of which a machine reads', async () => {
    // What the environment gives to lbprov is not for the commands that it runs.
    const env = { SUDO_PASS: canaries.sudo }
    await lbprov(['apply', inventory(ofCommand, '{ env: SUDO_PASS }'), '--yes', '--json'], 0, env)
    expect(site.host('lb1').read(conf)).toContain(canaries.vrrpOfCommand)
  })

  it('in the files of hosts, but for those that are for root alone', () => {
    const found = Object.values(site.hosts).flatMap((host) =>
      heldOn(host).map((line) => `${host.name}: ${line}`),
    )
    expect(found).toContain(`lb1: 600 root ${conf}`)
    const others = found.filter((line) => !line.endsWith(conf))
    // What stood in the file before lbprov came is remembered, to be put back.
    expect(others).toEqual([
      'lb1: 600 root /var/lib/lbprov/keepalived.conf.before',
      expect.stringMatching(/^lb1: 600 root \/var\/lib\/lbprov\/manifest\/\w+\.json$/),
    ])
  })

  it('by a command that says it as it fails', async () => {
    const host = site.host('lb1')
    host.write(
      '/usr/local/sbin/keepalived',
      '#!/bin/sh\n[ "$1" = -t ] || exec /usr/sbin/keepalived "$@"\ncat "$3"; cat "$3" >&2; exit 1\n',
    )
    host.run(['chmod', '755', '/usr/local/sbin/keepalived'])
    for (const words of [[], ['--json'], ['--verbose']]) {
      const shown = await lbprov(['apply', inventory(inFile, sudoInFile), '--yes', ...words], 1)
      expect(shown).toContain('did not pass its test')
    }
    host.run(['rm', '/usr/local/sbin/keepalived'])
  })

  it('by a password that is wrong', async () => {
    const wrong = `{ command: [cat, ${keep('wrong', canaries.passphrase)}] }`
    await lbprov(['apply', inventory(inFile, wrong), '--yes'], 1)
  })

  it('by what only looks, and by what only writes here', async () => {
    const text = inventory(inFile, sudoInFile)
    await lbprov(['check', text])
    await lbprov(['render', text, '-o', join(site.home, 'rendered')])
    const runsOf = join(site.home, '.local/state/lbprov')
    const [id] = readdirSync(runsOf, { recursive: true }).flatMap(
      (name) => /-([\da-f]+)\.jsonl$/.exec(String(name))?.[1] ?? [],
    )
    await lbprov(['history'])
    await lbprov(['history', '--run', id ?? ''])
    await lbprov(['apply', text, '--yes'])
    await lbprov(['apply', text, '--dry-run', '--verbose'])
  })

  it('on the controller', () => {
    expect(heldBelow(site.home)).toEqual([])
  })

  it('but where it is asked for, for its user alone', async () => {
    const out = join(site.home, 'shown')
    const file = join(out, 'lb1', conf)
    // A file that everybody can read stands there already.
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, '', { mode: 0o644 })
    await lbprov(['render', inventory(inFile, sudoInFile), '--show-secrets', '-o', out])
    expect(heldBelow(site.home)).toEqual([file])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    rmSync(out, { recursive: true })
  })

  it('by the end of it all', async () => {
    await lbprov(['destroy', inventory(inFile, sudoInFile), '--yes'])
    // What stood there by hand stands there again.
    expect(heldOn(site.host('lb1')).filter((line) => !line.endsWith(conf))).toEqual([])
    expect(site.host('lb1').read(conf)).toContain(canaries.vrrpByHand)
    expect(heldOn(site.host('rs1'))).toEqual([])
    expect(heldBelow(site.home)).toEqual([])
  })

  it('on the terminal', () => {
    expect(runs.map(({ raw }) => heldBy(raw))).toEqual(runs.map(() => []))
  })

  it('in the words or the environment of any process of the controller', () => {
    const told = runs.flatMap(({ calls }) => {
      const started = calls.filter(({ name }) => name === 'execve')
      // The user himself gives lbprov its environment; from there on it is lbprov's affair.
      return started.slice(started.findIndex(({ text }) => text.includes(`"${main}"`)) + 1)
    })
    expect(told.some(({ text }) => text.includes('"ssh"'))).toBe(true)
    expect(told.filter(({ text }) => holds(text))).toEqual([])
  })

  it('in a file of the controller, not even for a while', () => {
    const places = runs.flatMap(({ calls }) => filesHolding(calls, holds).map(({ on }) => on))
    expect(places.filter((place) => place !== join(site.home, 'shown/lb1', conf))).toEqual([])
  })
})

describe('on the hosts, not even for a while, a secret is', () => {
  let traces: readonly (readonly Call[])[] = []
  beforeAll(() => {
    traces = Object.values(site.hosts).flatMap((host) =>
      host
        .run(['ls', '/var/strace'])
        .out.trim()
        .split('\n')
        .map((file) => callsOf(host.read(`/var/strace/${file}`))),
    )
  })

  it('in the words or the environment of any process', () => {
    const told = traces.flat().filter(({ name }) => name === 'execve')
    expect(told.some(({ text }) => text.includes('"sudo"'))).toBe(true)
    expect(told.filter(({ text }) => holds(text))).toEqual([])
  })

  it('in a file that others than root can read, from its first byte on', () => {
    const files = new Set<string>()
    for (const calls of traces) {
      for (const { on, at } of filesHolding(calls, holds)) {
        const modes = modesBefore(calls, on, at).map((mode) => mode.toString(8))
        files.add(`${on} ${[...new Set(modes)].join(' ')}`)
      }
    }
    const entry = /[\da-f]{32}/
    expect([...files].map((file) => file.replace(entry, 'ENTRY')).sort()).toEqual([
      '/etc/keepalived/.keepalived.conf.lbprov 600',
      '/var/lib/lbprov/manifest/ENTRY.json.new 600',
    ])
    // cat(1) lets the kernel copy, so that nothing is seen of what it writes.
    const copy = '/var/lib/lbprov/.keepalived.conf.before.lbprov'
    const modes = traces.flatMap((calls) => modesBefore(calls, copy, calls.length))
    expect(new Set(modes)).toEqual(new Set([0o600]))
  })
})
