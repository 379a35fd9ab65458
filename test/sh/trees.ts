import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, linkSync, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { readdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import fc from 'fast-check'

/** A user of the machine, whoever it is. */
export const user = 4000

/** What stands at one place of a tree. */
export type Node =
  | { readonly kind: 'nothing' | 'fifo' }
  | { readonly kind: 'folder' | 'file'; readonly owner: number; readonly mode: number }
  | { readonly kind: 'link'; readonly to: string; readonly absolute: boolean }
  | { readonly kind: 'hard'; readonly to: string }

const folders = ['d', 'd/e', 'd/e/g', 'h']
const leaves = ['d/x', 'd/e/x', 'd/e/g/x', 'h/x', 'y']

/** Every place of a tree that something may stand at, and some where nothing does. */
export const places = [...folders, ...leaves, 'd/e/new', 'd/new/deep']

const owner = fc.constantFrom(0, user)
const target = fc.constantFrom(...folders, ...leaves, '../away/secret', '../away', 'nowhere', '.')

const link = fc.record({
  kind: fc.constant('link' as const),
  to: target,
  absolute: fc.boolean(),
})
const folder = fc.record({
  kind: fc.constant('folder' as const),
  owner,
  mode: fc.constantFrom(0o755, 0o700, 0o775, 0o777, 0o1777),
})
const file = fc.record({
  kind: fc.constant('file' as const),
  owner,
  mode: fc.constantFrom(0o644, 0o600, 0o4755),
})
const hard = fc.record({
  kind: fc.constant('hard' as const),
  to: fc.constantFrom(...leaves, '../away/secret'),
})
const nothing = fc.record({ kind: fc.constant('nothing' as const) })
const fifo = fc.record({ kind: fc.constant('fifo' as const) })

const at = (names: readonly string[], node: fc.Arbitrary<Node>) =>
  fc.tuple(...names.map((name) => node.map((each) => [name, each] as const)))

/** A tree of folders, files, links, hard links and FIFOs of root and of a user, by their places. */
export const trees: fc.Arbitrary<readonly (readonly [string, Node])[]> = fc
  .tuple(
    at(
      folders,
      fc.oneof({ weight: 5, arbitrary: folder }, { weight: 2, arbitrary: link }, nothing),
    ),
    at(
      leaves,
      fc.oneof(
        { weight: 3, arbitrary: file },
        { weight: 3, arbitrary: link },
        { weight: 2, arbitrary: hard },
        fifo,
        folder,
        nothing,
      ),
    ),
  )
  .map(([some, others]) => [...some, ...others])

/** Builds a tree below a folder; what has no folder to be in, or nothing to be a name of, is not there. */
export const build = (root: string, tree: readonly (readonly [string, Node])[]): void => {
  const away = join(dirname(root), 'away')
  mkdirSync(away)
  writeFileSync(join(away, 'secret'), 'the secret', { mode: 0o600 })
  mkdirSync(root)
  const made = new Set(['.'])
  for (const [name, node] of tree) {
    const path = join(root, name)
    if (!made.has(dirname(name))) continue
    if (node.kind === 'folder') {
      mkdirSync(path)
      made.add(name)
    }
    if (node.kind === 'file') writeFileSync(path, `text of ${name}`)
    else if (node.kind === 'fifo') spawnSync('mkfifo', [path])
    else if (node.kind === 'link')
      symlinkSync(
        node.absolute
          ? join(root, node.to)
          : `${'../'.repeat(name.split('/').length - 1)}${node.to}`,
        path,
      )
    else if (node.kind === 'hard') {
      const to = join(root, node.to)
      const isThere = node.to.startsWith('..') || (made.has(dirname(node.to)) && !made.has(node.to))
      if (isThere && lstatSync(to, { throwIfNoEntry: false }) !== undefined) linkSync(to, path)
    }
    if (node.kind === 'folder' || node.kind === 'file') {
      chownSync(path, node.owner, node.owner)
      chmodSync(path, node.mode)
    }
  }
}

/** Everything below a folder, by its path: type, owner, mode, and what it holds. No link is followed. */
export const snapshot = (root: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
      const path = join(root, entry.name)
      const { mode, uid, gid } = lstatSync(path)
      const holds = entry.isFile()
        ? readFileSync(path, 'utf8')
        : entry.isSymbolicLink()
          ? readlinkSync(path)
          : ''
      const state = [path, [mode.toString(8), uid, gid, holds].join(' ')] as const
      return [state, ...(entry.isDirectory() ? snapshot(path) : [])]
    }),
  )

/** Where a path is by the rules of walk.ts, worked out in another way; undefined: it is not gone to. */
export interface Place {
  /** Its folder and its name there, links followed. */
  readonly path: string
  /** Nobody but root may change what stands in the folder. */
  readonly closed: boolean
  /** Folders that are not there, the first of them is to be made first. */
  readonly missing: readonly string[]
}

type Judged = 'closed' | 'sticky' | 'open'

const judged = (path: string): Judged => {
  const { uid, mode } = statSync(path)
  if (uid !== 0) return 'open'
  if ((mode & 0o022) === 0) return 'closed'
  return (mode & 0o1000) === 0 ? 'open' : 'sticky'
}

/** `follow`: any link; `name`: not the last one. */
export const placeOf = (path: string, how: '' | 'follow' | 'name' = ''): Place | undefined => {
  let here = '/'
  let trusted = true
  let links = 16
  const missing: string[] = []
  const rest = path.split('/').filter((each) => each !== '')
  for (;;) {
    const name = rest.shift()
    if (name === undefined) return { path: join(here, '.'), closed: false, missing: [] }
    if (name === '.') continue
    if (name === '..') {
      here = dirname(here)
      continue
    }
    const folderIs: Judged = trusted && missing.length === 0 ? judged(here) : 'open'
    const there = join(here, name)
    const found = missing.length > 0 ? undefined : lstatSync(there, { throwIfNoEntry: false })
    const isLast = rest.length === 0
    if (isLast && how === 'name') return { path: there, closed: folderIs === 'closed', missing }
    if (found?.isSymbolicLink() === true) {
      if (folderIs !== 'closed' && how !== 'follow') return undefined
      if ((links -= 1) === 0) return undefined
      const to = readlinkSync(there)
      if (to.startsWith('/')) {
        here = '/'
        trusted = true
      }
      rest.unshift(...to.split('/').filter((each) => each !== ''))
      continue
    }
    if (isLast)
      return { path: there, closed: missing.length === 0 && folderIs === 'closed', missing }
    if (found === undefined) {
      missing.push(there)
      here = there
      continue
    }
    if (!found.isDirectory()) return undefined
    if (folderIs === 'open' || (folderIs === 'sticky' && found.uid !== 0)) trusted = false
    here = there
  }
}

/** Whether a regular file may be read where it is. */
export const mayBeRead = ({ path, closed }: Place): boolean => {
  const { nlink, uid } = lstatSync(path)
  return closed || nlink === 1 || (uid !== 0 && uid === statSync(dirname(path)).uid)
}
