import { LabError, must, run, runHere } from './command.ts'

/** Debian packages which the controller needs to build and run the lab. */
const requirements: readonly string[] = [
  'apt-utils',
  'ca-certificates',
  'curl',
  'e2fsprogs',
  'iproute2',
  'iputils-arping',
  'iputils-ping',
  'kmod',
  'mmdebstrap',
  'ndisc6',
  'openssh-client',
  'tcpdump',
  'user-mode-linux',
]

/** Taps, namespaces and chroots belong to root. */
export const requireRoot = (): void => {
  if (process.getuid?.() !== 0) {
    throw new LabError(
      'The lab makes network namespaces and taps, so it must run as root: try sudo.',
    )
  }
}

/** The packages of the list that are not installed here. */
const missingRequirements = async (): Promise<readonly string[]> => {
  const { stdout } = await run([
    'dpkg-query',
    '-W',
    '-f',
    '${Package} ${db:Status-Status}\n',
    ...requirements,
  ])
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  return requirements.filter((name) => !installed.has(name))
}

/** Installs what is missing, with apt, and says so. */
export const setup = async (say: (line: string) => void): Promise<void> => {
  requireRoot()
  const missing = await missingRequirements()
  if (missing.length === 0) {
    say('Nothing to install: all packages the lab needs are here.')
    return
  }
  say(`Installing ${missing.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await must(['apt-get', 'update', '-q'], { env })
  const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...missing]
  if ((await runHere(install, env)) !== 0) {
    throw new LabError(`apt-get could not install ${missing.join(' ')}: see its own words above.`)
  }
}

/** Refuses early, with the next step, when setup was never run. */
export const requireSetup = async (): Promise<void> => {
  requireRoot()
  const missing = await missingRequirements()
  if (missing.length > 0) {
    throw new LabError(`The lab lacks ${missing.join(', ')}. Next: npm run lab -- setup`)
  }
}
