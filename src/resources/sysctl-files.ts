import { lately } from '../lately.ts'

// The kernel puts tabs between numbers and a person puts spaces: both mean the same.
export const words = (text: string): string => text.trim().split(/\s+/).join(' ')

/** In the order in which a file wins over one of the same name in the folder before it (sysctl.d(5)). */
export const sysctlFolders = [
  '/usr/lib/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/run/sysctl.d',
  '/etc/sysctl.d',
] as const

/** A dot in an interface's name is a slash in the key, as sysctl.d(5) has it. */
export const procPath = (key: string): string =>
  `/proc/sys/${key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'))}`

/** The one spelling of a key. sysctl.d(5) takes both: the first separator says which of them separates. */
export const canonicalKey = (key: string): string =>
  /^[^.]*\//.test(key) ? key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.')) : key

/** What one line of a sysctl.d file sets; undefined: nothing. */
const settingIn = (line: string): { readonly key: string; readonly value: string } | undefined => {
  const [, name, value] = /^\s*-?([^=\s#;]+)\s*=(.*)$/.exec(line) ?? []
  return name === undefined || value === undefined
    ? undefined
    : { key: canonicalKey(name), value: words(value) }
}

const valueIn = (line: string, key: string): string | undefined => {
  const set = settingIn(line)
  return set?.key === key ? set.value : undefined
}

/** What a file's text sets `key` to in the end. */
export const lastValue = (text: string, key: string): string | undefined =>
  text
    .split('\n')
    .flatMap((line) => valueIn(line, key) ?? [])
    .at(-1)

export interface Setting {
  /** Without its folder. */
  readonly name: string
  readonly path: string
  readonly value: string
}

const linesOf = lately((found: string) =>
  found.split('\n').map((line) => {
    const colon = line.indexOf(':')
    const path = line.slice(0, colon)
    const name = path.slice(path.lastIndexOf('/') + 1)
    return { path, name, isHead: colon === line.length - 1, set: settingIn(line.slice(colon + 1)) }
  }),
)

/**
 * Where the saved files set `key`, the last word last. `found`: a line `PATH:` for each file, and
 * `PATH:LINE` for each of its lines, the folders in their order; the lines may all come last. `without`: a path that is passed over,
 * as if its file were not there.
 */
export const settings = (found: string, key: string, without?: string): readonly Setting[] => {
  const files = new Map<string, { path: string; value: string | undefined }>()
  // A file replaces every one of the same name in a folder before it, even if it is empty.
  for (const { path, name, isHead } of linesOf(found)) {
    if (isHead && path !== without) files.set(name, { path, value: undefined })
  }
  for (const { path, name, set } of linesOf(found)) {
    const file = files.get(name)
    if (file?.path === path && set?.key === key) file.value = set.value
  }
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { path, value }]) => (value === undefined ? [] : [{ name, path, value }]))
}

/** The name of the file in which lbprov keeps a key: whole files can be replaced and removed exactly. */
export const sysctlFileName = (key: string): string => `90-lbprov-${key.replaceAll('/', '.')}.conf`

export const sysctlFile = (key: string): string => `/etc/sysctl.d/${sysctlFileName(key)}`
