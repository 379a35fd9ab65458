/** What a text says as JSON; undefined where it is none: a schema then says what is wanted instead. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
