import { z } from 'zod'
import { schema } from './schema.ts'

/** The inventory as JSON Schema (draft 2020-12), for editors: completion, and a red line under a typing error. */
export const inventorySchema = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:lbprov:inventory',
  title: 'lbprov inventory',
  description: 'One LVS cluster: its networks, VIPs, routers, real servers and services.',
  ...z.toJSONSchema(schema, { io: 'input' }),
})
