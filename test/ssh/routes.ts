import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect } from 'vitest'

import { ReachError } from '../../src/errors.ts'
import type { Ssh } from '../../src/inventory/cluster.ts'
import { noSsh } from '../../src/ssh/config/installed-ssh.ts'
import { readSshConfig } from '../../src/ssh/config/read.ts'
import { unsaid } from '../../src/ssh/jump-words.ts'
import type { Route } from '../../src/ssh/reach.ts'
import { routeTo } from '../../src/ssh/route.ts'

/** A host of which the inventory says nothing but its name. */
export const nothing: Ssh = { ...unsaid, host: 'rs1' }

/** The way to a host of which the inventory says `said`, with an ssh_config. */
export const route = async (config: string, said: Partial<Ssh> = {}): Promise<Route> => {
  const folder = mkdtempSync(join(tmpdir(), 'lbprov-route-'))
  try {
    const file = join(folder, 'config')
    writeFileSync(file, config)
    const asked = { file, home: '/home/ops', user: 'ops', localHost: 'here', env: {} }
    return await routeTo(
      'rs1',
      { ...nothing, ...said },
      {
        config: readSshConfig({ ...asked, ssh: noSsh }),
        home: '/home/ops',
        user: 'ops',
        agentSocket: '/run/agent',
        globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts'],
      },
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** `ops@10.0.0.1:22`, nearest first. */
export const way = ({ hops }: Route): readonly string[] =>
  hops.map(({ user, host, port }) => `${user}@${host}:${String(port)}`)

/** Without the folder that each run has anew. */
export const placeless = (text: string): string =>
  text.replaceAll(/\/\S*lbprov-route-\w+\/config/g, 'FILE')

/** Why there is no way. */
export const refusal = async (config: string, said: Partial<Ssh> = {}): Promise<string> => {
  try {
    return `no refusal, but ${way(await route(config, said)).join()}`
  } catch (error) {
    if (!(error instanceof ReachError)) throw error
    expect(error.host).toBe('rs1')
    expect(error.stage).toBe('resolve')
    return placeless(error.message)
  }
}
