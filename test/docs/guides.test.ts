import { existsSync, readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

const table = readFileSync('docs/guides.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!what\b|---)/.test(line) && !/^\|[ |-]+\|$/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))

/** A row's proofs: `FILE` alone, or `FILE`: a title in it. */
const proofs = table.flatMap(([, subject = '', , proof = '']) =>
  proof.split('<br>').map((each) => {
    const [, file = '', title] = /^`([^`]+)`(?:: (.+))?$/.exec(each.trim()) ?? []
    return { subject, proof: each.trim(), file, title }
  }),
)

describe('the table of guides and traps', () => {
  it('has a row for every golden value and every trap', () => {
    const subjects = table.map(([, subject = '']) => subject.split(' ')[0])
    const golden = Array.from({ length: 5 }, (_, n) => `G${String(n + 1)}`)
    const traps = Array.from({ length: 26 }, (_, n) => `E${String(n + 1)}`)
    expect(subjects).toEqual(expect.arrayContaining([...golden, ...traps]))
  })

  it.each(proofs)('$subject is proved by $proof', ({ file, title }) => {
    expect(existsSync(file)).toBe(true)
    if (title !== undefined) {
      // A title may be spread over a line's end in the source.
      expect(readFileSync(file, 'utf8').replace(/\s+/g, ' ')).toContain(title)
    }
  })
})
