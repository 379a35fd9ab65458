import { lines, sh, type Sh } from '../sh/sh.ts'

/** Seconds that a guarded host waits for a new connection before it undoes the change. */
export const guardSeconds = 60

const decision = (run: string): string => `/run/lbprov/guard-${run}`

/**
 * Arms the guard: unless `confirm` comes in time, the host runs `undo` by itself, last first. Both sides
 * decide by making the same directory, which only one of them can.
 */
export const arm = (run: string, undo: readonly Sh[], seconds: number = guardSeconds): Sh =>
  lines(
    sh`mkdir -p -m 700 /run/lbprov || exit`,
    sh`( trap '' HUP; sleep ${seconds}; if mkdir ${decision(run)} 2>/dev/null; then`,
    ...[...undo].reverse().map((each) => sh`( ${each} )`),
    sh`: > ${decision(run)}/undone; fi; sleep 600; rm -rf ${decision(run)} ) </dev/null >/dev/null 2>&1 &`,
  )

/**
 * Succeeds when the change is kept from now on, or the guard was never armed; fails when the guard was
 * faster, and has undone it.
 */
export const confirm = (run: string): Sh =>
  sh`mkdir -p -m 700 /run/lbprov && mkdir ${decision(run)}`
