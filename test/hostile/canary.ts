import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'

import { AnswerError, WishError } from '../../src/errors.ts'
import { hostsOf, type Cluster } from '../../src/inventory/cluster.ts'
import { nothingRemembered } from '../../src/lvs/task.ts'
import { debianPlatform, guidePlatform } from '../../src/platform.ts'
import type { Playbook } from '../../src/playbook/playbook.ts'
import { wishesOf } from '../../src/playbook/wishes.ts'
import type { Resource } from '../../src/resource.ts'
import type { Sh } from '../../src/sh/sh.ts'
import { strings } from './hostile-texts.ts'

const canaries = [
  '$(touch CANARY)',
  '`touch CANARY`',
  "'; touch CANARY; '",
  '"; touch CANARY; "',
  '\n touch CANARY\n',
  '; touch CANARY #',
  '&& touch CANARY',
  '| touch CANARY',
  '${x:=$(touch CANARY)}',
  "\\'; touch CANARY; \\'",
  'EOF\ntouch CANARY\n',
  '%s$(touch CANARY)',
]
/** Strings that a shell, a terminal or a file would obey. */
export const telling = fc.oneof(
  fc.constantFrom(...canaries, ...Object.values(strings).filter(({ length }) => length < 1000)),
  fc.string({
    unit: fc.constantFrom(
      ...[
        '$',
        '`',
        "'",
        '"',
        '\\',
        ';',
        '&',
        '|',
        '<',
        '>',
        '(',
        ')',
        '{',
        '}',
        '*',
        '?',
        '~',
        '#',
      ],
      ...[
        '!',
        '%',
        '=',
        '\n',
        '\t',
        ' ',
        '\u001b',
        '\u202e',
        'a',
        '1',
        '.',
        '/',
        '-',
        '@',
        ':',
        ',',
      ],
    ),
  }),
  fc.string({ unit: 'binary' }),
)

/** What playbooks wish of every host of a cluster, on two platforms. */
export const wished = (cluster: Cluster, playbooks: readonly Playbook[]): readonly Resource[] =>
  playbooks.flatMap((playbook) =>
    [guidePlatform, debianPlatform].flatMap((platform) =>
      hostsOf(cluster).flatMap((host) => {
        try {
          const place = { cluster, host, platform, ...nothingRemembered }
          return [...wishesOf(playbook, place).byPhase.values()].flat()
        } catch (error) {
          // A playbook of another topology than the inventory's.
          if (error instanceof AnswerError || error instanceof WishError) return []
          throw error
        }
      }),
    ),
  )

/** Every piece of shell that a host would be sent that has nothing, or whose every question fails. */
const pieces = (resource: Resource): readonly Sh[] => {
  const questions = Object.values(resource.probe)
  const changes = [0, 1].flatMap((exit) => {
    const names = Object.keys(resource.probe)
    try {
      return resource.judge(
        Object.fromEntries(names.map((name) => [name, { exit, out: '', err: '' }])),
      )
    } catch (error) {
      if (error instanceof AnswerError) return []
      throw error
    }
  })
  return [
    ...questions,
    ...changes.flatMap((change) =>
      change.severs === true ? [change.run, change.undo] : [change.run],
    ),
  ]
}

/** Whether a shell understands all of them; it runs nothing. */
const complaintsAbout = (scripts: readonly string[], folder: string): string => {
  writeFileSync(join(folder, 'script.sh'), scripts.map((each) => `(\n${each}\n)`).join('\n'))
  return execFileSync('sh', ['-n', 'script.sh'], { cwd: folder, encoding: 'utf8' })
}

const aWord = /(?:'[^']*'|\\[^]|"(?:\\[^]|[^"\\])*"|[^\s;&|<>()'"\\])+/g

/** The words of a script that say something of their own: text in quotes, and whatever of the canary is in none. */
const telltale = (script: string): readonly string[] =>
  (script.match(aWord) ?? []).filter(
    (word) => word.includes('CANARY') || !/["$`*?[]/.test(word.replaceAll(/'[^']*'/g, '')),
  )

/** A real shell takes the words apart, as it would on a host: what is code in them is run here. */
const expanded = (words: readonly string[], folder: string): string => {
  writeFileSync(join(folder, 'script.sh'), words.map((word) => `printf '%s\\0' ${word}\n`).join(''))
  return execFileSync('sh', ['script.sh'], { cwd: folder, encoding: 'utf8' })
}

/** No piece of shell for these does anything that no lbprov wrote; what their words say when a shell took them apart. */
export const runsNothing = (found: readonly Resource[], folder: string): string => {
  const scripts = [...new Set(found.flatMap(pieces).map((piece) => piece.text))]
  expect(complaintsAbout(scripts, folder)).toBe('')
  const words = expanded([...new Set(scripts.flatMap(telltale))], folder)
  expect(readdirSync(folder)).toEqual(['script.sh'])
  return words
}
