import { question } from './file-questions.ts'
import type { Sh } from './sh.ts'

/**
 * What a file holds: nothing where there is none. Exit code 1: it is there and cannot be read, is no file, or is where a user
 * of the host may put what he likes (walk.ts); stderr says why. `follow`: a link is followed wherever it stands.
 */
export const contents = (path: string, follow = false): Sh => question('text', [path], follow)
