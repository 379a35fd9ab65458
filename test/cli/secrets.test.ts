import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { password, type Ran } from '../deploy/site.ts'
import { lbprov, ownFolder, put } from './lbprov.ts'

const folder = ownFolder()
const nat = readFileSync('inventory/nat.yaml', 'utf8')
const root = nat
  .replace('  become: false', '  user: ops\n  become: true')
  .replace('  user: root\n', '')

let inventories = 0
/** What a command says of an inventory. */
const ran = async (text: string, ...words: readonly string[]): Promise<Ran> => {
  const file = put(folder, `inventory-${String((inventories += 1))}.yaml`, text)
  const [command = '', ...more] = words
  const { exit, out, err } = await lbprov(folder, [command, file, ...more])
  const placeless = (said: string): string =>
    said.replaceAll(/\/\S*inventory-\d+/g, 'inventory').replaceAll(folder, 'FOLDER')
  return { exit, out: placeless(out), err: placeless(err) }
}

describe('the password in a file', () => {
  const from = (name: string): string =>
    root.replace('become: true', `become: true\n  become_password: { file: ${name} }`)

  it.each(['600', '400', '622'])('is read with mode %s', async (mode) => {
    chmodSync(put(folder, 'sudo', 'hunter2\nand more\n'), parseInt(mode, 8))
    const { exit, err } = await ran(from('sudo'), 'check')
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
  })

  it.each(['644', '640', '604'])('is refused with mode %s', async (mode) => {
    chmodSync(put(folder, 'open', 'hunter2\n'), parseInt(mode, 8))
    const { exit, err } = await ran(from('open'), 'check')
    expect(exit).toBe(2)
    expect(err).toBe(
      'inventory.yaml:13:3: ssh.become_password: others may read FOLDER/open; take that away with "chmod 600 FOLDER/open"\n',
    )
  })

  it('of VRRP, which says it in the clear, is warned of', async () => {
    chmodSync(put(folder, 'vrrp', `${password}\n`), 0o644)
    const text = root.replace(/auth_pass: \{.*?\}/, 'auth_pass: { file: vrrp }')
    const { exit, err } = await ran(text, 'check')
    expect({ exit, err }).toEqual({
      exit: 0,
      err: expect.stringMatching(
        /^inventory\.yaml:\d+:\d+: warning: vrrp\.auth_pass: others may read FOLDER\/vrrp; .*chmod 600.*\n$/,
      ) as string,
    })
  })

  it('is refused where it is empty, or not there', async () => {
    chmodSync(put(folder, 'empty', '\n'), 0o600)
    expect((await ran(from('empty'), 'check')).err).toContain(
      'become_password: the password is empty',
    )
    expect((await ran(from('nowhere'), 'check')).err).toContain(
      'become_password: cannot read FOLDER/nowhere: there is no such file',
    )
  })
})

it('a command that says the password is run once, whoever asks for it', async () => {
  const counter = join(folder, 'counter')
  const command = `[sh, -c, "echo x >>${counter}; echo ${password}"]`
  const text = root
    .replace('become: true', `become: true\n  become_password: { command: ${command} }`)
    .replace('{ env: VRRP_PASS }', `{ command: ${command} }`)
  expect(await ran(text, 'check')).toMatchObject({ exit: 0, err: '' })
  expect(readFileSync(counter, 'utf8')).toBe('x\n')
})

describe('--ask-become-pass', () => {
  it('has nobody to ask', async () => {
    const { exit, err } = await ran(root, 'apply', '--dry-run', '-K')
    expect(exit).toBe(2)
    expect(err).toMatchInlineSnapshot(`
      "--ask-become-pass: nobody can be asked here; say in the inventory where the password is: ssh.become_password: { env: NAME }, { file: PATH } or { command: […] }.
      "
    `)
  })

  it('has nothing to ask for', async () => {
    const { exit, err } = await ran(nat, 'apply', '--dry-run', '-K')
    expect(exit).toBe(2)
    expect(err).toMatchInlineSnapshot(`
      "--ask-become-pass: no host of the inventory has "become: true", so there is no password to ask for; leave it out, or write that.
      "
    `)
  })

  it('asks once, without an echo, and goes no further where nobody answers', async () => {
    const file = put(folder, 'asked.yaml', root)
    const questions: unknown[] = []
    const ask = (...question: readonly unknown[]): Promise<string> => {
      questions.push(question)
      return Promise.resolve('')
    }
    const { exit, err } = await lbprov(folder, ['apply', file, '--dry-run', '-K'], {
      terminal: { interactive: true, ask },
    })
    expect(questions).toEqual([['Password to become root: ', 'hidden']])
    expect(exit).toBe(2)
    expect(err).toBe('--ask-become-pass: no password was given, and no host was asked anything.\n')
  })
})

describe('render', () => {
  const conf = join(folder, 'out/lb1/etc/keepalived/keepalived.conf')
  const target = join(folder, 'out')

  it('masks secrets, and says where', async () => {
    const { exit, out } = await ran(nat, 'render', '-o', target)
    expect(exit).toBe(0)
    expect(readFileSync(conf, 'utf8')).toContain('auth_pass •••')
    const told = out.split('\n').filter((line) => line.includes('secrets'))
    expect(told).toEqual(
      ['lb1', 'lb2'].map(
        (router) =>
          `FOLDER/out/${router}/etc/keepalived/keepalived.conf  (its secrets are masked; --show-secrets shows them)`,
      ),
    )
  })

  it('--show-secrets writes them in files of their own, which nobody else can read', async () => {
    const { exit, out } = await ran(nat, 'render', '-o', target, '--show-secrets')
    expect(exit).toBe(0)
    expect(readFileSync(conf, 'utf8')).toContain(`auth_pass ${password}`)
    expect(statSync(conf).mode & 0o777).toBe(0o600)
    expect(out).toContain('lb1/etc/keepalived/keepalived.conf  (its secrets are in the clear)\n')
    expect(out).not.toContain(password)
  })

  it('--show-secrets follows no link that somebody laid there', async () => {
    const elsewhere = join(folder, 'elsewhere')
    const linked = join(target, 'lb2/etc/keepalived/keepalived.conf')
    unlinkSync(linked)
    symlinkSync(elsewhere, linked)
    expect((await ran(nat, 'render', '-o', target, '--show-secrets')).exit).toBe(0)
    expect(existsSync(elsewhere)).toBe(false)
    expect(readFileSync(linked, 'utf8')).toContain(password)
  })
})
