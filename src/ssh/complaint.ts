import type { ReachError } from '../errors.ts'
import type { Attempt } from './attempt.ts'
import type { Hop } from './hop.ts'
import * as say from './sentences.ts'
import type { Offers } from './their-offers.ts'

/** How far a connection has come. */
export type Progress = 'connecting' | 'greeting' | 'login'

export type Wrong = Error & { readonly code?: string | number; readonly level?: string }

/** The sentence about what ssh2 or the socket says. `theirs`: what the host said of itself. */
export const complaint = (
  hop: Hop,
  progress: Progress,
  attempt: Attempt,
  error: Wrong,
  theirs: Pick<Offers, 'last' | 'greeted' | 'words'>,
): ReachError => {
  const { message } = error
  const code = String(error.code ?? message)
  if (error.level === 'client-authentication') return say.refused(hop, attempt)
  if (progress === 'connecting') {
    return /^(ENOTFOUND|EAI_)/.test(code) ? say.notFound(hop) : say.notReached(hop, code)
  }
  if (message.includes('Connection lost before handshake')) return say.hungUp(hop, theirs.words())
  const unlike = /^Handshake failed: no matching (.*)$/.exec(message)
  if (unlike !== null) return say.noAgreement(hop, unlike[1] ?? '', theirs.last() ?? [])
  if (progress !== 'login') {
    const early = code === 'ECONNRESET' && !theirs.greeted()
    return early ? say.hungUp(hop, theirs.words()) : say.garbled(hop, 'connect', message)
  }
  if (attempt.waiting) return say.tooLate(hop)
  return typeof error.code === 'number'
    ? say.refused(hop, attempt, message)
    : say.garbled(hop, 'login', message)
}
