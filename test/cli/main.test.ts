import { spawnSync } from 'node:child_process'

import { expect, it } from 'vitest'

/** Runs the command in a process of its own, with its output led elsewhere by a shell. */
const lbprov = (words: string): { readonly exit: number | null; readonly err: string } => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', `exec node --import tsx src/main.ts ${words}`],
    {
      encoding: 'utf8',
    },
  )
  return { exit: status, err: stderr }
}

it('says that its output could not be written', () => {
  expect(lbprov('schema >/dev/full')).toEqual({
    exit: 1,
    err: 'What lbprov says could not be written: the disk is full.\n',
  })
})

it('ends with 2 when the command line is wrong, and points at the nearest right word', () => {
  const { exit, err } = lbprov('aply inventory/nat.yaml')
  expect(exit).toBe(2)
  expect(err).toContain("unknown command 'aply'")
  expect(err).toContain('apply')
})

it('ends with 2 when there is no such inventory', () => {
  expect(lbprov('check nowhere.yaml')).toEqual({
    exit: 2,
    err: 'nowhere.yaml: there is no such file; give the path of a file that can be read.\n',
  })
})
