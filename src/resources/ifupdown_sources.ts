import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { Secret } from '../secret.ts'
import { contents } from '../sh/contents.ts'
import { rootsFolders } from '../sh/roots-folder.ts'
import { sh } from '../sh/sh.ts'
import { deviceName } from './device.ts'
import { presence, presenceIn } from './own-files.ts'
import { removeFile, replaceFile } from './replace-file.ts'

const path = '/etc/network/interfaces'
const directory = `${path}.d`
const ours = `${directory}/lbprov-*`

/** Does a line of interfaces(5) bring in the file of a device? Names count from the file's own directory. */
const bringsIn = (line: string, device: string): boolean => {
  const [word, name = ''] = line.trim().split(/\s+/)
  const pattern = name.startsWith('/') ? name : `/etc/network/${name}`
  if (word === 'source') {
    return [`${directory}/*`, ours, `${directory}/lbprov-${device}`].includes(pattern)
  }
  // It passes over a file with anything but these in its name: a VLAN's with its dot.
  return (
    word === 'source-directory' &&
    [directory, `${directory}/`, `${directory}/*`].includes(pattern) &&
    /^[\w-]+$/.test(device)
  )
}

const lineOfOurs = /^source \/etc\/network\/interfaces\.d\/lbprov-\S+\n$/

const withItsEnd = (text: string): string => (text === '' ? '' : text.replace(/\n?$/, '\n'))

/** Nothing but lines of ours has come to the end of the text. */
const onlyOursAdded = (before: string, text: string): boolean =>
  text.startsWith(withItsEnd(before)) &&
  (text.slice(withItsEnd(before).length).match(/.*\n|.+$/g) ?? []).every((line) =>
    lineOfOurs.test(line),
  )

export const ifupdown_sources = defineResource({
  name: 'ifupdown_sources',
  summary:
    'ifupdown reads our files of /etc/network/interfaces.d, and nothing else sets our interfaces',
  schema: z.strictObject({
    devices: z
      .array(deviceName)
      .describe('Interfaces that have a file of their own: lbprov-DEVICE'),
  }),
  id: () => path,
  probe: () => ({
    main: contents(path),
    there: presence(path),
    stanzas: sh`${rootsFolders(['/etc/network', directory])}
set --; for file in ${path} ${sh`${directory}/*`}; do [ ! -f "$file" ] || set -- "$@" "$file"; done
[ $# = 0 ] || grep -sHEn '^[[:space:]]*iface[[:space:]]' -- "$@"; :`,
  }),
  parse: ({ main, there, stanzas }, { devices }) => {
    for (const { exit, err } of [main, stanzas]) {
      if (exit !== 0) throw new AnswerError(`cannot read ${path}: ${err.trim()}`)
    }
    for (const stanza of stanzas.out.split('\n')) {
      const [, file, line, device] = /^(\/[^:]+):(\d+):\s*iface\s+(\S+)/.exec(stanza) ?? []
      if (device === undefined || file === undefined || line === undefined) continue
      if (!devices.includes(device) || file === `${directory}/lbprov-${device}`) continue
      throw new AnswerError(
        `${file}, line ${line}, sets ${device} too; take that "iface" stanza out, so that the inventory alone says how ${device} comes up, and run again.`,
      )
    }
    return { text: main.out, there: presenceIn(path, there).file }
  },
  diff: ({ devices }, { text }) => {
    const left = devices.filter(
      (device) => !text.split('\n').some((line) => bringsIn(line, device)),
    )
    if (left.length === 0) return []
    // Never the whole directory: what another line brings in already must not be read twice.
    const missing =
      left.length === devices.length
        ? [ours]
        : left.map((device) => `${directory}/lbprov-${device}`)
    const added = missing.map((each) => `source ${each}\n`).join('')
    const after = `${withItsEnd(text)}${added}`
    return [
      {
        what: path,
        before: text === '' ? undefined : text,
        after,
        text: true,
        run: replaceFile({ path, content: [after] }),
      },
    ]
  },
  retire: {
    // Without devices nobody else's stanza is in the way.
    keep: () => ({ devices: [] }),
    back: (_, { before, is }) => {
      if (is.text === before.text && is.there === before.there) return { changes: [], left: [] }
      if (!is.there || !onlyOursAdded(before.text, is.text)) {
        return {
          changes: [],
          left: is.text.split('\n').some((line) => lineOfOurs.test(`${line}\n`))
            ? [
                `${path} was edited since lbprov wrote it, so it is left as it is; take the lines "source ${directory}/lbprov-…" out of it by hand.`,
              ]
            : [],
        }
      }
      return {
        changes: [
          {
            what: path,
            before: 'as lbprov wrote it',
            after: before.there ? 'as it was found' : undefined,
            run: before.there
              ? replaceFile({ path, content: [new Secret(before.text)] })
              : removeFile(path),
          },
        ],
        left: [],
      }
    },
  },
})
