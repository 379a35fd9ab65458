import { AnswerError } from '../errors.ts'
import type { Answer } from './answer.ts'
import {
  answerTo,
  failed,
  reader,
  readState,
  readTexts,
  said,
  type Asked,
  type Found,
  type What,
} from './file-answers.ts'
import { lines, sh, together, type Kind, type Sh } from './sh.ts'
import { closed, sticky } from './walk.ts'

const wordOf = ({ what, follow, paths }: Asked): string =>
  [what, follow ? 'follow' : '', ...paths].join('\n')

const readWord = (word: string): Asked => {
  const [what, follow, ...paths] = word.split('\n')
  return { what: what as What, follow: follow !== '', paths }
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** The folders above all of them, but for the root: what is above another before it. */
const foldersOf = (paths: readonly string[]): readonly string[] => {
  const folders = new Set<string>()
  const add = (folder: string): void => {
    if (folder === '' || folders.has(folder)) return
    add(folderOf(folder))
    folders.add(folder)
  }
  for (const path of paths) add(folderOf(path))
  return [...folders]
}

const pathsOf = (
  asked: readonly Asked[],
  followed: boolean,
  ...whats: readonly What[]
): readonly string[] => [
  ...new Set(
    asked
      .filter(({ what, follow }) => follow === followed && whats.includes(what))
      .flatMap(({ paths }) => paths),
  ),
]

const summing: readonly What[] = ['sum', 'sums']

const summedOf = (asked: readonly Asked[]): readonly string[] => [
  ...new Set([false, true].flatMap((follow) => pathsOf(asked, follow, ...summing))),
]

interface Group {
  readonly follow: boolean
  /** What is to be said of each beside its sum and its text. */
  readonly more: 'around' | 'attributes' | ''
  readonly paths: readonly string[]
}

/** Each path once, in the order in which they are asked about. */
const groupsOf = (asked: readonly Asked[]): readonly Group[] =>
  [false, true].flatMap((follow) => {
    const looked = pathsOf(asked, follow, 'look')
    const timed = pathsOf(asked, follow, 'times').filter((path) => !looked.includes(path))
    const others = pathsOf(asked, follow, 'sum', 'sums', 'text').filter(
      (path) => !looked.includes(path) && !timed.includes(path),
    )
    return [
      { follow, more: 'around' as const, paths: looked },
      { follow, more: 'attributes' as const, paths: timed },
      { follow, more: '' as const, paths: others },
    ].filter(({ paths }) => paths.length > 0)
  })

const key = (path: string, follow: boolean): string => `${follow ? 'follow' : ''}\n${path}`

/*
 * A host starts a process for every question, and half of the questions are for what is at a path. So one stat(1) says
 * them all how things and the folders above them are, and one process each says the sums and the texts of what is in a
 * closed folder, and no link: nearly always all. The rest is walked one by one. No mark stands between texts: grep -z ends
 * each with a NUL, which no text holds, so no user of the host can put one into his.
 */
const files: Kind = {
  ask: (words) => {
    const asked = words.map(readWord)
    const groups = groupsOf(asked)
    const all = [...new Set(groups.flatMap(({ paths }) => paths))]
    const folders = foldersOf(all)
    const each = (paths: readonly string[], body: Sh): Sh =>
      paths.length === 0 ? sh`:` : sh`for path in ${paths}; do ${body}; done`
    const readOf = [false, true].map((follow) => pathsOf(asked, follow, 'text'))
    const ifFile = sh`case $files in *"$nl$path$nl"*) set -- "$@" "$path" ;; esac`
    const ifFar = (how: string, label: Sh): Sh =>
      sh`case $far in *"$nl$path$nl"*) ( lbprov_text "$path" ${how} ${label} || printf '!%s\0%s\0' ${label} "$why" ) ;; esac`
    return lines(
      sh`nl='
' code=0; known=$nl$(stat -c '%u/%A/%F/%U/%G/%a/%Z/%n' -- / ${folders} ${all} 2>/dev/null)$nl closed=$nl sticky=$nl files=$nl far=$nl
of() { found=\${known%%"/$1$nl"*}; found=\${found##*"$nl"}; }
case $known in "$nl"${closed}/*) closed=$nl$nl ;; esac
for path in ${folders}; do
case "$closed|$sticky" in *"$nl\${path%/*}$nl"*) of "$path"; case $path:$found in
*:${closed}/* | /proc/net:0/l*) closed=$closed$path$nl ;; *:${sticky}/*) sticky=$sticky$path$nl ;; esac ;; esac; done
is_plain() {
each=\${1%/*}
while :; do
case $closed in *"$nl$each$nl"*) break ;; esac
[ -n "$each" ] && [ ! -e "$each" ] && [ ! -L "$each" ] || return 1
each=\${each%/*}; done
[ ! -L "$1" ]
}
walk() { far=$far$1$nl; ( lbprov_state "$1" "$2" ); }
state() {
if ! is_plain "$1"; then walk "$1" "$2"
elif [ -e "$1" ]; then
of "$1"; case $found in */-*) case $found in 0/-????-??-?/*) files=$files$1$nl; echo regular ;; *) walk "$1" "$2"; found= ;; esac ;; esac
[ -z "$found" ] || printf 'there %s\n' "\${3:+\${found#*/*/}}"
elif [ "$3" = around ]; then lbprov_around "$1"; else echo absent; fi; echo .
}`,
      ...groups.map(({ follow, more, paths }) =>
        each(paths, sh`state "$path" ${follow ? 'follow' : ''} ${more}`),
      ),
      sh`set --`,
      each(summedOf(asked), ifFile),
      sh`[ $# = 0 ] || sha256sum -- "$@"
set --`,
      each([...new Set(readOf.flat())], ifFile),
      sh`[ $# = 0 ] || grep -azHZ -e '' -- "$@" || code=$?`,
      each(readOf[0] ?? [], ifFar('', sh`"$path"`)),
      each(readOf[1] ?? [], ifFar('follow', sh`">$path"`)),
      sh`printf 'end\0%s\0' $code`,
    )
  },
  cut: ({ out, raw = out, err }, words) => {
    const asked = words.map(readWord)
    const from = reader(raw)
    const targets = groupsOf(asked).flatMap(({ follow, paths }) =>
      paths.map((path) => ({ follow, path })),
    )
    const unclear = new AnswerError(
      `cannot look at ${targets.map(({ path }) => path).join(', ')}: ${err.trim() || 'no answer'}`,
    )
    const found = new Map<string, Found>()
    for (const { path, follow } of targets) {
      const state = readState(from)
      if (state === undefined) throw unclear
      found.set(key(path, follow), state)
    }
    for (const path of summedOf(asked)) {
      const states = [false, true].flatMap((follow) => found.get(key(path, follow)) ?? [])
      if (!states.some(({ isPlain }) => isPlain)) continue
      // A name with a backslash puts one before the sum.
      const sum = /^\\?([\da-f]{64}) /.exec(from.line() ?? '')?.[1]
      if (sum === undefined) throw unclear
      for (const follow of [false, true]) {
        const state = found.get(key(path, follow))
        if (state !== undefined) found.set(key(path, follow), { ...state, sum })
      }
    }
    const labels = [false, true].flatMap((follow) =>
      pathsOf(asked, follow, 'text').flatMap((path) => [path, `!${path}`, `>${path}`, `!>${path}`]),
    )
    const texts = readTexts(from.rest(), new Set(labels))
    // grep(1): 1, nothing in any of them; 2, not all could be read.
    if (texts === undefined || !['0', '1', '2'].includes(texts.get('end') ?? '')) throw unclear
    const textOf = (path: string, follow: boolean): Answer => {
      const label = follow && found.get(key(path, follow))?.isPlain !== true ? `>${path}` : path
      const why = texts.get(`!${label}`)
      const text = texts.get(label)
      const complaint = err.split('\n').find((line) => line.startsWith(`grep: ${path}: `))
      if (why !== undefined) return failed(why)
      if (text === undefined && complaint !== undefined) return failed(complaint)
      return said((text ?? '').replaceAll('\0', '\ufffd'))
    }
    return asked.map((each) =>
      answerTo(
        each,
        each.paths.flatMap((path) => found.get(key(path, each.follow)) ?? []),
        () => textOf(each.paths[0] ?? '', each.follow),
      ),
    )
  },
}

const alone = ({ what, follow, paths }: Asked): Sh => {
  const how = follow ? 'follow' : ''
  const [path = ''] = paths
  switch (what) {
    case 'look':
      return sh`lbprov_state ${path} ${how} | sed '/^sum /d; s|^there \(.*\)/[^/]*$|\1|'`
    case 'sum':
      return sh`lbprov_state ${path} ${how} | sed -n 's/^sum //p'`
    case 'sums':
      return sh`for path in ${paths}; do sum=$(lbprov_state "$path" ${how} | sed -n 's/^sum //p'); echo "\${sum:--}"; done`
    case 'times':
      return sh`for path in ${paths}; do time=$(lbprov_state "$path" ${how} | sed -n 's|^there .*/||p'); echo "\${time:-0}"; done`
    case 'text':
      return sh`lbprov_text ${path} ${how} '' || { printf '%s\n' "$why" >&2; exit 1; }`
  }
}

/**
 * A question about what is at a path of a host. A link is followed where only root can have laid it, or wherever it stands
 * with `follow`; where it is not, the answer says why (see walk.ts).
 */
export const question = (what: What, paths: readonly string[], follow = false): Sh => {
  const asked = { what, follow, paths }
  return together(files, wordOf(asked), alone(asked))
}
