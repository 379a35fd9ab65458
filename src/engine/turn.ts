import type { Resource } from '../resource.ts'
import type { Patience } from './patience.ts'
import type { HostPlan } from './plan.ts'
import type { Dial, Wire } from './wire.ts'

/** One host in one phase. */
export interface Turn {
  readonly phase: string
  readonly plan: HostPlan
  readonly resources: readonly Resource[]
  readonly wire: Wire
  readonly dial: Dial
  readonly patience: Patience
  readonly mask: (said: string) => string
}
