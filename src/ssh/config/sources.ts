import { join } from 'node:path'

import type { Fault } from '../../errors.ts'
import { shown } from '../../faults/schema-faults.ts'
import { readConfigFile } from './files.ts'
import { glob } from './glob.ts'
import type { InstalledSsh } from './installed-ssh.ts'
import type { Wrong } from './kinds.ts'
import { Ignored, parse, type Directive, type Doubts, type Place } from './parse.ts'
import { expandHome, type Environment } from './tokens.ts'
import type { Word } from './words.ts'

const DEEPEST = 16
const MOST_FILES = 1000
const tooMany = `more than ${String(MOST_FILES)} files and paths are included`
const MOST_CHARACTERS = 16 * 2 ** 20

/** A file that ssh would read by itself. */
export interface Top {
  readonly path: string
  readonly own: boolean
  /** It must be safe from other people. */
  readonly safe: boolean
  /** Somebody named it. */
  readonly named: boolean
  /** Where paths of its Include lines begin. */
  readonly folder: string
}

export interface Around {
  readonly home: string
  readonly user: string
  readonly env: Environment
  readonly ssh: InstalledSsh
}

/** Files with all that they include, each read once. */
export interface Sources {
  readonly files: readonly { readonly path: string; readonly lines: readonly Directive[] }[]
  readonly faults: readonly Fault[]
  readonly doubts: Readonly<Doubts>
  /** All that IgnoreUnknown says. */
  readonly ignored: Ignored
}

/** Reads the files that are there. */
export const readSources = (tops: readonly Top[], around: Around): Sources => {
  const faults: Fault[] = []
  const doubts: Doubts = { faults: [], newer: false }
  const ignored = new Ignored()
  let filesLeft = MOST_FILES
  let charactersLeft = MOST_CHARACTERS

  const linesOf = (text: string, path: string, top: Top, depth: number): readonly Directive[] =>
    parse(text, {
      file: path,
      own: top.own,
      env: around.env,
      ignored,
      doubts,
      ssh: around.ssh,
      include: (word, place) => included(word, place, top, depth + 1),
    })

  const included = (
    word: Word,
    place: Place,
    top: Top,
    depth: number,
  ): readonly (readonly Directive[])[] | Wrong => {
    const fault = (message: string): readonly [] => {
      faults.push({ ...place, column: word.column, path: '', message })
      return []
    }
    if (!top.own && word.text.startsWith('~'))
      return fault('a system-wide file includes nothing from a home; write the whole path')
    const path = expandHome(word.text, around)
    if ('wrong' in path) return { column: word.column, message: path.wrong }
    const pattern = path.text.startsWith('/') ? path.text : join(top.folder, path.text)
    // A path costs as much as a file, whatever it finds.
    filesLeft -= 1
    if (filesLeft === 0) return fault(tooMany)
    if (filesLeft < 0) return []
    const found = glob(pattern)
    if (found === undefined) return fault(`${shown(word.text)} means more files than can be meant`)
    return found.flatMap((file): readonly (readonly Directive[])[] => {
      if (filesLeft <= 0 || charactersLeft <= 0) return []
      if (depth > DEEPEST)
        return fault(
          `${shown(file)} is included ${String(depth)} levels deep; OpenSSH goes ${String(DEEPEST)} deep`,
        )
      filesLeft -= 1
      if (filesLeft === 0) return fault(tooMany)
      const content = readConfigFile(file, true)
      if ('missing' in content) return []
      if ('wrong' in content) return fault(`${file} ${content.wrong}`)
      if (content.unsafe !== undefined)
        doubts.faults.push({
          ...place,
          column: word.column,
          path: '',
          message: `${file} ${content.unsafe}`,
        })
      charactersLeft -= content.text.length
      if (charactersLeft <= 0)
        return fault('the files that are included are longer than 16 MiB together')
      return [linesOf(content.text, file, top, depth)]
    })
  }

  const files = tops.flatMap((top) => {
    const content = readConfigFile(top.path, top.safe)
    const fault = (message: string): readonly [] => {
      faults.push({ file: top.path, line: 1, column: 1, path: '', message })
      return []
    }
    if ('missing' in content)
      return top.named ? fault('there is no such file; name one of ssh_config(5), or none') : []
    // What OpenSSH cannot read of its own accord it does without.
    if ('wrong' in content)
      return top.named || content.why !== 'unreadable' ? fault(`this file ${content.wrong}`) : []
    if (content.unsafe !== undefined) {
      const message = `this file ${content.unsafe}`
      doubts.faults.push({ file: top.path, line: 1, column: 1, path: '', message })
    }
    return [{ path: top.path, lines: linesOf(content.text, top.path, top, 0) }]
  })
  return { files, faults, doubts, ignored }
}
