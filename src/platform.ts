import { AnswerError } from './errors.ts'
import type { Answer } from './sh/frame.ts'
import { sh, type Sh } from './sh/sh.ts'

/** What keeps a host's network over a reboot. */
export type Provider = 'ifcfg' | 'ifupdown'
export type PackageManager = 'apt' | 'dnf' | 'yum'

/** What a host is: asked in the first trip, so that tasks can say what they want of it. */
export interface Platform {
  /** os-release's ID: `rocky`, `debian`. */
  readonly id: string
  /** os-release's PRETTY_NAME. */
  readonly name: string
  readonly packageManager: PackageManager | undefined
  readonly provider: Provider | undefined
  /** Addresses that the host holds now, without prefixes: they tell which router is active. */
  readonly addresses: readonly string[]
}

/** A RHEL-like host as the guides describe it: what `render` takes for granted offline. */
export const guidePlatform: Platform = {
  id: 'rhel',
  name: 'Red Hat Enterprise Linux 7',
  packageManager: 'yum',
  provider: 'ifcfg',
  addresses: [],
}

export const platformQuestions: Readonly<Record<string, Sh>> = {
  user: sh`id -u`,
  release: sh`cat /etc/os-release /usr/lib/os-release 2>/dev/null || :`,
  // sd_booted(3)
  init: sh`if [ -d /run/systemd/system ]; then echo systemd; else cat /proc/1/comm; fi`,
  tools: sh`for tool in ip apt-get dnf yum ifup sha256sum; do command -v $tool; done; :`,
  providers: sh`for path in /etc/sysconfig/network-scripts /etc/network/interfaces /etc/netplan; do
    [ -e $path ] && echo $path; done; :`,
  addresses: sh`ip -o addr`,
}

const releaseField = (release: string, field: string): string | undefined =>
  new RegExp(`^${field}=["']?(.*?)["']?$`, 'm').exec(release)?.[1]

const answered = (
  host: string,
  answers: Readonly<Record<string, Answer>>,
  name: string,
): string => {
  const answer = answers[name]
  if (answer?.exit === 0) return answer.out
  throw new AnswerError(
    `${host}: cannot tell its ${name} (${answer?.err.trim() ?? 'no answer'}); is this a Linux host with coreutils and iproute2?`,
  )
}

const providerOf = (
  release: string,
  providers: string,
  tools: readonly string[],
): Provider | undefined => {
  const has = (path: string): boolean => providers.split('\n').includes(path)
  const family = `${releaseField(release, 'ID') ?? ''} ${releaseField(release, 'ID_LIKE') ?? ''}`
  const major = Number.parseInt(releaseField(release, 'VERSION_ID') ?? '', 10)
  // RHEL 9 keeps its profiles as keyfiles, and 10 has lost ifcfg for good, though the directory may be there.
  if (/\b(rhel|fedora|centos)\b/.test(family)) {
    return has('/etc/sysconfig/network-scripts') && !(major >= 9) ? 'ifcfg' : undefined
  }
  if (has('/etc/network/interfaces') && tools.includes('ifup')) return 'ifupdown'
  return has('/etc/sysconfig/network-scripts') ? 'ifcfg' : undefined
}

/**
 * @throws AnswerError in a sentence: no root, another init than systemd, a tool that is missing
 */
export const parsePlatform = (
  host: string,
  answers: Readonly<Record<string, Answer>>,
): Platform => {
  const user = answered(host, answers, 'user').trim()
  if (user !== '0') {
    throw new AnswerError(
      `${host}: logged in as uid ${user}, and lbprov needs root; log in as root, or set "become: true" in its ssh settings to use sudo.`,
    )
  }
  const init = answered(host, answers, 'init').trim()
  if (init !== 'systemd') {
    throw new AnswerError(
      `${host}: its init is ${init}, and lbprov starts services through systemd; take the host out of the inventory, or run it under systemd.`,
    )
  }
  const tools = answered(host, answers, 'tools')
    .split('\n')
    .map((path) => path.slice(path.lastIndexOf('/') + 1))
  for (const [tool, from] of [
    ['ip', 'iproute2 (on the RHEL family: iproute)'],
    ['sha256sum', 'coreutils'],
  ] as const) {
    if (!tools.includes(tool)) {
      throw new AnswerError(`${host}: has no ${tool} command; install ${from} and run again.`)
    }
  }
  const release = answered(host, answers, 'release')
  return {
    id: releaseField(release, 'ID') ?? 'unknown',
    name: releaseField(release, 'PRETTY_NAME') ?? 'an unknown system',
    packageManager: tools.includes('apt-get')
      ? 'apt'
      : tools.includes('dnf')
        ? 'dnf'
        : tools.includes('yum')
          ? 'yum'
          : undefined,
    provider: providerOf(release, answered(host, answers, 'providers'), tools),
    addresses: [...answered(host, answers, 'addresses').matchAll(/ inet6? ([^/\s]+)/g)].flatMap(
      ([, address]) => address ?? [],
    ),
  }
}
