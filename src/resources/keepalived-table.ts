import type { Change } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import type { DaemonIs } from './keepalived-is.ts'
import { loadConf, type Loading } from './keepalived-load.ts'
import { unlessServed } from './keepalived-unit.ts'

/** What mends a table that is not as the file that keepalived runs with. */
export const tableChanges = (
  should: Loading,
  { table, holds }: Pick<DaemonIs, 'table' | 'holds'>,
): readonly Change[] => {
  const missing = table.filter(({ kind }) => kind === 'missing')
  const all = should.table.length
  if (missing.length > 0) {
    return [
      {
        what: 'IPVS table, live',
        before: `${String(all - missing.length)} of ${String(all)} virtual servers`,
        after: 'as in keepalived.conf',
        note: `without ${missing.map(({ what }) => what).join(', ')}, which only a restart of keepalived brings back (keepalived#1018); ${
          holds.length > 0
            ? 'the VIPs go to another router, if there is one'
            : 'this router holds no VIP'
        }`,
        ...(holds.length > 0 ? { comesLast: true } : {}),
        adopts: unlessServed(should.vips),
        run: loadConf(should, true),
      },
    ]
  }
  return table.map(({ what, before, after, words }) => ({
    ...{ what, before, after },
    run: sh`ipvsadm ${words}`,
  }))
}
