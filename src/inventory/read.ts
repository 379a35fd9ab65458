import { WishError, type Fault } from '../errors.ts'
import { inOrder, schemaFaults, showPath } from '../faults/schema-faults.ts'
import { readYaml, type Document, type Path } from '../yaml.ts'
import type { Cluster } from './cluster.ts'
import { derive } from './derive.ts'
import { openSecretsOf } from './open-secrets.ts'
import { withoutFaults } from './prune.ts'
import { conflicts, stages } from './rules/index.ts'
import type { Complaint, Inventory, Rule } from './rules/rule.ts'
import { schema } from './schema.ts'
import type { OpenSecret } from './secrets.ts'
import { excessOf } from './size.ts'

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
  const excess = excessOf(document.value)
  if (excess.length > 0) throw new WishError(inOrder(placed(document, excess)))
  const parsed = schema.safeParse(document.value)
  if (!parsed.success) {
    // What two places say against each other is true of any part of the file; what is missing is not.
    const part = withoutFaults(schema, document.value)
    const rest =
      part === undefined
        ? []
        : judged({ wish: part, cluster: derive(part, origin), origin }, conflicts)
    const firm = rest.filter(isFirm)
    throw new WishError(
      inOrder([...schemaFaults(document, parsed.error, schema), ...placed(document, firm)]),
    )
  }
  const wish = parsed.data
  const { cluster, complaints } = openSecretsOf(wish, derive(wish, origin), means.secret)
  const inventory = { wish, cluster, origin }
  const all = [...complaints, ...judged(inventory, conflicts), ...staged(inventory)]
  const faults = inOrder(placed(document, all))
  if (faults.some(isFirm)) throw new WishError(faults)
  return { cluster, warnings: faults }
}
