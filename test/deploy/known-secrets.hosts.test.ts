import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openSite, password, type Ran, type Site } from './site.ts'

/*
 * A host may have the secrets of a run in files of its own: VRRP's password in a note, sudo's in a script. Whatever of it
 * lbprov comes to show or to keep, the secrets are masked.
 */
const sudo = "sudo's own pass"
const secrets = [password, sudo]

const playbook = `name: site
phases:
  - name: app
    hosts: routers
    tasks:
      - file: { path: /etc/motd, content: "hello\\n" }
      - sysctl: { key: net.ipv4.ip_default_ttl, value: 63 }
`

let site: Site
beforeAll(async () => {
  const sudoers = 'ops ALL=(root) ALL\n'
  const accounts = { ops: { password: sudo }, root: { bashrc: '' } }
  site = await openSite(['lb1', 'rs1'], { lb1: { accounts, sudoers } })
}, 60_000)
afterAll(() => site.close())

const lb1 = (script: string, input?: string): string => {
  const { exit, out, err } = site.host('lb1').run(['sh', '-c', script], input)
  if (exit !== 0) throw new Error(`${script}: ${err}`)
  return out
}

const text = `the old note\n${password} is the VRRP password\nand "${sudo}" that of sudo\n`
const seed = (): void => {
  lb1('cat >/etc/motd', text)
  lb1(
    'cat >/etc/sysctl.d/90-lbprov-net.ipv4.ip_default_ttl.conf',
    `net.ipv4.ip_default_ttl = ${password}\n`,
  )
}

const asOps = (how: string): string =>
  site.inventory((inventory) =>
    inventory.replace(/lb1:\n {4}ssh: \{/, `lb1:\n    ssh: { user: ops, become: true, ${how}`),
  )

/** Everything that a run left on the controller. */
const kept = (): string =>
  readdirSync(site.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'inventory.yaml')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')

const clean = (said: string): void => {
  for (const secret of secrets) {
    expect(said).not.toContain(secret)
    expect(said).not.toContain(JSON.stringify(secret).slice(1, -1))
    expect(said).not.toContain(secret.replaceAll("'", "'\\''"))
  }
}

const env = { VRRP_PASS: password, SUDO_PASS: sudo }
const run = async (...words: readonly string[]): Promise<Ran> => {
  const file = site.put('site.yaml', playbook)
  const inventory = asOps('become_password: { env: SUDO_PASS },')
  const [command = '', ...more] = words
  const ran = await site.lbprovIn({ env }, command, inventory, '--playbook', file, ...more)
  clean(ran.out + ran.err)
  return ran
}

describe('a secret of the run that a host has in a file is masked', () => {
  it('in a plan, however it is shown, and in one that is saved', async () => {
    seed()
    const plan = join(site.home, 'plan.json')
    for (const words of [
      ['apply', '--dry-run'],
      ['apply', '--dry-run', '--verbose'],
      ['apply', '--dry-run', '--json'],
      ['plan', '-o', plan],
    ]) {
      const { exit, out } = await run(...words)
      expect(exit).toBe(0)
      expect(out).toContain('••• is the VRRP password')
      expect(out).toContain('the old note')
    }
    clean(readFileSync(plan, 'utf8'))
    expect((await run('apply', '--plan', plan)).exit).toBe(0)
    expect(lb1('cat /etc/motd')).toBe('hello\n')
    expect((await run('apply', '--yes')).out).toContain('0 changed, 0 failed')
  })

  it('in the journal, and in what is told of it', async () => {
    seed()
    expect((await run('apply', '--yes')).exit).toBe(0)
    expect(existsSync(join(site.home, '.local/state/lbprov'))).toBe(true)
    clean(kept())
    expect(kept()).toContain('••• is the VRRP password')
    const [id = ''] = readdirSync(join(site.home, '.local/state/lbprov/toys')).flatMap(
      (name) => /-([\da-f]+)\.jsonl$/.exec(name)?.[1] ?? [],
    )
    const history = await site.lbprov('history', '--run', id)
    clean(history.out + history.err)
  })

  it('in a sentence about it', async () => {
    lb1('cat >/etc/sysctl.d/99-z.conf', `net.ipv4.ip_default_ttl = ${password}\n`)
    for (const words of [['--yes'], ['--yes', '--json'], ['--dry-run', '--verbose']]) {
      const { exit, out } = await run('apply', ...words)
      expect(exit).toBe(1)
      expect(out).toContain('sets net.ipv4.ip_default_ttl = •••')
    }
    clean(kept())
    lb1('rm /etc/sysctl.d/99-z.conf')
  })

  it('also one that was typed, when a person is asked to say yes', async () => {
    seed()
    const file = site.put('site.yaml', playbook)
    const asked: string[] = []
    const ask = (question: string): Promise<string> => {
      asked.push(question)
      return Promise.resolve(question.includes('[y/N]') ? 'y' : sudo)
    }
    const world = { terminal: { interactive: true, ask } }
    const words = ['apply', asOps(''), '--playbook', file]
    const ran = await site.lbprovIn(world, ...words)
    clean(ran.out + ran.err + asked.join('\n') + kept())
    expect(ran.out).toContain('and "•••" that of sudo')
    expect(ran.exit).toBe(0)
    // What has been masked is what it was when the person says yes.
    expect(lb1('cat /etc/motd')).toBe('hello\n')
  })
})
