import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import type { Answer } from '../sh/answer.ts'
import { lines, sh, together, type Kind, type Sh } from '../sh/sh.ts'

const packageName = z
  .string()
  .regex(/^[a-z0-9][\w.+-]*$/i, 'must be the name of a package, without a version')

const debs: Kind = {
  ask: (names) =>
    sh`exec dpkg-query -W -f='\${Package} \${db:Status-Status}\n' -- ${names} 2>/dev/null`,
  cut: ({ exit, out, err }, names) =>
    names.map((name) => {
      const lines = out.split('\n').filter((line) => line.startsWith(`${name} `))
      // One that dpkg has never heard of makes its exit code 1, whatever it says of the others.
      const known = lines.length > 0 && exit === 1 ? 0 : exit
      return {
        exit: known,
        out: lines.map((line) => `${line.slice(name.length + 1)}\n`).join(''),
        err,
      }
    }),
}

const installed: Readonly<Record<'apt' | 'dnf' | 'yum', (name: string) => Sh>> = {
  apt: (name) =>
    together(debs, name, sh`dpkg-query -W -f='\${db:Status-Status}\n' ${name} 2>/dev/null`),
  dnf: (name) => sh`rpm -q --quiet --whatprovides ${name} && echo installed`,
  yum: (name) => sh`rpm -q --quiet --whatprovides ${name} && echo installed`,
}

// What is installed already is never upgraded, and nobody is asked anything.
const aptInstall = (names: readonly string[]): Sh =>
  sh`DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold install --no-install-recommends --no-upgrade ${names}`

const dpkgResume = sh`DEBIAN_FRONTEND=noninteractive dpkg --force-confold --configure -a`

const install: Readonly<Record<'apt' | 'dnf' | 'yum', (names: readonly string[]) => Sh>> = {
  // A power cut may have left dpkg half done. A fresh machine has no package lists, an old one stale ones:
  // only then are they fetched.
  apt: (names) =>
    sh`${aptInstall(names)} || { ${dpkgResume}; apt-get -q -y update && ${aptInstall(names)}; }`,
  dnf: (names) => sh`dnf -q -y install ${names}`,
  yum: (names) => sh`yum -q -y install ${names}`,
}

/**
 * Debian starts and enables what it installs, with whatever file an earlier life of the host left: a keepalived.conf of
 * years ago, say. A mask of this boot keeps that from happening, and goes however the installation ends.
 */
const withoutStarting = (units: readonly string[], run: Sh): Sh =>
  units.length === 0
    ? run
    : lines(
        sh`unmask() { systemctl -q unmask --runtime ${units}; }; trap unmask EXIT`,
        sh`systemctl -q mask --runtime ${units} 2>/dev/null`,
        sh`( ${run}`,
        sh`) || exit; unmask; trap - EXIT`,
        sh`for unit in ${units}; do ! systemctl -q is-enabled "$unit" 2>/dev/null || systemctl -q disable "$unit" || exit; done`,
      )

const remove = {
  apt: sh`apt-get -q -y -o DPkg::Lock::Timeout=120 purge`,
  dnf: sh`dnf -q -y remove`,
  yum: sh`yum -q -y remove`,
}

/** Takes packages off a host: never done unasked, somebody else may have come to need them. */
export const removePackages = (manager: 'apt' | 'dnf' | 'yum', names: readonly string[]): Sh =>
  sh`DEBIAN_FRONTEND=noninteractive ${remove[manager]} ${names}`

const byHand = { apt: 'apt-get purge', dnf: 'dnf remove', yum: 'yum remove' }

// dpkg has a line for each architecture, and words of its own for what only waits for a trigger.
const isInstalled = ({ out }: Answer): boolean =>
  out.split('\n').some((line) => /^(installed|triggers-(awaited|pending))$/.test(line))

export const packageResource = defineResource({
  name: 'package',
  summary: 'Packages that must be installed; never upgraded',
  schema: z.strictObject({
    manager: z.enum(['apt', 'dnf', 'yum']).describe("The host's package manager"),
    names: z.array(packageName).min(1).describe('Packages, all installed in one go'),
    units: z
      .record(packageName, z.string().regex(/^[\w.-]+\.service$/, 'must be the name of a unit'))
      .default({})
      .describe('Units that the installation of a package must not start, by its name'),
  }),
  id: ({ names }) => names.join(' '),
  probe: ({ manager, names }) =>
    Object.fromEntries(names.map((name) => [name, installed[manager](name)])),
  parse: (answers, { manager }) =>
    Object.entries(answers).flatMap(([name, answer]) => {
      if (answer.exit === 127) {
        throw new AnswerError(
          `cannot tell whether ${name} is installed (${answer.err.trim() || 'its command is not there'}); is ${manager} whole on this host?`,
        )
      }
      return isInstalled(answer) ? [] : [name]
    }),
  diff: ({ manager, units }, missing) =>
    missing.length === 0
      ? []
      : [
          {
            what: `${missing.length === 1 ? 'package' : 'packages'} ${missing.join(', ')}`,
            before: undefined,
            after: 'installed',
            run: withoutStarting(
              missing.flatMap((name) => units[name] ?? []),
              install[manager](missing),
            ),
          },
        ],
  retire: {
    keep: (should) => should,
    back: ({ manager }, { before, is }) => {
      const ours = before.filter((name) => !is.includes(name))
      return {
        changes: [],
        left:
          ours.length === 0
            ? []
            : [
                `${ours.join(', ')} ${ours.length === 1 ? 'was installed by lbprov and stays' : 'were installed by lbprov and stay'}; "${byHand[manager]} ${ours.join(' ')}" removes ${ours.length === 1 ? 'it' : 'them'}.`,
              ],
      }
    },
  },
})
