/** Several resources read the same answer of a host, one behind the other: what it was read as last is kept. */
export const lately = <Read>(read: (text: string) => Read): ((text: string) => Read) => {
  let last: { readonly text: string; readonly read: Read } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, read: read(text) }
    return last.read
  }
}
