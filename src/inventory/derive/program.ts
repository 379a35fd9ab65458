import type { Program } from '../program.ts'
import type { ProgramWish } from '../schema/program.ts'
import { expand, type Origin } from './ssh.ts'

/** Where the routers have the scripts that lbprov ships. */
const SCRIPTS = '/etc/keepalived/scripts'

/** The last part of a script's path: its name on the routers. */
export const scriptName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The text of a script beside the inventory; undefined: it cannot be read. */
export const scriptText = (path: string, origin: Origin): string | undefined =>
  origin.source(expand(path, origin))

/** What keepalived starts. A script that cannot be read is empty here: a rule says so at its place. */
export const programOf = (wish: ProgramWish, origin: Origin): Program =>
  wish.script === undefined
    ? { shipped: undefined, words: wish.command ?? [] }
    : {
        shipped: scriptText(wish.script, origin) ?? '',
        words: [`${SCRIPTS}/${scriptName(wish.script)}`, ...wish.args],
      }
