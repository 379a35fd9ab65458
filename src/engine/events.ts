import type { LbprovError } from '../errors.ts'
import type { Outcome } from './outcome.ts'

/** What a run tells while it goes on. */
export type RunEvent =
  | { readonly type: 'reached'; readonly host: string; readonly platform: string }
  | { readonly type: 'unreachable'; readonly host: string; readonly error: LbprovError }
  | { readonly type: 'phase'; readonly phase: string; readonly hosts: readonly string[] }
  | { readonly type: 'began'; readonly phase: string; readonly host: string }
  | {
      readonly type: 'outcome'
      readonly phase: string
      readonly host: string
      readonly outcome: Outcome
    }

export type Listener = (event: RunEvent) => void
