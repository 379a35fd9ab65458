import { afterEach } from 'vitest'

import { openSite, type Ran, type Site } from './site.ts'

const opened: Site[] = []
export const open = async (names: readonly string[] = ['lb1', 'rs1']): Promise<Site> => {
  const site = await openSite(names)
  opened.push(site)
  return site
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((site) => site.close()))
})

export const jsonLines = ({ out }: Ran): readonly Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

export const isBare = (site: Site, name: string): boolean =>
  site.host(name).run(['ip', '-o', '-4', 'addr', 'show', 'eth0']).out === ''
