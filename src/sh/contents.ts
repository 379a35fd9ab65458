import { AnswerError } from '../errors.ts'
import { sh, together, type Kind, type Sh } from './sh.ts'

/*
 * A host starts a process for every question, and half of the questions are for what a file holds. So one cat(1) says
 * them all, with a word between them that no file holds: the kernel makes it up at every boot (random(4)).
 */
const seal = '/proc/sys/kernel/random/boot_id'
const sealed = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\n/

const noFile = (path: string): string => `${path} is no regular file\n`

const files: Kind = {
  ask: (paths) => sh`set --
for path in ${paths}; do
  if [ -f "$path" ]; then set -- "$@" "$path" ${seal}; echo file
  elif [ -e "$path" ]; then echo other; else echo absent; fi
done
[ $# = 0 ] || exec cat -- ${seal} "$@"`,
  cut: ({ out, err }, paths) => {
    const states = out.split('\n', paths.length)
    const rest = out.slice(states.join('\n').length + 1)
    const [mark = ''] = sealed.exec(rest) ?? []
    // The first piece stands before the first seal, and the last behind the last.
    const texts = mark === '' ? [] : rest.split(mark).slice(1, -1)
    const files = states.filter((state) => state === 'file').length
    const others = states.filter((state) => state === 'absent' || state === 'other').length
    if (files + others !== paths.length || texts.length !== files) {
      throw new AnswerError(`cannot read ${paths.join(', ')}: ${err.trim() || 'no answer'}`)
    }
    const complaints = err.split('\n')
    const left = [...texts]
    return paths.map((path, n) => {
      if (states[n] === 'absent') return { exit: 0, out: '', err: '' }
      if (states[n] !== 'file') return { exit: 1, out: '', err: noFile(path) }
      const text = left.shift() ?? ''
      const complaint = text === '' ? complaints.find((line) => line.includes(path)) : undefined
      return complaint === undefined
        ? { exit: 0, out: text, err: '' }
        : { exit: 1, out: '', err: `${complaint}\n` }
    })
  },
}

/** What a file holds: nothing where there is none. Exit code 1: it is there and cannot be read, or is no file. */
export const contents = (path: string): Sh =>
  together(
    files,
    path,
    sh`[ ! -f ${path} ] || exec cat -- ${path}; [ ! -e ${path} ] || { echo ${noFile(path).trim()} >&2; exit 1; }`,
  )
