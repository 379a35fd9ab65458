import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** A fenced block of a how-to: `ts PATH` is a file, `diff PATH` lines to be added to one, `sh` commands. */
interface Block {
  readonly language: string
  readonly path: string
  readonly text: string
}

const blocks = (document: string): readonly Block[] =>
  [...document.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(
    ([, language = '', path = '', text = '']) => ({ language, path, text }),
  )

/** @throws Error when the lines between which to add are not there, or not only once */
const add = (before: string, difference: string): string => {
  const lines = difference.split('\n').filter((line) => line !== '')
  const text = (some: readonly string[]): string =>
    some.map((line) => `${line.slice(1)}\n`).join('')
  const context = text(lines.filter((line) => line.startsWith(' ')))
  if (before.split(context).length !== 2) throw new Error(`not once in the file:\n${context}`)
  return before.replace(context, () => text(lines))
}

/** A copy of the repository in which a how-to was followed word for word. */
export interface Copy {
  readonly folder: string
  /** The how-to's commands, in order. */
  readonly commands: readonly string[]
  /** Runs a command there, and gives what it printed when it failed. */
  readonly run: (command: string) => string
}

const ownCopy = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lbprov-follow-'))
  for (const path of [
    ...['src', 'test/resources', 'test/sh', 'test/toy'],
    ...['package.json', 'tsconfig.json', 'vitest.config.ts'],
  ]) {
    cpSync(join(repository, path), join(folder, path), { recursive: true })
  }
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Follows a document of docs/ in a copy. */
export const follow = (document: string): Copy => {
  const folder = ownCopy()
  const commands: string[] = []
  for (const { language, path, text } of blocks(
    readFileSync(join(repository, 'docs', document), 'utf8'),
  )) {
    if (language === 'sh') {
      commands.push(...text.trim().split('\n'))
    } else {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, language === 'diff' ? add(readFileSync(file, 'utf8'), text) : text)
    }
  }
  return {
    folder,
    commands,
    run: (command) => {
      // As at a prompt: without what the test around it has told its own processes.
      const env = Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST)/.test(name)),
      )
      const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
        cwd: folder,
        env,
        encoding: 'utf8',
      })
      return status === 0 ? '' : `${command}: exit ${String(status)}\n${stdout}${stderr}`
    },
  }
}
