import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where images are kept from run to run. */
export const cacheFolder = (): string =>
  process.env.LBPROV_LAB_CACHE ?? join(homedir(), '.cache', 'lbprov', 'lab')

const stateFolder = (): string => process.env.LBPROV_LAB_STATE ?? '/var/lib/lbprov-lab'

/** Where a running lab keeps its disks, pids and keys. */
export const labFolder = (lab: string): string => join(stateFolder(), lab)

export const homeFolder = (lab: string): string => join(labFolder(lab), 'home')

export const machinesFolder = (lab: string): string => join(labFolder(lab), 'machines')

/** Where one machine's disk, console log and process number are. */
export const machineFolder = (lab: string, machine: string): string =>
  join(machinesFolder(lab), machine)
