import { AnswerError } from '../errors.ts'
import type { Resource } from '../resource.ts'
import { sh } from '../sh/sh.ts'
import { controllerHere } from './run-info.ts'

/**
 * A precondition: the host is not the very machine that lbprov runs on, whatever it is called. For hosts that are only
 * remembered: what a router says is no reason to take the operator's own machine apart.
 */
export const anotherMachine: Resource = {
  kind: 'another_machine',
  id: 'another_machine',
  wish: '',
  // As `controllerHere` says it of this one.
  probe: {
    identity: sh`read -r boot </proc/sys/kernel/random/boot_id && echo "$boot.$(readlink /proc/self/ns/pid)"`,
  },
  files: [],
  judge: ({ identity }) => {
    if (identity?.out.trim() !== controllerHere()) return []
    throw new AnswerError(
      'is this very machine, on which lbprov runs, and what the routers remember is no reason to take it apart; nothing was changed. Let them forget it with --forget, or clean it from another machine.',
    )
  },
  remember: () => undefined,
}
