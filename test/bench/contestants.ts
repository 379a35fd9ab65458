import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Contestant, Work } from './cell.ts'
import { insideOf, isRouter, type Cluster } from './inventory.ts'
import type { Command } from './measure.ts'
import type { Recorded } from './record.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** As many hosts at once as lbprov has by itself. */
const forks = 50

const says =
  (wish: RegExp) =>
  (said: string): string | undefined =>
    wish.test(said) ? undefined : `it should have said ${String(wish)}`

const main = at('../../dist/main.js')

const lbprov = ({ inventory, limit }: Cluster, work: Work): Command => {
  const only = limit === undefined ? [] : ['--limit', limit]
  const run = work === 'dry' ? ['--dry-run'] : ['--yes']
  const wishes: Readonly<Partial<Record<Work, RegExp>>> = {
    nothing: /^0 changed, 0 failed · .* nothing to do$/m,
    first: /^[1-9]\d* changed, 0 failed · .* the next run will find nothing to do$/m,
    dry: /^[1-9]\d* would change, 0 failed · /m,
  }
  return {
    argv: [process.execPath, main, 'apply', inventory, ...run, ...only],
    objection: says(wishes[work] ?? /./),
  }
}

/** How the fleet's hosts are as the cluster's inventory wishes them: that a dry run finds nothing. */
export const nothingLeft = ({ inventory, limit }: Cluster): Command => ({
  argv: [
    ...[process.execPath, main, 'apply', inventory, '--dry-run', '--exit-code'],
    ...(limit === undefined ? [] : ['--limit', limit]),
  ],
})

const floor = (cluster: Cluster, { scriptFiles }: Recorded, careful: boolean): Command => {
  const file = join(cluster.folder, careful ? 'floor.json' : 'bare.json')
  const hosts = cluster.hosts.map(({ address }, n) => ({
    address,
    port: cluster.ways.port,
    scriptFile: scriptFiles[n],
  }))
  const { keyFile } = cluster.ways
  const wish = { user: 'root', keyFile, hostKey: cluster.hostKey, atOnce: forks, careful, hosts }
  writeFileSync(file, JSON.stringify(wish))
  return { argv: [process.execPath, at('floor.js'), file] }
}

const xargs = ({ folder, hosts, ways }: Cluster): Command => {
  const file = join(folder, 'addresses')
  writeFileSync(file, hosts.map(({ address }) => `${address}\n`).join(''))
  return {
    argv: [
      ...['xargs', '-a', file, '-P8', '-I{}', 'ssh', '-F', '/dev/null', '-o', 'BatchMode=yes'],
      ...['-o', `UserKnownHostsFile=${ways.knownHosts}`, '-i', ways.keyFile],
      ...['-p', String(ways.port), 'root@{}', 'true'],
    ],
  }
}

const ansibleInventory = ({ hosts, ways }: Cluster): string => {
  const lines = hosts.map((host) => {
    const { front, back } = insideOf(host)
    const router = isRouter(host)
    const words: Readonly<Record<string, string | number>> = {
      ansible_host: host.address,
      forward: router ? 1 : 0,
      card: router ? 'eth1' : 'eth0',
      address: back,
      prefix: 16,
      gateway: router ? '203.0.113.254' : '10.11.0.10',
      gateway_card: 'eth0',
      priority: 100,
      front,
    }
    return [host.name, ...Object.entries(words).map(([key, value]) => `${key}=${String(value)}`)]
  })
  const servers = hosts.filter((host) => !isRouter(host)).map(({ name }) => name)
  return `${lines.map((words) => words.join(' ')).join('\n')}
[real_servers]
${servers.join('\n')}
[all:vars]
ansible_user=root
ansible_port=${String(ways.port)}
ansible_ssh_private_key_file=${ways.keyFile}
ansible_ssh_common_args=-o UserKnownHostsFile=${ways.knownHosts}
mitogen_ssh_discriminator=bench
`
}

let runs = 0

const ansible = (cluster: Cluster, strategy: string | undefined): Command => {
  const inventory = join(cluster.folder, 'hosts.ini')
  writeFileSync(inventory, ansibleInventory(cluster))
  const controlFolder = `/mnt/tmp/cp${String((runs += 1))}`
  // A connection of an earlier run would spare this one its logins.
  rmSync(controlFolder, { recursive: true, force: true })
  mkdirSync(controlFolder)
  return {
    argv: ['ansible-playbook', '-i', inventory, at('ansible/site.yaml')],
    env: {
      ANSIBLE_CONFIG: at('ansible/ansible.cfg'),
      ANSIBLE_SSH_CONTROL_PATH_DIR: controlFolder,
      ANSIBLE_NOCOLOR: '1',
      ...(strategy === undefined ? {} : { ANSIBLE_STRATEGY: strategy }),
    },
    leaves: true,
    objection: (said) => {
      const lines = said.split('\n').filter((line) => / ok=\d+ /.test(line))
      const good = lines.filter((line) => /ok=12 +changed=0 +unreachable=0 +failed=0/.test(line))
      return good.length === cluster.hosts.length ? undefined : 'it should have changed nothing'
    },
  }
}

/** The first run of Ansible's on hosts may change them. */
export const ansibleFirst = (cluster: Cluster): Command => {
  const { argv, env, leaves } = ansible(cluster, undefined)
  return { argv, ...(env && { env }), ...(leaves === true && { leaves }) }
}

/** A fresh command for one run. `recorded`: what lbprov sends in this very work. */
export const commandOf = (
  who: Contestant,
  work: Work,
  cluster: Cluster,
  recorded: Recorded,
): Command => {
  switch (who) {
    case 'lbprov':
      return lbprov(cluster, work)
    case 'floor':
      return floor(cluster, recorded, true)
    case 'bare':
      return floor(cluster, recorded, false)
    case 'xargs':
      return xargs(cluster)
    case 'ansible':
      return ansible(cluster, undefined)
    case 'mitogen':
      return ansible(cluster, 'mitogen_linear')
    case 'node':
      return { argv: [process.execPath, '-e', '0'] }
  }
}

export const startOf = (who: Contestant): Command =>
  who === 'lbprov'
    ? { argv: [process.execPath, main, '--version'] }
    : { argv: [process.execPath, '-e', '0'] }

export const checkOf = (inventory: string): Command => ({
  argv: [process.execPath, main, 'check', inventory],
  objection: says(/nothing wrong/),
})
