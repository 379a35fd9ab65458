import type { Resource } from '../resource.ts'
import { sh } from '../sh/sh.ts'

const places = ['/var/lib/lbprov', '/run/lbprov'] as const

/** Wishes that nothing of lbprov's own is left on a host: its manifest, its journal, its notes. */
export const forgotten: Resource = {
  kind: 'forgotten',
  id: 'forgotten',
  // The proof that a daemon has read its file needs the note under /run/lbprov.
  isLast: true,
  wish: '',
  probe: {
    there: sh`for path in ${places}; do [ ! -e "$path" ] || echo "$path"; done`,
  },
  files: [],
  judge: ({ there }) => {
    const found = there?.out.split('\n').filter((line) => line !== '') ?? []
    return found.length === 0
      ? []
      : [
          {
            what: 'what lbprov remembers here',
            before: found.join(', '),
            after: undefined,
            run: sh`rm -rf -- ${places}`,
          },
        ]
  },
  remember: () => undefined,
}
