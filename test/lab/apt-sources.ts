import { LabError, must } from './command.ts'

export const suite = 'bookworm'

/** The files of this machine's own apt sources that name Debian's suite, as they are: mirror, options and keys. */
export const hostSources = async (): Promise<readonly string[]> => {
  const format = '$(ORIGIN)|$(CODENAME)|$(SOURCESENTRY)'
  const targets = await must([
    'apt-get',
    'indextargets',
    '--format',
    format,
    'Created-By: Packages',
  ])
  const files = targets
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([origin, codename = '']) => origin === 'Debian' && codename.split('-')[0] === suite)
    .map(([, , entry = '']) => entry.replace(/:\d+$/, ''))
  if (files.length === 0) {
    throw new LabError(
      `The lab's machines are Debian ${suite}, and this machine's apt sources do not offer it ` +
        '(or were never read). Next: apt-get update, then npm run lab -- setup',
    )
  }
  return [...new Set(files)]
}

/** How this machine's apt reaches its mirrors (proxies, certificates, clocks), as apt options. */
export const hostAptOptions = async (): Promise<readonly string[]> => {
  const dump = await must(['apt-config', 'dump', 'Acquire'])
  const wanted =
    /^Acquire::(https?|ftp|ForceIPv4|ForceIPv6|Retries|Check-Valid-Until|Check-Date)\b.* ".+";$/
  return dump.split('\n').filter((line) => wanted.test(line))
}
