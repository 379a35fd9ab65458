import { differences, fingerprint, type Fingerprint } from './fingerprint.ts'
import type { Lab } from './lab.ts'

/** How runs left the machines, by name: all that two runs of the same wish must agree on. */
export type End = Readonly<Record<string, Fingerprint>>

const compared = [
  'files',
  'sums',
  'sysctl',
  'links',
  'addresses',
  'routes',
  'rules',
  'packet filter',
  'ipvs',
  'enabled',
  'active',
]

/*
 * What tells of the runs themselves, not of what they were to reach: when they were, how many, and what each found.
 * Which lines the manifest has counts, what stands in them does not. Nor do traces of what the lab did: packages that
 * apt looked at, the link's own counters.
 */
const ofTheRuns: Readonly<Record<string, RegExp>> = {
  files: /^\/var\/(lib\/lbprov\/journal|cache\/(apt|debconf|ldconfig)|lib\/(apt|dpkg)\/)/,
  sums: /  \/var\/(lib\/lbprov\/(journal|manifest)|cache\/(apt|debconf|ldconfig)|lib\/(apt|dpkg)\/)/,
  // keepalived's own, by the number of its start.
  active: /^(session|user)[-@]/,
}

/** The sizes of files whose contents do not count. */
const withoutSize = (line: string): string =>
  line.startsWith('/var/lib/lbprov/manifest/') ? line.replace(/ \d+$/, '') : line

/** Each real server's line with its service before it: the kernel lists them in the order of its own tables. */
const ofTheirServices = (lines: readonly string[]): readonly string[] => {
  let service = ''
  return lines.map((line) => {
    if (!line.startsWith('  ->')) service = line
    return line === service ? line : `${service}${line}`
  })
}

const relevant = (section: string, text: string): string => {
  const lines = text.split('\n').filter((line) => ofTheRuns[section]?.test(line) !== true)
  if (section === 'files') return lines.map(withoutSize).join('\n')
  // What ifupdown says of every gateway at boot, and what is true of these anyway.
  if (section === 'routes') return lines.map((line) => line.replace(/ onlink\b/, '')).join('\n')
  return (section === 'ipvs' ? ofTheirServices(lines) : lines).join('\n')
}

/** How these machines are now, or all that are on. */
export const stateOf = async (lab: Lab, names?: readonly string[]): Promise<End> => {
  const machines = names?.map(lab.machine) ?? lab.machines.filter(({ isOn }) => isOn())
  return Object.fromEntries(
    await Promise.all(
      machines.map(async (machine) => {
        const all = await fingerprint(machine)
        const kept = compared.map((section) => [section, relevant(section, all[section] ?? '')])
        return [machine.name, Object.fromEntries(kept) as Fingerprint] as const
      }),
    ),
  )
}

/** What went and what came, line by line, each with its machine; empty where the two ends are the same. */
export const differencesBetweenEnds = (one: End, other: End): readonly string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((name) =>
    differences(one[name] ?? {}, other[name] ?? {}).map((line) => `${name}: ${line}`),
  )
