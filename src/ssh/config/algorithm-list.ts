import { fits, fitsList } from './patterns.ts'

/** The names of a list, without what stands in front of it. */
export const namesIn = (list: string): readonly string[] =>
  list
    .replace(/^[+^-]/, '')
    .split(',')
    .filter((name) => name !== '')

/**
 * A list of algorithms as ssh_config(5) says it: `+` appends to the defaults, `-` takes from them, `^` puts in front of
 * them, anything else stands in their place. Names may be patterns: of `all`, which are those that exist.
 */
export const applyAlgorithms = (
  said: string,
  defaults: readonly string[],
  all: readonly string[] = defaults,
): readonly string[] => {
  const names = namesIn(said)
  if (said.startsWith('-')) {
    const gone = names.join(',')
    return defaults.filter((name) => !fitsList(name, gone, false))
  }
  // A name without a star is meant as it stands, known or not.
  const known = [...new Set([...all, ...defaults])]
  const meant = names.flatMap((name) =>
    /[*?]/.test(name) ? known.filter((each) => fits(each, name)) : [name],
  )
  if (said.startsWith('+')) return [...new Set([...defaults, ...meant])]
  if (said.startsWith('^')) return [...new Set([...meant, ...defaults])]
  return [...new Set(meant)]
}
