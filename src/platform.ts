import { AnswerError } from './errors.ts'
import { lately } from './lately.ts'
import { tameWord } from './printable.ts'
import type { Answer } from './sh/answer.ts'
import { sh, type Sh } from './sh/sh.ts'
import { tableLoaded } from './sh/xtables.ts'

/** What keeps a host's network over a reboot. */
export type Provider = 'ifcfg' | 'ifupdown'
/** What filters and marks a host's packets. */
export type Firewall = 'firewalld' | 'iptables' | 'nftables'
export type PackageManager = 'apt' | 'dnf' | 'yum'

/** What a host is: asked in the first trip, so that tasks can say what they want of it. */
export interface Platform {
  /** os-release's ID: `rocky`, `debian`. */
  readonly id: string
  /** os-release's PRETTY_NAME. */
  readonly name: string
  /** Whose conventions it follows: names of packages, paths, services. */
  readonly family: 'rhel' | 'debian' | undefined
  /** VERSION_ID's first number: 9 of 9.4; undefined: it has none. */
  readonly major: number | undefined
  readonly packageManager: PackageManager | undefined
  readonly provider: Provider | undefined
  /** The one that runs now, or else the one that is there; undefined: none. */
  readonly firewall: Firewall | undefined
  /** iptables keeps something out now, so what must come in has to be let in. */
  readonly filtered: boolean
  /** Addresses that the host holds now, without prefixes: they tell which router is active. */
  readonly addresses: readonly string[]
}

/** A RHEL-like host as the guides describe it: what `render` takes for granted offline. */
export const guidePlatform: Platform = {
  id: 'rhel',
  name: 'Red Hat Enterprise Linux 7',
  family: 'rhel',
  major: 7,
  packageManager: 'yum',
  provider: 'ifcfg',
  firewall: 'iptables',
  filtered: false,
  addresses: [],
}

/** A Debian as the lab's machines are: the other one that `render` knows offline. */
export const debianPlatform: Platform = {
  id: 'debian',
  name: 'Debian GNU/Linux 12',
  family: 'debian',
  major: 12,
  packageManager: 'apt',
  provider: 'ifupdown',
  firewall: 'iptables',
  filtered: false,
  addresses: [],
}

export const platformQuestions: Readonly<Record<string, Sh>> = {
  user: sh`id -u`,
  release: sh`exec 2>/dev/null; cat /etc/os-release || cat /usr/lib/os-release || :`,
  // sd_booted(3)
  init: sh`if [ -d /run/systemd/system ]; then echo systemd; else cat /proc/1/comm; fi`,
  tools: sh`for tool in ip apt-get dnf yum ifup sha256sum; do command -v $tool; done; :`,
  providers: sh`for path in /etc/sysconfig/network-scripts /etc/network/interfaces /etc/netplan; do
    [ -e $path ] && echo $path; done; :`,
  addresses: sh`ip -o addr`,
  // One line for each unit, in their order, whatever each of them is.
  firewall: sh`set -- $(systemctl is-active firewalld nftables 2>/dev/null)
    for unit in firewalld nftables; do
      case $1 in active | reloading | refreshing) echo $unit ;; esac
      [ $# = 0 ] || shift; done
    for tool in iptables nft; do command -v $tool; done; :`,
  filter: sh`! ${tableLoaded('iptables', 'filter')} || iptables -w -S 2>/dev/null
    ! ${tableLoaded('ip6tables', 'filter')} || ip6tables -w -S 2>/dev/null; :`,
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
  // POSIX, 2.8.2: what was found could not be executed; the tools that are asked for are everybody's.
  if (answer?.exit === 126) {
    throw new AnswerError(
      `${host}: sh may start no program there (${tameWord(answer.err)}). Is there noexec in sudoers? What lifts it is "Defaults !noexec" in a file in /etc/sudoers.d, or EXEC: for NOEXEC: in the rule.`,
    )
  }
  throw new AnswerError(
    `${host}: cannot tell its ${name} (${tameWord(answer?.err ?? 'no answer')}); is this a Linux host with coreutils and iproute2?`,
  )
}

const familyOf = (words: string): Platform['family'] => {
  if (/\b(rhel|fedora|centos)\b/.test(words)) return 'rhel'
  return /\b(debian|ubuntu)\b/.test(words) ? 'debian' : undefined
}

type Release = Pick<Platform, 'id' | 'name' | 'family' | 'major'>

/** os-release(5), the same on most hosts. */
const readRelease = lately((release: string): Release => {
  const id = releaseField(release, 'ID')
  const major = Number.parseInt(releaseField(release, 'VERSION_ID') ?? '', 10)
  return {
    id: id ?? 'unknown',
    name: releaseField(release, 'PRETTY_NAME') ?? 'an unknown system',
    family: familyOf(`${id ?? ''} ${releaseField(release, 'ID_LIKE') ?? ''}`),
    major: Number.isNaN(major) ? undefined : major,
  }
})

const providerOf = (
  { family, major }: Release,
  providers: string,
  tools: readonly string[],
): Provider | undefined => {
  const has = (path: string): boolean => providers.split('\n').includes(path)
  // RHEL 9 keeps its profiles as keyfiles, and 10 has lost ifcfg for good, though the directory may be there.
  if (family === 'rhel') {
    const old = (major ?? 0) < 9
    return has('/etc/sysconfig/network-scripts') && old ? 'ifcfg' : undefined
  }
  if (has('/etc/network/interfaces') && tools.includes('ifup')) return 'ifupdown'
  return has('/etc/sysconfig/network-scripts') ? 'ifcfg' : undefined
}

/** Whoever runs a firewall already keeps it; else iptables where it is there, whose words the guides use. */
const firewallOf = (found: string): Firewall | undefined => {
  const words = found.split('\n').map((path) => path.slice(path.lastIndexOf('/') + 1))
  if (words.includes('firewalld')) return 'firewalld'
  if (words.includes('nftables')) return 'nftables'
  if (words.includes('iptables')) return 'iptables'
  return words.includes('nft') ? 'nftables' : undefined
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
  const release = readRelease(answered(host, answers, 'release'))
  return {
    ...release,
    packageManager: tools.includes('apt-get')
      ? 'apt'
      : tools.includes('dnf')
        ? 'dnf'
        : tools.includes('yum')
          ? 'yum'
          : undefined,
    provider: providerOf(release, answered(host, answers, 'providers'), tools),
    firewall: firewallOf(answered(host, answers, 'firewall')),
    filtered: /^-P INPUT DROP|^-A .*-j (DROP|REJECT)\b/m.test(answered(host, answers, 'filter')),
    addresses: [...answered(host, answers, 'addresses').matchAll(/ inet6? ([^/\s]+)/g)].flatMap(
      ([, address]) => address ?? [],
    ),
  }
}
