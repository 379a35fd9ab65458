import type { z } from 'zod'

import { WishError, type Fault } from '../errors.ts'
import { tasks as lvsTasks } from '../lvs/index.ts'
import { hint } from '../faults/nearest.ts'
import { schemaFaults, shown, showPath } from '../faults/schema-faults.ts'
import { readYaml, type Document, type Path } from '../yaml.ts'
import { genericTasks, type GenericTask } from './generic.ts'
import type { Playbook, PlaybookPhase, TaskUse } from './playbook.ts'
import { playbookSchema } from './schema.ts'

/** Reads a file that a playbook names, relative to the playbook's own directory. */
export type ReadSource = (path: string) => string | undefined

type PhaseWish = z.output<typeof playbookSchema>['phases'][number]

interface Reading {
  readonly document: Document
  readonly source: ReadSource
  readonly faults: Fault[]
}

const fault = ({ document, faults }: Reading, path: Path, message: string, at?: 'key'): void => {
  const { line, column } = document.locate(path, at)
  faults.push({ file: document.file, line, column, path: showPath(path), message })
}

const place = ({ document }: Reading, path: Path): string => {
  const { line, column } = document.locate(path, 'key')
  return `${document.file}:${String(line)}:${String(column)}`
}

const words = [...lvsTasks, ...genericTasks].map(({ name }) => name)

// Where its links lead is for whoever opens it.
const isBelow = (src: string): boolean =>
  src !== '' && !src.startsWith('/') && !src.split('/').includes('..') && !/\p{Cc}/u.test(src)

/** A `file` task with the text of its `src` in place of the name. */
const withSource = (reading: Reading, wish: unknown, path: Path): unknown => {
  if (typeof wish !== 'object' || wish === null || !('src' in wish)) return wish
  const { src, ...rest } = wish
  if ('content' in wish) {
    fault(reading, path, 'has both "content" and "src"; keep one')
    return undefined
  }
  if (typeof src !== 'string' || !isBelow(src)) {
    fault(reading, [...path, 'src'], 'must be a path below the directory of this playbook')
    return undefined
  }
  const content = reading.source(src)
  if (content === undefined) {
    fault(
      reading,
      [...path, 'src'],
      `there is no readable text file ${shown(src)} beside this playbook (a link out of its directory is not followed)`,
    )
    return undefined
  }
  return { ...rest, content }
}

/** The way to a text that no shell can hold. */
const nulIn = (value: unknown, path: Path): Path | undefined => {
  if (typeof value === 'string') return value.includes('\0') ? path : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, item] of Object.entries(value)) {
    const found = nulIn(item, [...path, Array.isArray(value) ? Number(key) : key])
    if (found !== undefined) return found
  }
  return undefined
}

const genericUse = (
  reading: Reading,
  task: GenericTask,
  given: unknown,
  path: Path,
): TaskUse | undefined => {
  const wish = task.name === 'file' ? withSource(reading, given, path) : given
  if (wish === undefined) return undefined
  const nul = nulIn(wish, path)
  if (nul !== undefined) {
    fault(reading, nul, 'has a NUL character, which is no text for a host; take it out')
    return undefined
  }
  const read = task.schema.safeParse(wish)
  if (!read.success) {
    const { document, faults } = reading
    const part: Document = {
      ...document,
      value: wish,
      locate: (inner, at) => document.locate([...path, ...inner], at),
    }
    faults.push(...schemaFaults(part, read.error, task.schema))
    return undefined
  }
  const file = wish as { readonly path: string; readonly content: string }
  return {
    name: task.name,
    at: place(reading, path),
    ends: undefined,
    file: task.name === 'file' ? { path: file.path, text: file.content } : undefined,
    // The schema has just read it: the wish is of the task's own kind.
    resources: (where, neighbours) => [task.resource(read.data as never, where, neighbours)],
  }
}

const taskUse = (
  reading: Reading,
  wish: PhaseWish['tasks'][number],
  path: Path,
): TaskUse | undefined => {
  const names = typeof wish === 'string' ? [wish] : Object.keys(wish)
  const [name] = names
  if (name === undefined || names.length > 1) {
    fault(reading, path, `needs one task, not ${String(names.length)}; begin each with "- "`)
    return undefined
  }
  const generic = genericTasks.find((task) => task.name === name)
  const lvs = lvsTasks.find((task) => task.name === name)
  if (generic === undefined && lvs === undefined) {
    fault(reading, path, `there is no task ${shown(name)}${hint(name, words)}`)
    return undefined
  }
  if (generic !== undefined) {
    if (typeof wish !== 'string') return genericUse(reading, generic, wish[name], [...path, name])
    fault(reading, path, `"${name}" needs to be told what: "${name}: …"`)
    return undefined
  }
  if (typeof wish !== 'string') {
    fault(reading, path, `"${name}" takes nothing here: the inventory says what it needs`)
    return undefined
  }
  return {
    name,
    at: place(reading, path),
    ends: lvs?.ends,
    file: undefined,
    resources: (where) => lvs?.resources(where) ?? [],
  }
}

// Each is compared with those before it, and wished on every host.
const mostPhases = 100
const mostTasks = 1000

const checkSize = (reading: Reading, phases: readonly PhaseWish[]): void => {
  const tasks = phases.reduce((sum, phase) => sum + phase.tasks.length, 0)
  if (phases.length > mostPhases || tasks > mostTasks)
    fault(
      reading,
      ['phases'],
      `${String(phases.length)} phases with ${String(tasks)} tasks are more than a playbook may have (${String(mostPhases)} with ${String(mostTasks)})`,
    )
}

const checkPhases = (reading: Reading, phases: readonly PhaseWish[]): void => {
  for (const [n, { name, needs }] of phases.entries()) {
    const before = phases.slice(0, n).map((phase) => phase.name)
    if (before.includes(name)) {
      fault(reading, ['phases', n, 'name'], `there are two phases "${name}"; give one another name`)
    }
    for (const [m, need] of needs.entries()) {
      if (before.includes(need)) continue
      const message = `no phase "${need}" stands before this one${hint(need, before, 'this is the first')}`
      fault(reading, ['phases', n, 'needs', m], message)
    }
  }
}

/** What a task widens, another must narrow in a later phase: or what leaves the inventory would never leave the hosts. */
const checkEnds = (reading: Reading, phases: readonly PlaybookPhase[]): void => {
  const names = phases.map(({ tasks }) => tasks.map(({ name }) => name))
  for (const { name, ends } of lvsTasks) {
    const begun = names.findIndex((tasks) => ends !== undefined && tasks.includes(ends))
    const ended = names.findLastIndex((tasks) => tasks.includes(name))
    if (begun === -1 || ended > begun) continue
    const message = `"${String(ends)}" only adds; "${name}" in a later phase, after the routers' own, takes away what has left; add such a phase with "hosts: all"`
    fault(reading, ['phases', begun, 'tasks'], message)
  }
}

/** @throws WishError with every fault of the playbook */
export const readPlaybook = (file: string, text: string, source: ReadSource): Playbook => {
  const document = readYaml(file, text)
  const read = playbookSchema.safeParse(document.value)
  if (!read.success) throw new WishError(schemaFaults(document, read.error, playbookSchema))
  const reading: Reading = { document, source, faults: [] }
  checkSize(reading, read.data.phases)
  if (reading.faults.length > 0) throw new WishError(reading.faults)
  checkPhases(reading, read.data.phases)
  const phases = read.data.phases.map(({ name, hosts, serial, needs, tasks }, n) => ({
    name,
    hosts,
    serial,
    needs,
    tasks: tasks.flatMap((wish, m) => taskUse(reading, wish, ['phases', n, 'tasks', m]) ?? []),
  }))
  if (reading.faults.length === 0) checkEnds(reading, phases)
  if (reading.faults.length > 0) throw new WishError(reading.faults)
  return { name: read.data.name, phases }
}
