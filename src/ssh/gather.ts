/**
 * Whether a word has come yet, however many pieces it comes in. Every byte is looked at once, and nothing is made for a
 * piece: a host says most things in small ones.
 */
export const makeFinder = (word: string): ((bytes: Buffer) => boolean) => {
  const sought = Buffer.from(word)
  const overlap = sought.length - 1
  // The last bytes that may be the beginning of the word, and behind them the first of the next piece.
  const seam = Buffer.alloc(2 * overlap)
  let kept = 0
  let found = false
  return (bytes) => {
    if (found) return true
    found = bytes.length > overlap && bytes.includes(sought)
    const end = kept + bytes.copy(seam, kept, 0, Math.min(bytes.length, overlap))
    found ||= kept > 0 && seam.subarray(0, end).includes(sought)
    if (bytes.length < overlap) {
      const from = Math.max(0, end - overlap)
      seam.copyWithin(0, from, end)
      kept = end - from
    } else {
      bytes.copy(seam, 0, bytes.length - overlap)
      kept = overlap
    }
    return found
  }
}

/** One stream of an answer, kept as it comes until its end mark has come. */
export interface Gathered {
  /** Bytes so far. */
  readonly size: number
  readonly complete: boolean
  add(bytes: Buffer): void
  /** What has come, as UTF-8. */
  text(): string
}

/** Where bytes can be cut so that no character is: a byte that begins one ends the one before it. */
const wholeCharacters = (bytes: Buffer): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) return bytes.length - back
    if (byte < 0x80) break
  }
  return bytes.length
}

const smallest = 4096
const largest = 2 ** 20

/**
 * Bytes are copied together: a host that sends them one by one costs no more memory than one that does not. What was
 * made text once is not kept as bytes.
 */
export const gather = (endMark: string): Gathered => {
  const ends = makeFinder(endMark)
  let full: Buffer[] = []
  let block: Buffer = Buffer.alloc(0)
  let used = 0
  let text = ''
  let size = 0
  let complete = false
  return {
    get size() {
      return size
    },
    get complete() {
      return complete
    },
    add: (bytes) => {
      size += bytes.length
      complete = ends(bytes)
      for (let taken = 0; taken < bytes.length;) {
        if (used === block.length) {
          if (used > 0) full.push(block)
          block = Buffer.allocUnsafe(Math.min(largest, Math.max(smallest, size)))
          used = 0
        }
        const copied = bytes.copy(block, used, taken)
        used += copied
        taken += copied
      }
    },
    text: () => {
      const pieces = [...full, block.subarray(0, used)]
      full = []
      let rest: Buffer = Buffer.alloc(0)
      for (let next = pieces.shift(); next !== undefined; next = pieces.shift()) {
        const piece = rest.length === 0 ? next : Buffer.concat([rest, next])
        const end = wholeCharacters(piece)
        text += piece.toString('utf8', 0, end)
        rest = piece.subarray(end)
      }
      block = Buffer.from(rest)
      used = block.length
      return text + block.toString('utf8')
    },
  }
}
