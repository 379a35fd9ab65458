/** One stream of an answer, kept as it comes until its end mark has come. */
export interface Gathered {
  /** Bytes so far. */
  readonly size: number
  readonly complete: boolean
  add(bytes: Buffer): void
  /** What has come, as UTF-8. */
  text(): string
}

/** Every byte is looked at once, however many pieces it comes in. */
export const gather = (endMark: string): Gathered => {
  const end = Buffer.from(endMark)
  const pieces: Buffer[] = []
  let size = 0
  let complete = false
  let seam: Buffer = Buffer.alloc(0)
  return {
    get size() {
      return size
    },
    get complete() {
      return complete
    },
    add: (bytes) => {
      pieces.push(bytes)
      size += bytes.length
      const bridge = Buffer.concat([seam, bytes.subarray(0, end.length)])
      complete ||= bytes.includes(end) || bridge.includes(end)
      const last = bytes.length < end.length ? Buffer.concat([seam, bytes]) : bytes
      seam = last.subarray(Math.max(0, last.length - end.length + 1))
    },
    text: () => Buffer.concat(pieces).toString('utf8'),
  }
}
