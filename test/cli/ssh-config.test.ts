import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { lbprov, ownFolder, put } from './lbprov.ts'

const folder = ownFolder()
const text = readFileSync('inventory/nat.yaml', 'utf8')
const nat = put(folder, 'nat.yaml', text)
// It says nothing of how hosts are reached but their names.
const bare = put(folder, 'bare.yaml', text.replace(/^ssh:[^]*?^networks:/m, 'networks:'))
const said = (words: string): string => words.replaceAll(folder, 'FOLDER')

const everyRun: readonly (readonly [string, ...string[]])[] = [
  ['apply', '--dry-run'],
  ['plan'],
  ['destroy', '--dry-run'],
  ['remove', 'rs9', '--dry-run'],
  ['drain', 'rs1'],
  ['undrain', 'rs1'],
]

it.each(everyRun)('%s asks nobody where -F names no file', async (command, ...words) => {
  const { exit, err } = await lbprov(folder, [command, nat, ...words, '-F', `${folder}/nowhere`])
  expect(exit).toBe(2)
  expect(said(err)).toContain('FOLDER/nowhere')
})

it('says what is wrong in a file of ssh_config, before anybody is asked', async () => {
  const config = put(folder, 'wrong', 'Host *\n  Prot 22\n  Port 70000\n')
  const { exit, err } = await lbprov(folder, ['apply', nat, '--dry-run', '--ssh-config', config])
  expect(exit).toBe(2)
  expect(said(err)).toMatchInlineSnapshot(`
    "FOLDER/wrong:2:3: "Prot" is no option of ssh_config(5); did you mean Port?
    FOLDER/wrong:3:8: Port needs a port from 1 to 65535, not "70000"
    "
  `)
})

it('check reads ssh_config only where it is given', async () => {
  const config = put(folder, 'circle', 'ProxyJump bastion\n')
  expect((await lbprov(folder, ['check', bare])).exit).toBe(0)
  const { exit, err } = await lbprov(folder, ['check', bare, '-F', config])
  expect(exit).toBe(2)
  expect(said(err)).toMatchInlineSnapshot(`
    "lb1: ssh_config jumps in a circle: 192.0.2.11 → bastion → bastion. Write ProxyJump none for one of them there, or proxy_jump: none in the inventory.
    lb2: ssh_config jumps in a circle: 192.0.2.12 → bastion → bastion. Write ProxyJump none for one of them there, or proxy_jump: none in the inventory.
    rs1: ssh_config jumps in a circle: 192.0.2.21 → bastion → bastion. Write ProxyJump none for one of them there, or proxy_jump: none in the inventory.
    rs2: ssh_config jumps in a circle: 192.0.2.22 → bastion → bastion. Write ProxyJump none for one of them there, or proxy_jump: none in the inventory.
    "
  `)
})

it('check names what is not heeded', async () => {
  const config = put(folder, 'tty', 'Host 192.0.2.11\n  RequestTTY force\n')
  const { exit, err } = await lbprov(folder, ['check', bare, '-F', config])
  expect(exit).toBe(0)
  expect(said(err)).toMatchInlineSnapshot(`
    "lb1: RequestTTY (FOLDER/tty:2) is not heeded: a terminal would change what commands say
    "
  `)
})
