import type { Answer } from '../sh/answer.ts'
import { contents } from '../sh/contents.ts'
import { lines, sh, type Sh } from '../sh/sh.ts'
import { sumsOf, timesOf } from './file-look.ts'

/** A file that a daemon reads when it starts or reloads. */
export interface LoadedFile {
  readonly path: string
  /** The sum of the text that is wished; undefined: whatever is there. */
  readonly sha256?: string | undefined
}

const noteOf = (name: string): string => `/run/lbprov/${name}.loaded`

/**
 * Sets `run`, which run of the unit this is, and `since`, when it began, in seconds since 1970: the boot,
 * and the clock ticks from there to its process's start (proc(5)), which are a hundredth of a second to whoever asks,
 * whatever the kernel's own are (time(7)). A unit without a process has only systemd's own clock.
 */
const currentRun = (name: string): Sh => sh`pid=0; entered=0
for word in $(systemctl show -p MainPID -p InactiveExitTimestampMonotonic ${name}); do
case $word in MainPID=*) pid=\${word#*=} ;; Inactive*=*) entered=\${word#*=} ;; esac; done
{ read -r stat <"/proc/$pid/stat"; } 2>/dev/null || stat=; set -- \${stat##*) }
started=\${20-}; tick=100
boot=$(grep '^btime ' /proc/stat); boot=\${boot#* }; run=; since=
if [ -n "$started" ]; then run=$pid-$started; since=$((boot + started / tick))
elif [ "$entered" != 0 ]; then run=0-$entered; since=$((boot + entered / 1000000)); fi`

export const loadedQuestions = (
  name: string,
  paths: readonly string[],
): Readonly<Record<'files' | 'changed' | 'daemon' | 'note', Sh>> => ({
  files: sumsOf(paths),
  changed: timesOf(paths),
  daemon: lines(currentRun(name), sh`echo "$run $since"`),
  // What lbprov noted when it last had the daemon read its files.
  note: contents(noteOf(name)),
})

const firstWords = ({ out }: Answer): readonly string[] =>
  out
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((word) => word !== '')

/** The files of which the unit's current run has read another text than the wished one, or may have. */
export const staleFiles = (
  loads: readonly LoadedFile[],
  answers: Readonly<Record<'files' | 'changed' | 'daemon' | 'note', Answer>>,
): readonly LoadedFile[] => {
  const [run, since] = answers.daemon.out.trim().split(' ')
  const [noted, ...notes] = firstWords(answers.note)
  const files = firstWords(answers.files)
  const changes = firstWords(answers.changed)
  return loads.filter(({ sha256 }, n) => {
    // A run that lbprov did not note has read what was there when it began. Both are whole seconds, so
    // what was changed within the same one may have come after.
    const before = Number(changes[n]) < Number(since ?? Number.NaN)
    const loaded = run !== '' && noted === run ? notes[n] : before ? files[n] : undefined
    return loaded === undefined || loaded !== (sha256 ?? files[n])
  })
}

/** The word that `noting` put behind the sums of so many files, where the note is about the unit's current run. */
export const notedWord = (
  files: number,
  { daemon, note }: Readonly<Record<'daemon' | 'note', Answer>>,
): string | undefined => {
  const [run] = daemon.out.trim().split(' ')
  const [noted, ...notes] = firstWords(note)
  return run !== '' && noted === run ? notes[files] : undefined
}

/**
 * Sets `ran`: the checksum of the text of the first file that the unit's current run has read; empty: not known. A run
 * that lbprov did not note has read the text that was there when it began. That is the text of `copy` where the copy was
 * made after that moment (ctime), of a file last changed before it (mtime).
 */
export const readByRun = (name: string, copy: string): Sh => sh`${currentRun(name)}
noted= ran= rest=; { read -r noted; read -r ran rest; } 2>/dev/null <${noteOf(name)}
if [ "$noted" != "$run" ]; then
ran=; set -- $(stat -c '%Y %Z' -- ${copy} 2>/dev/null)
if [ $# = 2 ] && [ -n "$since" ] && [ "$1" -lt "$since" ] && [ "$2" -gt "$since" ]; then ran=$(sha256sum <${copy}); ran=\${ran%% *}; fi
fi`

/**
 * Runs a command that has the unit read its files, and notes what it read. The sums are taken before:
 * should a file change in between, the note is wrong in the safe direction, and the next run reloads.
 * `word`: what is to be noted behind the sums, which it finds in $sums.
 */
export const noting = (
  name: string,
  paths: readonly string[],
  command: Sh,
  word: Sh = sh`''`,
): Sh =>
  lines(
    sh`sums=$(${sumsOf(paths)})`,
    command,
    currentRun(name),
    sh`umask 077; mkdir -p /run/lbprov && printf '%s\n' "$run" "$sums" ${word} > ${noteOf(name)}`,
  )

/** Whatever the daemon has read by now, nobody knows. */
export const forgetNote = (name: string): Sh => sh`rm -f ${noteOf(name)}`
