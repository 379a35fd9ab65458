import type { Fault } from '../../errors.ts'
import type { InstalledSsh } from './installed-ssh.ts'
import type { Sources } from './sources.ts'

const isSamePlace = (one: Fault, other: Fault): boolean =>
  one.file === other.file && one.line === other.line

/** What ssh says against lines; a sentence in front that names none is about the first. */
const faultsIn = (said: string): readonly Fault[] => {
  let opening = ''
  return said.split('\n').flatMap((text) => {
    const [, file, number, message = ''] = /^(.+?):? line (\d+): (.*)$/.exec(text) ?? []
    if (file === undefined) {
      opening ||= ` (${text})`
      return []
    }
    const fault = { file, line: Number(number), column: 1, path: '' }
    const words = `ssh refuses it: ${message}${opening}`
    opening = ''
    return [{ ...fault, message: words }]
  })
}

/**
 * What the installed ssh has against the files. Of what is wrong to lbprov alone nothing is said: a host that it concerns
 * is left to ssh. Where there is no ssh, lbprov's own word is the last.
 */
export const refusedBy = (
  ssh: InstalledSsh,
  paths: readonly string[],
  { doubts, ignored }: Sources,
): readonly Fault[] => {
  const ours = doubts.faults
  if (ours.length === 0 && !doubts.newer) return []
  if (ssh.release() === undefined) return ours
  const said = ssh.objections(paths, ignored.list)
  if (said === '') return []
  const theirs = faultsIn(said)
  const found = [
    ...ours.filter((each) => theirs.some((other) => isSamePlace(each, other))),
    ...theirs.filter((each) => !ours.some((other) => isSamePlace(each, other))),
  ]
  if (found.length > 0) return found
  const whole = { file: paths[0] ?? '', line: 1, column: 1, path: '' }
  return ours.length > 0 ? ours : [{ ...whole, message: `ssh refuses it: ${said}` }]
}
