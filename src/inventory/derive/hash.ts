import { createHash } from 'node:crypto'

/** A number from 0 to below `size` that depends on the words and on nothing else. */
export const numberFrom = (words: readonly (string | number)[], size: number): number =>
  // A name holds no slash, so two lists of words are never one text.
  createHash('sha256').update(words.join('/')).digest().readUInt32BE(0) % size
