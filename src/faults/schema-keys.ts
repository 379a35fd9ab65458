import type { z } from 'zod'
import type { Path } from '../yaml.ts'

/** The schema under a path: the wrappers taken off, every branch of a union followed. */
const schemasAt = (schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] => {
  const def = (schema as z.core.$ZodTypes)._zod.def
  if ('innerType' in def) return schemasAt(def.innerType, path)
  if (def.type === 'pipe') return schemasAt(def.in, path)
  if (def.type === 'lazy') return schemasAt(def.getter(), path)
  if (def.type === 'union') return def.options.flatMap((option) => schemasAt(option, path))
  if (path.length === 0) return [schema]
  const [step, ...rest] = path
  if (def.type === 'record') return schemasAt(def.valueType, rest)
  if (def.type === 'array') return typeof step === 'number' ? schemasAt(def.element, rest) : []
  const field = def.type === 'object' ? def.shape[String(step)] : undefined
  return field === undefined ? [] : schemasAt(field, rest)
}

/** The keys that the objects of a schema know at a path. */
export const keysAt = (schema: z.core.$ZodType, path: Path): readonly string[] => [
  ...new Set(
    schemasAt(schema, path).flatMap((found) => {
      const def = (found as z.core.$ZodTypes)._zod.def
      return def.type === 'object' ? Object.keys(def.shape) : []
    }),
  ),
]
