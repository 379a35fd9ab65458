/** How long a run waits for a host. */
export interface Patience {
  /** Seconds that a guarded host waits for a new connection before it undoes the change. */
  readonly guardSeconds: number
  /** Milliseconds of silence for a script that only asks. */
  readonly probeMs: number
  /** The same for a script that changes: packages may have to come over a slow line. */
  readonly changeMs: number
}

export const patience: Patience = {
  guardSeconds: 60,
  probeMs: 60_000,
  changeMs: 30 * 60_000,
}
