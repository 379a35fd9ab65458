import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { topologies, works } from './cell.ts'
import type { Results } from './results.ts'
import { perHostTable, roundTripTable, sizeTable, startTable, table, workTable } from './tables.ts'

const template = new URL('page.md', import.meta.url)
const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url))

const missing = 'Not measured yet.\n'

/** What stands for a name in the template. */
const partOf = ({ about, entries }: Results, name: string): string => {
  switch (name) {
    case 'about':
      return (
        table(
          ['', ''],
          Object.entries(about).map(([what, text]) => [what, text]),
        ) ?? missing
      )
    case 'round-trips':
      return roundTripTable(entries, 'nat') ?? missing
    case 'per-host':
      return perHostTable(entries, 'nat') ?? missing
    case 'start':
      return startTable(entries) ?? missing
    case 'size':
      return sizeTable(entries) ?? missing
  }
  const words = name.split('-')
  const topology = topologies.find((each) => each === words[0]) ?? 'nat'
  const work = works.find((each) => words.includes(each))
  if (work === undefined) throw new Error(`page.md: nothing is called "${name}"`)
  return workTable(entries, topology, work, Number(words.at(-1))) ?? missing
}

/** docs/performance.md, from the template and the results. */
export const writePage = async (results: Results): Promise<void> => {
  const text = readFileSync(template, 'utf8').replace(/\{\{([\w-]+)\}\}/g, (_, name: string) =>
    partOf(results, name),
  )
  const { format } = await import('prettier')
  writeFileSync(page, await format(text, { parser: 'markdown', printWidth: 100 }))
}

/** The tables that these entries have something to say in. */
export const showTables = ({ entries }: Results): string => {
  const some = entries.flatMap(({ topology, work, rtt }) =>
    work === 'start' || work === 'check' ? [] : [`${topology}-${work}-${String(rtt)}`],
  )
  const names = [...new Set(some), 'round-trips', 'per-host', 'start', 'size']
  return names
    .map((name) => [name, partOf({ about: {}, entries }, name)] as const)
    .filter(([, text]) => text !== missing)
    .map(([name, text]) => `${name}\n${text}`)
    .join('\n')
}
