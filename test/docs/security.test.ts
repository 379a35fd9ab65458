import { existsSync, readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

const text = readFileSync('SECURITY.md', 'utf8')

const [, whoMayTry = ''] = text.split('\n## Who may try what\n')

/** What may be tried, with all that is said of it. */
const lines = whoMayTry
  .split(/\n(?=- \*\*|\n)/)
  .filter((each) => each.startsWith('- **'))
  .map((each): [title: string, said: string] => [/\*\*(.*?)\*\*:/s.exec(each)?.[1] ?? each, each])

const filesIn = (said: string): readonly string[] =>
  [...said.matchAll(/`((?:src|test)\/[^`]+)`/g)].flatMap(([, file]) => file ?? [])

describe('the threat model', () => {
  it('is found at all', () => {
    expect(lines.length).toBeGreaterThan(40)
  })

  it.each(lines)('%s: names tests that hold it', (_, said) => {
    const [, tests = ''] = said.split(/Held\s+by/)
    expect(filesIn(tests).filter((file) => file.endsWith('.test.ts'))).not.toEqual([])
  })

  it('names no file that is not there', () => {
    expect(filesIn(text).filter((file) => !existsSync(file))).toEqual([])
  })
})
