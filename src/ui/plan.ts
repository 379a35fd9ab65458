import { begins, type HostPlan, type PhasePlan, type Plan } from '../engine/plan.ts'
import { alike, groupBy } from './alike.ts'
import { showChange } from './diff.ts'
import type { Paint } from './paint.ts'
import { counted, foldedNames, longestList, printable } from '../printable.ts'

/** What one phase changes on a host. */
interface Part {
  readonly n: number
  readonly phase: PhasePlan
  readonly plan: HostPlan
  /** Its host's place in the phase. */
  readonly place: number
}

interface HostBlock {
  readonly host: string
  readonly parts: readonly Part[]
  /** The last phase that changes it: its place in the order. */
  readonly last: Part
}

/** A block, and all that a person could see of it as one text. */
type SaidBlock = HostBlock & { readonly text: string }

/** A phase's name in front of what it does: nine letters and a blank, or more where the name is longer. */
export const phaseColumn = (name: string): string => `${name.padEnd(9)} `

const phaseLines = (
  { phase: { name }, plan: { changes, blocked } }: Part,
  paint: Paint,
  verbose: boolean,
): readonly string[] =>
  [
    ...changes.flatMap((change) => showChange(change, paint, verbose)),
    ...(blocked === undefined ? [] : [paint.bad(printable(`✘ will not begin: ${blocked}`))]),
  ].map((line, n) => `  ${phaseColumn(n === 0 ? name : ' '.repeat(name.length))}${line}`.trimEnd())

const linesOf = ({ parts }: HostBlock, paint: Paint, verbose: boolean): string =>
  parts.flatMap((part) => phaseLines(part, paint, verbose)).join('\n')

/** Hosts that change, in the order in which they are done. */
const blocksOf = ({ phases }: Plan): readonly HostBlock[] => {
  const parts = new Map<string, Part[]>()
  for (const [n, phase] of phases.entries()) {
    for (const [place, plan] of phase.hosts.entries()) {
      if (plan.changes.length === 0) continue
      const mine = parts.get(plan.host) ?? []
      mine.push({ n, phase, plan, place })
      parts.set(plan.host, mine)
    }
  }
  return [...parts]
    .flatMap(([host, mine]) => mine.slice(-1).map((last) => ({ host, parts: mine, last })))
    .sort((a, b) => a.last.n - b.last.n || a.last.place - b.last.place)
}

/** What cannot be alike without being equal: which phases, and what kinds of changes. */
const kindsOf = ({ parts }: HostBlock): string =>
  JSON.stringify(
    parts.map(({ n, plan }) => [
      n,
      plan.changes.map(({ resource }) => resource.split(' ')[0]),
      plan.blocked,
    ]),
  )

const said = (block: HostBlock): SaidBlock => ({
  ...block,
  text: JSON.stringify(
    block.parts.map(({ plan }) =>
      plan.changes.map(({ what, before, after, note, severs }) => [
        ...[what, before, after, note].map((each) => each ?? null),
        severs === true,
      ]),
    ),
  ),
})

/** Hosts of which one block is shown: those for which it reads the same, and others that are like them. */
interface Group {
  readonly heads: readonly HostBlock[]
  readonly rest: readonly HostBlock[]
}

const groupsOf = (blocks: readonly HostBlock[]): readonly Group[] =>
  groupBy(blocks, kindsOf).flatMap((kin): readonly Group[] =>
    // Long texts are compared only where that can make the plan shorter.
    kin.length <= longestList
      ? kin.map((block) => ({ heads: [block], rest: [] }))
      : alike(kin.map(said)).map((group) => ({
          heads: group.filter(({ text }) => text === group[0]?.text),
          rest: group.filter(({ text }) => text !== group[0]?.text),
        })),
  )

const namesOf = (blocks: readonly HostBlock[], paint: Paint, verbose: boolean): string => {
  const names = blocks.map(({ host }) => host)
  const isSerial = blocks.every(({ last }) => last.phase.serial !== undefined)
  if (verbose || names.length <= longestList)
    return names.map((name) => paint.bold(name)).join(isSerial ? ', then ' : ', ')
  const folded = `${paint.bold(foldedNames(names))} (${counted(names.length, 'host')})`
  return isSerial ? `${folded}, one after the other` : folded
}

/** The others of a group, whose block is not shown. */
const restOf = (
  [first]: readonly HostBlock[],
  rest: readonly HostBlock[],
  paint: Paint,
): string => {
  if (first === undefined || rest.length === 0) return ''
  const sum = first.parts.reduce((all, { plan }) => all + plan.changes.length, 0)
  const same = sum === 1 ? 'the same change' : `the same ${counted(sum, 'change')} each`
  return `${namesOf(rest, paint, false)} · ${same}, with addresses of their own; --verbose shows every one\n`
}

/** The hosts that change. Those whose changes read the same stand together. */
const showChanging = (blocks: readonly HostBlock[], paint: Paint, verbose: boolean): string => {
  const groups = verbose ? blocks.map((block) => ({ heads: [block], rest: [] })) : groupsOf(blocks)
  const places = new Map(blocks.map(({ host }, n) => [host, n]))
  const placeOf = (block: HostBlock | undefined): number => places.get(block?.host ?? '') ?? 0
  const inOrder = (some: readonly HostBlock[]): readonly HostBlock[] =>
    [...some].sort((a, b) => placeOf(a) - placeOf(b))
  const sections = new Map<string, { readonly heads: HostBlock[]; readonly rest: HostBlock[] }>()
  for (const { heads, rest } of groups) {
    const text = heads
      .slice(0, 1)
      .map((first) => linesOf(first, paint, verbose))
      .join('')
    const section = sections.get(text) ?? { heads: [], rest: [] }
    section.heads.push(...heads)
    section.rest.push(...rest)
    sections.set(text, section)
  }
  return [...sections]
    .map(([text, { heads, rest }]) => ({ text, heads: inOrder(heads), rest: inOrder(rest) }))
    .sort((a, b) => placeOf(a.heads[0]) - placeOf(b.heads[0]))
    .map(({ text, heads, rest }) => {
      const names = namesOf(heads, paint, verbose)
      return `${names}\n${text}\n${restOf(heads, rest, paint)}`
    })
    .join('')
}

/** What nobody wishes any more and stays all the same, host by host; one sentence for many hosts is said once. */
const showLeft = ({ phases }: Plan, paint: Paint, verbose: boolean): string => {
  const all = phases.flatMap(({ hosts }) =>
    hosts.flatMap(({ host, left }) => left.map((sentence) => ({ host, sentence }))),
  )
  const line = (who: string, sentence: string): string =>
    `${paint.bold(who)} · ${printable(sentence)}\n`
  const groups =
    verbose || all.length <= longestList
      ? all.map((each) => [each])
      : groupBy(all, ({ sentence }) => sentence)
  return groups
    .flatMap((group) => {
      const [first] = group
      return first === undefined
        ? []
        : [line(foldedNames(group.map(({ host }) => host)), first.sentence)]
    })
    .join('')
}

/** The plan as an operator reads it: host by host, what changes and how. */
export const showPlan = (plan: Plan, paint: Paint, verbose: boolean): string => {
  const blocks = blocksOf(plan)
  const changing = new Set(blocks.map(({ host }) => host))
  const hosts = new Set(plan.phases.flatMap((phase) => phase.hosts.map(({ host }) => host)))
  const still = [...hosts].filter((host) => !changing.has(host))
  const names = verbose ? still.join(', ') : foldedNames(still)
  return [
    showChanging(blocks, paint, verbose),
    showLeft(plan, paint, verbose),
    ...(still.length > 0 ? [`${names} · nothing to do\n`] : []),
  ].join('')
}

/** `7 changes on 3 hosts`: those that will begin. */
export const sizeOf = ({ phases }: Plan): string => {
  const changing = phases.flatMap(({ hosts }) => hosts).filter(begins)
  const changes = changing.reduce((sum, plan) => sum + plan.changes.length, 0)
  const hosts = new Set(changing.map(({ host }) => host)).size
  return `${counted(changes, 'change')} on ${counted(hosts, 'host')}`
}
