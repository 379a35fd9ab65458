import { WishError, type Fault } from '../errors.ts'
import { inOrder, schemaFaults, showPath } from '../faults/schema-faults.ts'
import type { Secret } from '../secret.ts'
import { readYaml, type Document, type Path } from '../yaml.ts'
import type { Cluster } from './cluster.ts'
import { derive } from './derive.ts'
import { withoutFaults } from './prune.ts'
import { conflicts, stages } from './rules/index.ts'
import type { Complaint, Inventory, Rule } from './rules/rule.ts'
import { schema, type Wish } from './schema.ts'
import { passwordFault, type OpenSecret } from './secrets.ts'

/** What reading an inventory needs from outside. */
export interface Means {
  /** What `~` stands for. */
  readonly home: string
  readonly secret: OpenSecret
  /** The text of a file on this machine, a script's; undefined: it cannot be read. */
  readonly source: (path: string) => string | undefined
}

/** An inventory, understood, and what it may want to hear all the same. */
export interface Reading {
  readonly cluster: Cluster
  readonly warnings: readonly Fault[]
}

const placed = (document: Document, complaints: readonly Complaint[]): readonly Fault[] => {
  const condemned = new Set<string>()
  return complaints.flatMap(({ path, message, warning }) => {
    const place = document.locate(path)
    const shown = showPath(place.path)
    // What follows from one wrong value is said of it once: by the first rule that minds it.
    if (warning !== true && place.isScalar) {
      if (condemned.has(shown)) return []
      condemned.add(shown)
    }
    const { line, column } = place
    const fault = { file: document.file, line, column, path: shown, message }
    return [warning === true ? { ...fault, warning } : fault]
  })
}

const judged = (inventory: Inventory, rules: readonly Rule[]): readonly Complaint[] =>
  rules.flatMap((rule) => rule(inventory))

const isFirm = ({ warning }: { readonly warning?: boolean }): boolean => warning !== true

const staged = (inventory: Inventory): readonly Complaint[] => {
  const said: Complaint[] = []
  for (const rules of stages) {
    if (said.some(isFirm)) break
    said.push(...judged(inventory, rules))
  }
  return said
}

interface Opened {
  readonly authPass: Secret | undefined
  readonly complaints: readonly Complaint[]
}

const opened = (wish: Wish, isUsed: boolean, means: Means): Opened => {
  const reference = wish.vrrp.auth_pass
  if (reference === undefined) return { authPass: undefined, complaints: [] }
  const path = ['vrrp', 'auth_pass']
  if (!isUsed) {
    const message = 'not used: VRRP for IPv6 (version 3) has no authentication'
    return { authPass: undefined, complaints: [{ path, message, warning: true }] }
  }
  const found = means.secret(reference, path.join('.'))
  const fault = typeof found === 'string' ? found : passwordFault(found)
  return {
    authPass: typeof found === 'string' ? undefined : found,
    complaints: fault === undefined ? [] : [{ path, message: fault }],
  }
}

/** An inventory's text as a Cluster; throws a WishError with every fault that can be found without asking a host. */
export const readInventory = (file: string, text: string, means: Means): Reading => {
  const document = readYaml(file, text)
  const origin = {
    file,
    home: means.home,
    source: means.source,
    place: (path: Path, index: number): string => {
      const { line, column } = document.locateLine(path, index)
      return `${file}:${String(line)}:${String(column)}`
    },
  }
  const parsed = schema.safeParse(document.value)
  if (!parsed.success) {
    // What two places say against each other is true of any part of the file; what is missing is not.
    const part = withoutFaults(schema, document.value)
    const rest =
      part === undefined
        ? []
        : judged({ wish: part, cluster: derive(part, origin, undefined), origin }, conflicts)
    const firm = rest.filter(isFirm)
    throw new WishError(
      inOrder([...schemaFaults(document, parsed.error, schema), ...placed(document, firm)]),
    )
  }
  const wish = parsed.data
  const draft = derive(wish, origin, undefined)
  const { authPass, complaints } = opened(
    wish,
    draft.vrrp.instances.some(({ family }) => family === 4),
    means,
  )
  const cluster = { ...draft, vrrp: { ...draft.vrrp, authPass } }
  const inventory = { wish, cluster, origin }
  const all = [...complaints, ...judged(inventory, conflicts), ...staged(inventory)]
  const faults = inOrder(placed(document, all))
  if (faults.some(isFirm)) throw new WishError(faults)
  return { cluster, warnings: faults }
}
