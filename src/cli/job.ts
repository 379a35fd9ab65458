import { patience } from '../engine/patience.ts'
import type { Job } from '../engine/survey.ts'
import type { Listener } from '../engine/events.ts'
import type { Cluster, ManagedHost } from '../inventory/cluster.ts'
import { phasesOf } from '../playbook/phases.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { wishesOf } from '../playbook/wishes.ts'
import { MASK, Secret, reveal } from '../secret.ts'
import { makeDial } from '../ssh/dial.ts'
import type { World } from './world.ts'

const masking =
  (secret: Secret | undefined) =>
  (said: string): string =>
    secret === undefined ? said : said.replaceAll(reveal(secret), MASK)

/** The inventory and the playbook as the engine takes them. */
export const makeJob = (
  cluster: Cluster,
  playbook: Playbook,
  hosts: readonly ManagedHost[],
  forks: number,
  tell: Listener,
  world: World,
): Job => {
  const { terminal, env, home, signal } = world
  const byName = new Map(hosts.map((host) => [host.name, host]))
  const host = (name: string): ManagedHost => {
    const found = byName.get(name)
    if (found === undefined) throw new Error(`no host ${name}`)
    return found
  }
  const person = {
    askPassphrase: async (keyFile: string): Promise<Secret | undefined> => {
      const answer = await terminal.ask(`Passphrase for ${keyFile}: `, 'hidden')
      return answer === '' ? undefined : new Secret(answer)
    },
  }
  return {
    hosts: hosts.map(({ name }) => name),
    wishes: (name, platform) => wishesOf(playbook, cluster, host(name), platform),
    phases: (platforms) => phasesOf(playbook, cluster, hosts, platforms),
    dial: makeDial((name) => host(name).ssh, terminal.interactive ? person : undefined, {
      home,
      agentSocket: env.SSH_AUTH_SOCK,
    }),
    forks,
    patience: world.patience ?? patience,
    mask: masking(cluster.vrrp.authPass),
    signal,
    tell,
  }
}
