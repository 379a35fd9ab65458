import type { Resource } from '../resource.ts'
import type { Mask } from '../secret.ts'
import type { Sh } from '../sh/sh.ts'
import type { Patience } from './patience.ts'
import type { RunInfo } from './lock.ts'
import type { HostPlan } from './plan.ts'
import type { Dial, Wire } from './wire.ts'

/** One host in one phase. */
export interface Turn {
  readonly phase: string
  readonly plan: HostPlan
  readonly resources: readonly Resource[]
  /** What must stand on the host before anything is changed: its manifest, its journal. */
  readonly ahead: readonly Sh[]
  readonly wire: Wire
  readonly dial: Dial
  readonly run: RunInfo
  readonly patience: Patience
  readonly mask: Mask
}
