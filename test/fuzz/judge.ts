import { LbprovError } from '../../src/errors.ts'
import { printable } from '../../src/printable.ts'
import type { Target } from './targets.ts'

const unsafe = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/u

// A sentence with all that a host said is no sentence. A plan may be as long as what it is about.
const longestMessage = 30_000
const longestPlan = (text: string): number => 200_000 + 20 * text.length

const where = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const line = error.stack?.split('\n').find((each) => each.includes('/src/')) ?? ''
  return `${error.name}: ${error.message.slice(0, 80)} ${line.trim().replace(/^.*\/src\//, 'src/')}`
}

/** What is wrong with how a target read a text, in a line that is the same for the same fault; undefined: nothing. */
export const fault = ({ read }: Target, text: string): string | undefined => {
  let shown = ''
  let longest = longestPlan(text)
  const before = process.cpuUsage()
  try {
    shown = read(text)
  } catch (error) {
    if (!(error instanceof LbprovError)) return `threw ${where(error)}`
    // As main.ts and the screens print it.
    shown = printable(error.message)
    longest = 6 * longestMessage
  }
  const { user, system } = process.cpuUsage(before)
  if (user + system > 2_000_000) return 'more than two seconds of CPU'
  if (unsafe.test(shown)) return 'shows what a terminal obeys'
  return shown.length > longest ? 'shows more than anybody reads' : undefined
}
