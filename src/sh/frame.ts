import { dirname } from 'node:path/posix'

import { onceEach } from '../once-each.ts'
import type { Answer } from './answer.ts'
import { quote, type Sh } from './sh.ts'
import { usualPath } from './usual-path.ts'
import { replacing, walking } from './walk.ts'

/**
 * What shows the host that the run is still there while its own process stands still: the kernel of its machine, which
 * probes the connection; nothing but the SSH in between, if that goes on; or a pipe, which ends with the process.
 */
export type Witness = 'kernel' | 'ssh' | 'pipe'

/** One piece of a script. */
export interface Step {
  readonly run: Sh
  /** What a person calls it; undefined: the first line of what it runs. */
  readonly name?: string
  /** Not begun once an earlier chained step of the same script has failed. */
  readonly chained?: boolean
  /**
   * A file that the shell itself has open as descriptor 9 from here on until it dies, if this step succeeds: for a lock
   * that goes with the shell. The step has the descriptor, and no other step, so that nothing it starts keeps the lock.
   * It finds the wire's Witness in $witness.
   */
  readonly holding?: string
}

/** How a shell ends that is none of POSIX's. */
export const wrongShellExit = 97

/*
 * csh and zsh do with a script what they like: csh goes on behind a syntax error, and in zsh `path` is PATH. So they end
 * before the first word of it that matters: to csh, $?shell is 1, and to others the last exit and a word.
 */
const onlySh = `test "$?shell" != 1 || exit ${String(wrongShellExit)}
[ -z "\${ZSH_VERSION-}" ] || [ "$(emulate)" = sh ] || exit ${String(wrongShellExit)}`

/*
 * A script is one function, called on its last line: when the connection drops half way, the shell has
 * read a function that is never called, and nothing has happened. Each step is an `eval` in a subshell,
 * so that neither a syntax error nor an `exit` silences the steps behind it; its stdin is empty, so that
 * it cannot eat the script. The mark, fresh for every script, is printed on both streams, so that stdout
 * and stderr of each step are known apart.
 */
const preamble = (mark: string): string => `${onlySh}
lbprov() {
LC_ALL=C PATH=${usualPath}; export LC_ALL PATH
umask 022; cd /; chain=0
lbprov_mark() { printf '\\n%s %s\\n' ${mark} "$1"; printf '\\n%s %s\\n' ${mark} "$1" >&2; }
lbprov_mark begin`

const isOwn = (folder: string): string => {
  const at = quote(folder)
  return `{ [ ! -e ${at} ] || [ -O ${at} ] || { echo ${quote(`${folder} is not root's own folder`)} >&2; false; }; }`
}

/*
 * Its folder must be root's own, or what is opened could be any file of the host. A file that is not there yet is made in a
 * subshell first: a shell may end over a redirection of its own that fails.
 */
const open = (path: string): string =>
  `${isOwn(dirname(path))} && { [ -f ${quote(path)} ] && [ -w ${quote(path)} ] || ( umask 077; mkdir -p ${quote(dirname(path))} && : >>${quote(path)} ) </dev/null 9>&-; } && command exec 9>>${quote(path)}`

// Most hosts are asked the same.
const plain = onceEach((run: Sh): string => `( eval ${quote(run.text)} ) </dev/null 9>&-; c=$?`)

const held = ({ run }: Step, path: string, witness: Witness): string =>
  `if ${open(path)}; then ( witness=${witness}; eval ${quote(run.text)} ) </dev/null; c=$?; [ $c = 0 ] || exec 9>&-; else c=1; fi`

const step = (each: Step, witness: Witness): string => {
  const { chained, holding } = each
  const body = holding === undefined ? plain(each.run) : held(each, holding, witness)
  return chained === true
    ? `if [ $chain = 0 ]; then ${body}; chain=$c; else c=skipped; fi; lbprov_mark "$c"`
    : `${body}; lbprov_mark "$c"`
}

/** So many questions in a row are worth a process that gathers what they say. */
const many = 16

const onlyAsks = ({ chained, holding }: Step): boolean => chained !== true && holding === undefined

/**
 * sshd sends what a shell writes as it comes, in a packet of its own for every word, and each costs both ends more than
 * the word is worth. So the answers of many questions go through dd(1), which sends them by 32 KB. Their marks on stderr
 * do not: by these it is known how far a host has come.
 */
const gathered = (steps: readonly Step[], witness: Witness): string => {
  const all = steps.map((each) => step(each, witness)).join('\n')
  return steps.length < many ? all : `{\n${all}\n} 9>&- | dd ibs=4096 obs=32768 9>&- 2>/dev/null`
}

/** The functions of walk.ts, for steps that call them. */
const functionsFor = (steps: readonly Step[]): readonly string[] => {
  const calls = (word: string): boolean => steps.some(({ run }) => run.text.includes(word))
  return [
    ...(calls('lbprov_') ? [walking.text] : []),
    ...(calls('lbprov_begin') || calls('lbprov_remove') ? [replacing.text] : []),
  ]
}

/** Runs of steps that only ask, and each other step for itself. */
const runsOf = (steps: readonly Step[]): readonly (readonly Step[])[] => {
  const runs: Step[][] = []
  for (const [n, each] of steps.entries()) {
    const before = steps[n - 1]
    if (before !== undefined && onlyAsks(before) && onlyAsks(each)) runs.at(-1)?.push(each)
    else runs.push([each])
  }
  return runs
}

/**
 * The steps as one script for any POSIX shell's stdin. `mark` is a word that no output holds: 128 random
 * bits in hex.
 */
export const pack = (steps: readonly Step[], mark: string, witness: Witness = 'ssh'): string =>
  [
    preamble(mark),
    ...functionsFor(steps),
    ...runsOf(steps).map((run) => gathered(run, witness)),
    'lbprov_mark end',
    '}',
    'lbprov',
    '',
  ].join('\n')

/** Each stream holds this once a packed script has begun. */
export const beginMark = (mark: string): string => `\n${mark} begin\n`

/** Both streams hold this once a packed script has ended. */
export const endMark = (mark: string): string => `\n${mark} end\n`

/** What a stream holds where the script itself comes back. */
export const echoed = (mark: string): string => `${mark} "$1"; printf`

/** What a stream holds where both come as one, over a terminal too. */
export const merged = (mark: string): readonly string[] =>
  ['\n', '\r\n'].map((end) => `${mark} begin${end}${end}${mark} begin`)

const split = (stream: string, mark: string): readonly string[] | undefined => {
  // The first piece is what the login shell itself had to say; the last is what stands behind the end.
  const pieces = stream.split(`\n${mark} `)
  const begin = pieces.findIndex((piece) => piece.startsWith('begin\n'))
  return begin === -1 ? undefined : pieces.slice(begin)
}

const afterFirstLine = (piece: string): string => piece.slice(piece.indexOf('\n') + 1)
const withoutNuls = (text: string): string => text.replaceAll('\0', '\ufffd')
const firstLine = (piece: string): string => piece.slice(0, piece.indexOf('\n'))

/** How many steps have ended, by what has come on stderr so far. */
export const stepsEnded = (err: string, mark: string): number =>
  Math.max(0, (split(err, mark)?.length ?? 0) - 1)

/**
 * The answers in the order of the steps; `undefined` for a step that was not begun. The list is shorter
 * than the steps when the streams end early: what is missing may or may not have happened.
 */
export const unpack = (
  streams: { readonly out: string; readonly err: string },
  mark: string,
): readonly (Answer | undefined)[] => {
  const out = split(streams.out, mark) ?? []
  const err = split(streams.err, mark) ?? []
  const answers: (Answer | undefined)[] = []
  for (const [n, closing] of out.entries()) {
    if (n === 0) continue
    // Cut inside the mark's own line: its number may be only a part of it.
    if (!closing.includes('\n')) break
    const code = firstLine(closing)
    if (code === 'end') break
    if (code === 'skipped') {
      answers.push(undefined)
      continue
    }
    const raw = afterFirstLine(out[n - 1] ?? '')
    answers.push({
      exit: Number(code),
      out: withoutNuls(raw),
      err: withoutNuls(afterFirstLine(err[n - 1] ?? '')),
      ...(raw.includes('\0') && { raw }),
    })
  }
  return answers
}
