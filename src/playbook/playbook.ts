import type { Place } from '../lvs/task.ts'
import type { Resource } from '../resource.ts'
import type { Neighbours } from './generic.ts'

/** One task as a playbook uses it. */
export interface TaskUse {
  readonly name: string
  /** `playbooks/nat.yaml:7:14` */
  readonly at: string
  /** The task whose work it ends: it may wish otherwise what that one wished, in a later phase. */
  readonly ends: string | undefined
  /** The file that a generic `file` task writes. */
  readonly file: { readonly path: string; readonly text: string } | undefined
  readonly resources: (place: Place, neighbours: Neighbours) => readonly Resource[]
}

export interface PlaybookPhase {
  readonly name: string
  readonly hosts: 'routers' | 'real_servers' | 'all'
  readonly serial: number | undefined
  readonly needs: readonly string[]
  readonly tasks: readonly TaskUse[]
}

export interface Playbook {
  readonly name: string
  readonly phases: readonly PlaybookPhase[]
}
