import { lines, sh, type Sh } from '../sh/sh.ts'
import type { RunInfo } from './lock.ts'
import { hostJournal } from './memory.ts'

const linesKept = 200

/**
 * Adds a line to the host's own journal and drops the oldest beyond 200. The file is replaced whole; its time is the host's,
 * as in the logs beside it.
 */
export const hostJournalStep = (
  { id, who, cluster, version }: Pick<RunInfo, 'id' | 'who' | 'cluster' | 'version'>,
  changes: number,
): Sh => {
  const line = `${who} cluster ${cluster}, ${String(changes)} change${changes === 1 ? '' : 's'}, run ${id}, lbprov ${version}`
  return lines(
    sh`umask 077; journal=${hostJournal} new=${`${hostJournal}.new`}`,
    sh`mkdir -p -m 700 \${journal%/*} || exit 1`,
    sh`[ ! -e "$journal" ] || tail -n ${linesKept - 1} "$journal" >"$new" || exit 1`,
    sh`[ -e "$journal" ] || : >"$new" || exit 1`,
    sh`printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" ${line} >>"$new" && mv -f "$new" "$journal" || { rm -f "$new"; echo "$journal could not be written; is the disk full?" >&2; exit 1; }`,
  )
}
