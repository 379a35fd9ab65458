import { patience } from '../../src/engine/patience.ts'
import type { Toy, ToyOptions } from '../toy/toy.ts'
import { openSite, type Elsewhere, type Ran, type Site } from './site.ts'

interface Trouble {
  /** The host that has it. */
  readonly at: string
  readonly options?: ToyOptions
  readonly prepare?: (toy: Toy) => void | Promise<void>
  readonly edit?: (text: string) => string
  readonly world?: Elsewhere
}

/** A first run on a site of which one host is in trouble. */
export const apply = async (
  { at, options = {}, prepare, edit, world = {} }: Trouble,
  look: (ran: Ran, site: Site) => void,
): Promise<void> => {
  const site = await openSite(['lb1', 'lb2', 'rs1'], { [at]: options })
  try {
    await prepare?.(site.host(at))
    look(await site.lbprovIn(world, 'apply', site.inventory(edit), '--yes'), site)
  } finally {
    await site.close()
  }
}

export const asUser = (more: string) => (text: string) =>
  text.replace(/(rs1: \{ ssh: \{)/, `$1 ${more},`)

export const ops = { accounts: { ops: {} } }

/** A program that stands before the true one. */
export const shim = (name: string, text: string) => (toy: Toy) => {
  toy.write(`/usr/local/sbin/${name}`, `#!/bin/sh\n${text}\n`)
  toy.run(['chmod', '755', `/usr/local/sbin/${name}`])
}

export const impatient = { patience: { ...patience, probeMs: 5500, changeMs: 5500 } }
