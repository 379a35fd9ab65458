import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { defineResource } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import { deviceName } from './device.ts'
import { replaceFile } from './replace-file.ts'

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
    main: sh`[ ! -e ${path} ] || cat ${path}`,
    stanzas: sh`grep -sEn '^[[:space:]]*iface[[:space:]]' ${path} ${sh`${directory}/*`} /dev/null || :`,
  }),
  parse: ({ main, stanzas }, { devices }) => {
    if (main.exit !== 0) throw new AnswerError(`cannot read ${path}: ${main.err.trim()}`)
    for (const stanza of stanzas.out.split('\n')) {
      const [, file, line, device] = /^(\/[^:]+):(\d+):\s*iface\s+(\S+)/.exec(stanza) ?? []
      if (device === undefined || file === undefined || line === undefined) continue
      if (!devices.includes(device) || file === `${directory}/lbprov-${device}`) continue
      throw new AnswerError(
        `${file}, line ${line}, sets ${device} too; take that "iface" stanza out, so that the inventory alone says how ${device} comes up, and run again.`,
      )
    }
    return main.out
  },
  diff: ({ devices }, text) => {
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
    const after = `${text === '' ? '' : text.replace(/\n?$/, '\n')}${added}`
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
})
