import { sh, type Sh } from './sh.ts'

/**
 * Ends a question with a sentence where one of the folders is there and is not root's: whose it is could put there what
 * he likes. For folders of the system, of which every file is asked about; it starts no process.
 */
export const rootsFolders = (folders: readonly string[]): Sh =>
  sh`for folder in ${folders}; do [ ! -e "$folder" ] || [ -O "$folder" ] || { echo "$folder is not root's, so nothing in it is believed; give it back to root (chown root $folder), see what stands in it, and run again" >&2; exit 1; }; done`
