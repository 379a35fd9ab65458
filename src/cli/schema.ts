import { inventorySchema } from '../inventory/json-schema.ts'
import type { World } from './world.ts'

/** `lbprov schema`: the inventory's JSON Schema, for editors. */
export const schemaCommand = ({ terminal }: World): number => {
  terminal.out(`${JSON.stringify(inventorySchema(), undefined, 2)}\n`)
  return 0
}
