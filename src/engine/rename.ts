import type { Resource } from '../resource.ts'
import { lines, sh } from '../sh/sh.ts'
import { manifestFolder as folder } from './memory.ts'

const field = (cluster: string): string => `"cluster":${JSON.stringify(cluster)}`

/** A name in a basic regular expression: of what may stand in one, only a dot means something there. */
const literally = (text: string): string => text.replaceAll('.', '\\.')

/** The manifest's lines bear the name that the cluster has now, where they bear one of these. */
export const renamed = (former: readonly string[], cluster: string): Resource => ({
  kind: 'renamed',
  id: 'renamed',
  wish: '',
  probe: {
    names: sh`cat -- ${folder}/*.json 2>/dev/null | grep -aoF ${former.map((name) => sh`-e ${field(name)}`)} | sort -u`,
  },
  files: [],
  judge: ({ names }) => {
    const found = former.filter((name) => names?.out.split('\n').includes(field(name)))
    return found.length === 0
      ? []
      : [
          {
            what: 'what lbprov remembers here',
            before: `of the cluster ${found.join(', ')}`,
            after: `of the cluster ${cluster}`,
            run: lines(
              sh`set -e; umask 077; cd ${folder}; for file in *.json; do`,
              // Each whole or not at all, as it was written.
              sh`sed ${found.map((name) => sh`-e ${`s/${literally(field(name))}/${field(cluster)}/`}`)} <"$file" >"$file.new"`,
              sh`sync -- "$file.new" 2>/dev/null || sync; mv -f -- "$file.new" "$file"; done`,
            ),
          },
        ]
  },
  remember: () => undefined,
})
