import { lines, sh, type Sh } from '../sh/sh.ts'
import { usualPath } from '../sh/usual-path.ts'

const decision = (run: string): string => `/run/lbprov/guard-${run}`
const scriptOf = (run: string): string => `${decision(run)}.sh`

/** What the guard does, as a script of its own. `sleep` counts, and no clock that somebody sets meanwhile. */
const watch = (run: string, undo: readonly Sh[], seconds: number): Sh =>
  lines(
    sh`LC_ALL=C PATH=${usualPath}; export LC_ALL PATH`,
    sh`umask 022; cd /; trap '' HUP`,
    sh`left=${seconds}; while [ $left -gt 0 ]; do sleep 1; left=$((left - 1))`,
    // A confirmed change leaves nothing behind, not even a process that waits.
    // Nor does it do anything when lbprov has left the host for good, and its notes with it.
    sh`[ -e ${scriptOf(run)} ] || exit`,
    sh`[ ! -e ${decision(run)}/kept ] || { rm -rf ${decision(run)} ${scriptOf(run)}; exit; }; done`,
    sh`if mkdir ${decision(run)} 2>/dev/null; then`,
    ...[...undo].reverse().flatMap((each) => [sh`( ${each}`, sh`)`]),
    sh`: > ${decision(run)}/undone; fi; rm -f ${scriptOf(run)}`,
  )

/**
 * Arms the guard: unless `confirm` comes in time, the host runs `undo` by itself, last first. Both sides
 * decide by making the same directory, which only one of them can. Fails, and so keeps the changes behind
 * it from beginning, where `confirm` has come already: this script was given up for lost.
 *
 * Where systemd is, the guard is a unit of its own: what ends with the login session, the guard outlives.
 */
export const arm = (run: string, undo: readonly Sh[], seconds: number): Sh =>
  lines(
    sh`mkdir -p -m 700 /run/lbprov && [ ! -e ${decision(run)} ] || exit 1`,
    sh`umask 077; cat >${scriptOf(run)} <<'guard-${run}' && sh -n ${scriptOf(run)} || exit 1`,
    watch(run, undo, seconds),
    sh`guard-${run}`,
    sh`[ -d /run/systemd/system ] && timeout 10 systemd-run --quiet --collect --unit=lbprov-guard-${run} /bin/sh ${scriptOf(run)} </dev/null >/dev/null 2>&1 && exit`,
    sh`sh ${scriptOf(run)} </dev/null >/dev/null 2>&1 &`,
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
