import { lines, sh, type Sh } from '../sh/sh.ts'

const decision = (run: string): string => `/run/lbprov/guard-${run}`

/**
 * Arms the guard: unless `confirm` comes in time, the host runs `undo` by itself, last first. Both sides
 * decide by making the same directory, which only one of them can. Fails, and so keeps the changes behind
 * it from beginning, where `confirm` has come already: this script was given up for lost.
 */
export const arm = (run: string, undo: readonly Sh[], seconds: number): Sh =>
  lines(
    sh`mkdir -p -m 700 /run/lbprov && [ ! -e ${decision(run)} ] || exit 1`,
    sh`( trap '' HUP; left=${seconds}; while [ $left -gt 0 ]; do sleep 1; left=$((left - 1))`,
    // A confirmed change leaves nothing behind, not even a process that waits.
    sh`[ ! -e ${decision(run)}/kept ] || { rm -rf ${decision(run)}; exit; }; done`,
    sh`if mkdir ${decision(run)} 2>/dev/null; then`,
    ...[...undo].reverse().map((each) => sh`( ${each} )`),
    sh`: > ${decision(run)}/undone; fi ) </dev/null >/dev/null 2>&1 &`,
  )

/** `confirm` ends with this when the guard was faster, and has undone everything. */
export const undoneExit = 3

/** Succeeds when the change is kept from now on, or the guard was never armed; may be asked again. */
export const confirm = (run: string): Sh =>
  lines(
    sh`mkdir -p -m 700 /run/lbprov && cd /run/lbprov || exit 1`,
    sh`if mkdir ${decision(run)} 2>/dev/null; then : > ${decision(run)}/kept; exit; fi`,
    sh`[ -e ${decision(run)}/kept ] && exit`,
    sh`left=30; until [ -e ${decision(run)}/undone ] || [ $left = 0 ]; do sleep 1; left=$((left - 1)); done`,
    sh`exit ${undoneExit}`,
  )
