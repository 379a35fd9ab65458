import { cause, type ReachError } from '../../errors.ts'
import type { Hop } from '../hop.ts'
import { reach } from './words.ts'

/** Whoever runs lbprov is not who should. */
export const anotherUser = (hop: Hop, wished: string): ReachError =>
  reach(
    hop,
    'login',
    `is to be set up by ${wished}, and ${hop.ssh.user} runs lbprov. Run it as ${wished}, or get root's rights with ssh.become: true.`,
  )

export const noLocalShell = (hop: Hop, code: string): ReachError =>
  reach(hop, 'shell', `has no /bin/sh that can be run: ${cause(code)}.`)
