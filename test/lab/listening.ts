/** What has been heard so far, and who waits for the next of its kind. */
export interface Heard<Item> {
  readonly items: readonly Item[]
  readonly hear: (item: Item) => void
  /** The first one that fits, of those that are heard from now on. */
  readonly next: (fits: (item: Item) => boolean) => Promise<Item>
}

export const listening = <Item>(): Heard<Item> => {
  const items: Item[] = []
  const waiting = new Set<(item: Item) => void>()
  return {
    items,
    hear: (item) => {
      items.push(item)
      for (const tell of waiting) tell(item)
    },
    next: (fits) =>
      new Promise((resolve) => {
        const tell = (item: Item): void => {
          if (!fits(item)) return
          waiting.delete(tell)
          resolve(item)
        }
        waiting.add(tell)
      }),
  }
}
