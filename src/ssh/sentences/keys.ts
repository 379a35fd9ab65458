import { cause } from '../../errors.ts'
import { quote } from '../../sh/sh.ts'
import { tameWord } from '../tame.ts'

export const unreadableKey = (file: string, code: string): string => `${file}: ${cause(code)}`
export const strangeKey = (file: string): string =>
  `${file}: not a key that lbprov can read (FIDO keys, sk-…, are not among them)`
export const publicKeyOnly = (file: string): string =>
  `${file}: a public key whose private half ssh-agent does not hold`
export const noPassphrase = (file: string): string =>
  `${file}: it is encrypted and nobody is there to give its passphrase; ssh-add ${quote(file)} puts it into the agent`
export const wrongPassphrase = (file: string): string => `${file}: three wrong passphrases`
export const deafAgent = (socket: string): string =>
  `ssh-agent at ${socket} does not answer; is SSH_AUTH_SOCK of an earlier session?`
export const agentKey = (comment: string | undefined): string =>
  `the agent's ${JSON.stringify(tameWord(comment ?? ''))}`
