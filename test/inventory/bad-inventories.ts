import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { showFault } from '../../src/errors.ts'
import { cases, type Case } from './cases.ts'

/** Where the page is. */
export const pagePath = fileURLToPath(new URL('../../docs/bad-inventories.md', import.meta.url))

const excerpt = ({ text, faults }: Case): string => {
  const lines = text.split('\n')
  const numbers = [...new Set(faults.map(({ line }) => line))]
  const width = String(Math.max(...numbers)).length
  return numbers
    .map((line) => `${String(line).padStart(width)} | ${lines[line - 1] ?? ''}`.trimEnd())
    .join('\n')
}

const section = (one: Case): string => `## ${one.title}

\`\`\`text
${excerpt(one)}
\`\`\`

\`\`\`text
${one.faults.map(showFault).join('\n')}
\`\`\`
`

/** The page: every case with the lines that are wrong and the exact words that are said. */
export const page = (): string => `# Bad inventories

What \`lbprov check\` says of ${String(cases.length)} inventories with something wrong in them. Each is a whole
file in \`test/inventory/cases/\`; here are the lines that are complained about, and every word of the complaint. A
warning stops nothing.

This page is generated from those cases; a test fails when it is out of date. To write it again:
\`npx tsx test/inventory/bad-inventories.ts\`.

${cases.map(section).join('\n')}`

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(pagePath, page())
