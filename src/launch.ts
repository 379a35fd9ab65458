import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'

type Exports = Record<string, unknown>
type Wrapped = (
  exports: Exports,
  require: (id: string) => unknown,
  module: { exports: Exports },
  file: string,
  folder: string,
) => void

/** A chunk of the bundle as V8 has it. */
export interface Chunk {
  readonly script: Script
  /** What `cacheOf` says of it. */
  readonly cache: string
}

/**
 * Where the compiled form of a chunk is kept. By the sum of its text: V8 knows a text by its length alone, and would run the
 * old one in place of a mended one.
 */
export const cacheOf = (file: string, text: Buffer): string =>
  `${file}.${createHash('sha256').update(text).digest('hex').slice(0, 32)}.cache`

/**
 * A CommonJS text as `launch` reads it: one expression, in ASCII. V8 keeps a text for as long as it runs; it would double
 * it for one character beyond, and copy it to put the function around.
 * @throws Error for a character in a piece of shell that would no more be itself
 */
export const wrap = (text: string): string => {
  const [strange] = /\bsh`[^`]*[^\0-\x7f`][^`]*`/.exec(text) ?? []
  if (strange !== undefined) throw new Error(`only ASCII can stand in ${strange}`)
  const ascii = text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `(function (exports, require, module, __filename, __dirname) {${ascii}\n})`
}

const bytesOf = (file: string): Buffer | undefined => {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

/**
 * A run is over before much of what V8 does for the long run has paid. New objects get 16 MB at once instead of one that
 * doubles, and that a start fills again and again. And V8 11 (Node 20) optimises what has run through 66 KB of bytecode, on
 * another thread: a quarter of the CPU of a run. Fifteen times as long is still soon enough for a thousand hosts. Later
 * ones have Maglev before that, and no such flag. A V8 that nobody has tried is left as it is: it complains about a flag
 * that it does not know.
 */
const tuneForShortRuns = (): void => {
  const major = Number.parseInt(process.versions.v8, 10)
  if (major <= 14) setFlagsFromString('--semi-space-growth-factor=16')
  if (major === 11) setFlagsFromString('--interrupt-budget=1000000')
}

/**
 * Runs a CommonJS bundle of `npm run build`, each chunk as `wrap` makes it, with the compiled form that stands beside it:
 * most of what a start costs is V8 reading the same text again. One that another Node made is passed over by V8 itself
 * (vm.Script, cachedData), and the text is compiled; one that was made of another text is not looked at. A script is called
 * by its name in the bundle, which is the same wherever that stands: V8 keeps the name with the compiled form. `loaded` is
 * told of every chunk, for the build to write its compiled form.
 */
export const launch = (entry: string, loaded: (chunk: Chunk) => void = () => undefined): void => {
  // First: a compiled form is good for the flags that it was made with.
  tuneForShortRuns()
  const folder = dirname(entry)
  const own = createRequire(entry)
  const chunks = new Map<string, { exports: Exports }>()
  const load = (file: string): Exports => {
    const known = chunks.get(file)
    if (known !== undefined) return known.exports
    const module: { exports: Exports } = { exports: {} }
    chunks.set(file, module)
    const text = readFileSync(file)
    const cache = cacheOf(file, text)
    const cachedData = bytesOf(cache)
    const script = new Script(text.toString('latin1'), {
      filename: join(basename(folder), basename(file)),
      ...(cachedData && { cachedData }),
    })
    const run = script.runInThisContext() as Wrapped
    run(module.exports, need, module, file, folder)
    loaded({ script, cache })
    return module.exports
  }
  const need = (id: string): unknown => (id.startsWith('./') ? load(join(folder, id)) : own(id))
  load(entry)
}
