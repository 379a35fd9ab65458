import { createHash } from 'node:crypto'

import { z } from 'zod'

import { AnswerError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { tameWord } from '../printable.ts'
import type { ManifestEntry } from '../resource.ts'
import type { Answer } from '../sh/answer.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'

/** A line of the manifest as it stands on a host. */
export interface Remembered extends ManifestEntry {
  /** Whose run wrote it: only a run of the same cluster and playbook may take it back. */
  readonly cluster: string
  readonly playbook: string
  /** Milliseconds since 1970 when that run began, and its place in the run: what came last goes first. */
  readonly since: readonly [number, number]
}

/** What lbprov itself left on a host: `/var/lib/lbprov`. */
export interface HostMemory {
  readonly manifest: readonly Remembered[]
  /** `records/NAME.json`, by name, as the tasks wrote them. */
  readonly records: Readonly<Record<string, string>>
}

const home = '/var/lib/lbprov'
export const manifestFolder = `${home}/manifest`
const manifest = manifestFolder
const records = `${home}/records`

/** Who was here, for whoever logs in there and wonders. */
export const hostJournal = `${home}/journal`

// Far more than lbprov leaves on any host: one that sends more is not well, or not honest.
const mostLines = 5000
const longestLine = 4_000_000
const longestRecord = 1_000_000

const word = z.string().max(10_000)

const remembered = z.strictObject({
  kind: word,
  id: word,
  wish: z.unknown(),
  before: z.unknown(),
  wrote: z.array(word).max(100),
  cluster: word,
  playbook: word,
  since: z.tuple([z.number(), z.number()]),
})

/**
 * `PATH:LINE` for each line of each file of a folder, and `PATH:` for one that is empty. Fails where one of them, or the
 * folder, cannot be read to its end.
 */
const everyLine = (folder: string): Sh =>
  sh`set --; for file in ${folder}/*.json; do
  if [ -f "$file" ]; then set -- "$@" "$file"; [ -s "$file" ] || echo "$file:"
  elif [ -e "$file" ] || [ -L "$file" ]; then echo "$file is no regular file" >&2; exit 2; fi; done
[ $# != 0 ] || { [ ! -e ${folder} ] || ls ${folder} >/dev/null; exit; }
grep -aH '' -- "$@"; code=$?; [ $code != 1 ] || code=0; exit $code`

/** Only whether it can be read: what stands in it is for people. */
const readable = (path: string): Sh =>
  sh`[ ! -e ${path} ] || { [ -f ${path} ] && { read -r line || [ -n "$line" ] || [ ! -s ${path} ]; } <${path}; } || { echo ${`${path} is no regular file`} >&2; exit 2; }`

export const memoryQuestions = {
  manifest: everyLine(manifest),
  records: everyLine(records),
  journal: readable(hostJournal),
}

type MemoryPart = keyof typeof memoryQuestions
type MemoryAnswers = Readonly<Record<MemoryPart, Answer>>

/** The names of the questions, in their order. */
export const memoryParts = Object.keys(memoryQuestions) as readonly MemoryPart[]

/** What could not be read is not taken for what is not there: a host would look as if lbprov had never been on it. */
const mustBeRead = (host: string, answers: MemoryAnswers): void => {
  for (const [what, { exit, err }] of Object.entries(answers)) {
    if (exit === 0) continue
    throw new AnswerError(
      `${host}: what lbprov remembers there cannot be read (its ${what}): ${tameWord(err) || `exit ${String(exit)}`}. Mend ${home} there, its disk or its rights, and run again; nothing was changed.`,
    )
  }
}

/** The text of each file by its name, without its ending: what stands in them has no line ends but between its words. */
const textsOf = (folder: string, said: string): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>()
  for (const line of said.split('\n')) {
    if (line === '') continue
    const ofFile = line.startsWith(`${folder}/`) ? line.slice(folder.length + 1) : ''
    // What no file can have said is kept as it is, for a reader to refuse.
    const [, name = line, text = line] = /^([^/:]*)\.json:(.*)$/s.exec(ofFile) ?? []
    texts.set(name, (texts.get(name) ?? '') + text)
  }
  return texts
}

const readLine = (host: string, line: string): Remembered => {
  const read = remembered.safeParse(line.length > longestLine ? undefined : parseJson(line))
  if (read.success) return read.data
  throw new AnswerError(
    `${host}: a file in ${manifest} is not as lbprov writes it ("${tameWord(line.slice(0, 60))}…"), so what lbprov did there is not known; move that file away and run again: what it told of will then stay on the host for good.`,
  )
}

/** @throws AnswerError for what cannot be read, and for a manifest or a record that no lbprov wrote */
export const readMemory = (host: string, answers: MemoryAnswers): HostMemory => {
  mustBeRead(host, answers)
  const lines = textsOf(manifest, answers.manifest.out)
  if (lines.size > mostLines)
    throw new AnswerError(
      `${host}: there are ${String(lines.size)} files in ${manifest}, far more than lbprov writes, so what it did there is not known; look there, and run again.`,
    )
  return {
    manifest: [...lines.values()].map((line) => readLine(host, line)),
    records: Object.fromEntries(
      [...textsOf(records, answers.records.out)].map(([name, text]) => [
        recordName(host, name, text),
        text,
      ]),
    ),
  }
}

const recordName = (host: string, name: string, text: string): string => {
  if (/^[\w-]{1,60}$/.test(name) && text.length <= longestRecord) return name
  throw new AnswerError(
    `${host}: ${records}/${tameWord(name.slice(0, 60))}.json is not as lbprov writes it; look there, move that file away, and run again.`,
  )
}

const fileOf = (id: string): string =>
  `${manifest}/${createHash('sha256').update(id).digest('hex').slice(0, 32)}.json`

// Enough for as many runs as may die one after the other between writing here and writing there.
const mostWrote = 16

/** What the manifest must say before a resource is changed; undefined: it says so already. */
export const toRemember = (
  entry: ManifestEntry,
  known: Remembered | undefined,
  run: Pick<Remembered, 'cluster' | 'playbook' | 'since'>,
): Remembered | undefined => {
  if (known === undefined) return { ...entry, ...run }
  const { cluster, playbook, since } = run
  const latest = known.wrote.at(-1)
  if (entry.wrote.every((word) => word === latest) && known.playbook === playbook) return undefined
  return {
    ...known,
    // How the host was found stays what it was; where it is taken back, it goes the way of its latest run.
    wish: entry.wish,
    wrote: [...known.wrote, ...entry.wrote].slice(-mostWrote),
    cluster,
    playbook,
    since,
  }
}

/** Writes lines of the manifest, each whole or not at all, and on the disk before anything else is done. */
export const remember = (entries: readonly Remembered[]): Sh =>
  lines(
    sh`umask 077; mkdir -p -m 700 ${manifest} || exit 1`,
    ...entries.map((entry) => {
      const file = fileOf(entry.id)
      return sh`printf '%s\n' ${JSON.stringify(entry)} > ${`${file}.new`} && { sync -- ${`${file}.new`} 2>/dev/null || sync; } && mv -f -- ${`${file}.new`} ${file} || { echo ${`${manifest} cannot be written, and nothing is changed that could not be taken back; is the disk full?`} >&2; exit 1; }`
    }),
    sh`sync ${manifest} 2>/dev/null || sync`,
  )

/** The command, and its line of the manifest gone once it succeeded. */
export const thenForget = (id: string, run: Sh): Sh =>
  lines(sh`( ${run}`, sh`)`, sh`code=$?; [ $code = 0 ] || exit $code`, sh`rm -f -- ${fileOf(id)}`)
