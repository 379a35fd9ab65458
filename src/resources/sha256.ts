import { createHash } from 'node:crypto'

/** The sum that `sha256sum` prints: 64 hex digits. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
