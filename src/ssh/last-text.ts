/** The end of a text that comes in pieces, however many there are. */
export interface LastText {
  readonly add: (piece: string) => void
  /** At most so many characters of it. */
  readonly text: () => string
}

/** Nothing is copied for a piece: what is too old goes once there is as much again. */
export const makeLast = (most: number): LastText => {
  let older = ''
  let newer = ''
  return {
    add: (piece) => {
      newer += piece
      if (newer.length < most) return
      older = newer.slice(-most)
      newer = ''
    },
    text: () => (older + newer).slice(-most),
  }
}

/** Whole lines of a stream; of one that never ends only the last characters are kept. */
export const byLine = (most: number, tell: (line: string) => void): ((bytes: Buffer) => void) => {
  let open = makeLast(most)
  return (bytes) => {
    const [first = '', ...others] = bytes.toString('utf8').split('\n')
    open.add(first)
    for (const next of others) {
      tell(open.text())
      open = makeLast(most)
      open.add(next)
    }
  }
}
