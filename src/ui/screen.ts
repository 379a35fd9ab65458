import type { RunEvent } from '../engine/events.ts'
import type { Report } from '../engine/outcome.ts'
import type { Survey } from '../engine/survey.ts'

/** How a run is shown: drawn for a person, in plain lines, or as JSON. */
export interface Screen {
  /** What happened just now. */
  readonly tell: (event: RunEvent) => void
  /** The plan, before anything is changed. */
  readonly plan: (survey: Survey) => void
  /** What was found in the inventory that is no fault. */
  readonly warn: (sentence: string) => void
  /** The approved plan is followed from here. */
  readonly begin: (survey: Survey) => void
  /** The last word. Waits until all is drawn. */
  readonly end: (report: Report, seconds: number) => Promise<void>
}

/** Hosts and phases that a narrowed run leaves out. */
export interface Skipped {
  readonly hosts: readonly string[]
  readonly phases: readonly string[]
}

export interface ScreenOptions {
  /** `web · NAT · 2 routers, 3 real servers`. */
  readonly title: string
  readonly verbose: boolean
  readonly dryRun: boolean
  readonly skipped: Skipped
}
