import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Image } from './image.ts'
import { inside } from './network.ts'
import { homeFolder } from './places.ts'
import type { MachineSpec } from './topology.ts'

/** Makes the home from which everything speaks to the machines: the key that opens them and the key they must show. */
export const makeHome = async (
  lab: string,
  machines: readonly MachineSpec[],
  image: Image,
): Promise<void> => {
  const folder = join(homeFolder(lab), '.ssh')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await copyFile(image.clientKey, join(folder, 'id_ed25519'))
  await copyFile(`${image.clientKey}.pub`, join(folder, 'id_ed25519.pub'))
  const [kind = '', key = ''] = (await readFile(image.hostPublicKey, 'utf8')).split(' ')
  const lines = machines.map((machine) => `${machine.address} ${kind} ${key.trim()}\n`)
  await writeFile(join(folder, 'known_hosts'), lines.join(''))
}

/** OpenSSH's client, from inside the lab, as a user of the machine; the words after it are its command. */
export const sshCommand = (
  lab: string,
  machine: MachineSpec,
  options: { readonly user?: string; readonly connectTimeoutS?: number } = {},
): readonly string[] => {
  const folder = join(homeFolder(lab), '.ssh')
  const settings = [
    `IdentityFile=${join(folder, 'id_ed25519')}`,
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    `UserKnownHostsFile=${join(folder, 'known_hosts')}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'LogLevel=ERROR',
    'BatchMode=yes',
    `ConnectTimeout=${String(options.connectTimeoutS ?? 10)}`,
    // A machine whose power was cut says nothing: whoever waits for it must hear of that.
    'ServerAliveInterval=5',
    'ServerAliveCountMax=4',
  ]
  return inside(lab, [
    'ssh',
    '-F',
    'none',
    ...settings.flatMap((setting) => ['-o', setting]),
    `${options.user ?? 'root'}@${machine.address}`,
  ])
}
