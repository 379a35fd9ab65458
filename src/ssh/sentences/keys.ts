import { quote } from '../../sh/sh.ts'
import { tameWord } from '../../printable.ts'

const openssh = "which only the system's ssh can show: ssh.transport: openssh"

/** `why`: in words. */
export const unreadableKey = (file: string, why: string): string => `${file}: ${why}`
export const strangeKey = (file: string): string => `${file}: not a key that lbprov can read`
export const securityKey = (file: string): string =>
  `${file}: a security key (FIDO, sk-…), ${openssh}`
export const certificate = (file: string): string => `${file}: a certificate, ${openssh}`
export const exposedKey = (file: string, mode: number): string =>
  `${file}: others may read it (mode ${mode.toString(8).padStart(4, '0')}), so it is no secret and OpenSSH ignores it too; chmod 600 ${quote(file)}`
export const publicKeyOnly = (file: string): string =>
  `${file}: a public key whose private half ssh-agent does not hold`
export const unacceptedKey = (shown: string, type: string): string =>
  `${shown}: its type, ${tameWord(type)}, is not among those that may be shown to this host (PubkeyAcceptedAlgorithms in ssh_config)`

export const askPassphrase = (file: string, again: boolean): string =>
  again ? `That was not it. Passphrase for ${file}: ` : `Passphrase for ${file}: `
export const noPassphrase = (file: string): string =>
  `${file}: it is encrypted and nobody is there to give its passphrase; ssh-add ${quote(file)} puts it into the agent`
export const wrongPassphrase = (file: string): string => `${file}: three wrong passphrases`

export const deafAgent = (socket: string): string =>
  `ssh-agent at ${socket} does not answer; is SSH_AUTH_SOCK of an earlier session?`
export const agentKey = (comment: string): string =>
  `the agent's ${JSON.stringify(tameWord(comment))}`
/** `type`: one that ssh2 does not know. */
export const strangeAgentKey = (shown: string, type: string): string => {
  if (type.startsWith('sk-')) return `${shown}: a security key (FIDO, sk-…), ${openssh}`
  return type.includes('-cert-v')
    ? `${shown}: a certificate, ${openssh}`
    : `${shown}: not a key that lbprov knows (${tameWord(type)})`
}
/** Told to a person while an agent takes its time. */
export const agentAsks = (shown: string): string =>
  `Waiting for ${shown} to sign: does the agent ask something in a window, or is there a key to be touched?`
export const agentRefuses = (shown: string, why: string): string =>
  `${shown}: the host would take it, but the agent does not sign with it (${tameWord(why)}); where it asks first (ssh-add -c), somebody has to say yes`
