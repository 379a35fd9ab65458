/** What strace is told to note: everything that could carry a word out of a process and leave it somewhere. */
const noted = [
  ...['execve', 'write', 'pwrite64', 'writev', 'openat', 'creat', 'umask', 'chmod', 'fchmod'],
  ...['fchmodat', 'mknodat', 'clone', 'clone3', 'fork', 'vfork'],
]

/** strace in front of a command: every process below it, whole words, whole environments, paths for descriptors. */
export const strace = (file: string, ...more: readonly string[]): readonly string[] => [
  ...['strace', '-f', '-qq', '-y', '-v', '-s', '1000000', ...more],
  ...['-e', `trace=${noted.join(',')}`, '-o', file],
]

/** One system call, as strace wrote it. */
export interface Call {
  readonly pid: string
  readonly name: string
  readonly text: string
  /** The file that its first descriptor stands for: `/etc/x`, `pipe:[12]`, `/dev/ptmx`. */
  readonly on: string | undefined
}

/** A call during which other processes made theirs is two lines; it stands where it began. */
const wholeLines = (trace: string): readonly string[] => {
  const lines: string[] = []
  const begun = new Map<string, number>()
  for (const line of trace.split('\n')) {
    const [, pid = '', start] = /^(\d+) +(.*) <unfinished \.\.\.>$/.exec(line) ?? []
    const [, of = '', rest = ''] = /^(\d+) +<\.\.\. \w+ resumed>(.*)/.exec(line) ?? []
    const at = begun.get(of)
    if (start !== undefined) begun.set(pid, lines.length)
    if (at === undefined) lines.push(start === undefined ? line : `${pid} ${start}`)
    else {
      lines[at] = `${lines[at] ?? ''}${rest}`
      begun.delete(of)
    }
  }
  return lines
}

export const callsOf = (trace: string): readonly Call[] =>
  wholeLines(trace).flatMap((text) => {
    const [, pid, name] = /^(\d+) +(\w+)/.exec(text) ?? []
    if (pid === undefined || name === undefined) return []
    return [{ pid, name, text, on: /^\d+ +\w+\(\d+<([^>]*)>/.exec(text)?.[1] }]
  })

/** The files in which text stays that a process writes; pipes, sockets, terminals and memory are not among them. */
export const filesHolding = (
  calls: readonly Call[],
  holds: (text: string) => boolean,
): readonly { readonly on: string; readonly at: number }[] => {
  const pipes = calls.flatMap(({ text }) => /"(?:[^"]*\/)?([^"]+)", S_IFIFO/.exec(text)?.[1] ?? [])
  return calls.flatMap(({ on, text }, at) => {
    if (on === undefined || !holds(text)) return []
    if (/^(pipe|socket|anon_inode):|^\/dev\/|^\/memfd:/.test(on)) return []
    return pipes.includes(on.slice(on.lastIndexOf('/') + 1)) ? [] : [{ on, at }]
  })
}

/** The umask of the process that made the `at`-th call, by what it or its parents said before. */
const umaskAt = (calls: readonly Call[], at: number): number => {
  const pid = calls[at]?.pid ?? ''
  const said = calls
    .slice(0, at + 1)
    .findLast((call) => call.pid === pid && / umask\(\d/.test(call.text))
  const mask = / umask\((\d+)/.exec(said?.text ?? '')?.[1]
  if (mask !== undefined) return parseInt(mask, 8)
  // The parent may be told of its child after the child has begun.
  const born = calls.findIndex(
    ({ name, text }) => /^(clone3?|v?fork)$/.test(name) && text.endsWith(` = ${pid}`),
  )
  return born === -1 ? 0o022 : umaskAt(calls, born)
}

/**
 * The modes that a file had before the n-th call, from when it was made: those that it was made with, and each that it
 * was given since.
 */
export const modesBefore = (
  calls: readonly Call[],
  path: string,
  before: number,
): readonly number[] =>
  calls.slice(0, before).flatMap(({ name, text }, n) => {
    if (!text.includes(`"${path}"`) && !text.includes(`<${path}>`)) return []
    const made = /O_CREAT[^,]*, (0\d+)[) ]/.exec(text)?.[1]
    if (name === 'openat' && made !== undefined) return [parseInt(made, 8) & ~umaskAt(calls, n)]
    const given = /^f?chmod(?:at)?$/.test(name) ? /, (0\d+)/.exec(text)?.[1] : undefined
    return given === undefined ? [] : [parseInt(given, 8)]
  })
