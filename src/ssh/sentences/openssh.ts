import { cause, type ReachError } from '../../errors.ts'
import { quote } from '../../sh/sh.ts'
import type { Hop } from '../hop.ts'
import { nameOf } from '../known-hosts.ts'
import { tameWord } from '../../printable.ts'
import { keyCauses } from './login.ts'
import { said } from './said.ts'
import { list, reach } from './words.ts'

const install = 'Install OpenSSH (openssh-client, openssh-clients), or use ssh.transport: ssh2.'

export const noOpenssh = (hop: Hop, code: string): ReachError =>
  reach(
    hop,
    'connect',
    `is reached by this machine's ssh, which cannot be run: ${cause(code)}. ${install}`,
  )

export const strangeSsh = (hop: Hop, banner: string): ReachError =>
  reach(
    hop,
    'connect',
    `is reached by this machine's ssh, which is not OpenSSH: ssh -V says ${JSON.stringify(tameWord(banner))}. ${install}`,
  )

export const oldOpenssh = (hop: Hop, version: number, oldest: number): ReachError =>
  reach(
    hop,
    'connect',
    `is reached by this machine's ssh, which is OpenSSH ${String(version)} and must be ${String(oldest)} or later. Update it, or use ssh.transport: ssh2.`,
  )

export const keepsNoKeys = (hop: Hop, file: string, code: string): ReachError =>
  reach(
    hop,
    'host key',
    `may be new, and its key could not be added to ${file}: ${cause(code)}. Make that file one that you can write, or name another with ssh.user_known_hosts_file.`,
  )

/** It could be taken for something else than it is. */
export const unfitWord = (hop: Hop, keyword: string): ReachError =>
  reach(
    hop,
    'connect',
    `cannot be reached by this machine's ssh: its ${keyword} has a character that no ssh_config can hold (a quote, a backslash, a %, a control character, or none at all). Use another, or ssh.transport: ssh2.`,
  )

export const ended = (hop: Hop, text: string): ReachError =>
  reach(hop, 'connect', `could not be reached: this machine's ssh gave up.${said(text)}`)

export const proxyEnded = (hop: Hop, text: string): ReachError =>
  reach(
    hop,
    'connect',
    `could not be reached: its ProxyCommand (${tameWord(hop.ssh.proxyCommand ?? '')}) ended before it spoke SSH.${said(text)}`,
  )

export const noCommonWords = (hop: Hop, what: string): ReachError =>
  reach(
    hop,
    'connect',
    `and this machine's ssh have nothing in common: ${tameWord(what)}. Update the older of the two; KexAlgorithms, HostKeyAlgorithms, Ciphers and MACs of ssh_config allow what is old.`,
  )

const firstFile = ({ ssh }: Hop): string => ssh.userKnownHostsFiles[0] ?? 'a known_hosts file'

export const unknown = (hop: Hop, kind: string): ReachError => {
  const type = tameWord(kind)
  const { host, port } = hop.ssh
  return reach(
    hop,
    'host key',
    `shows an ${type} key, which no known_hosts file holds. Compare what these two print, here and on its own console, and add the line to ${firstFile(hop)} for ${nameOf(hop.ssh)}:\nssh-keyscan -t ${type.toLowerCase()} -p ${String(port)} ${quote(hop.at ?? host)}\ncat /etc/ssh/ssh_host_${type.toLowerCase()}_key.pub`,
  )
}

export const changed = (
  hop: Hop,
  kind: string,
  fingerprint: string,
  place?: string,
): ReachError => {
  const file = place?.replace(/:\d+$/, '') ?? firstFile(hop)
  return reach(
    hop,
    'host key',
    `shows the ${tameWord(kind)} key ${tameWord(fingerprint)}, while ${tameWord(place ?? file)} holds another. Somebody may stand between; if the host was installed anew, forget the old key and run again:\nssh-keygen -R ${quote(nameOf(hop.ssh))} -f ${quote(file)}`,
  )
}

/** CheckHostIP. `name`: of the address. */
export const otherAddress = (hop: Hop, name: string, file: string, line: string): ReachError =>
  reach(
    hop,
    'host key',
    `shows a key that is right for its name, while ${tameWord(file)}:${line} holds another for its address (CheckHostIP in ssh_config). Somebody may answer in its name; if another host had the address before, forget that key and run again:\nssh-keygen -R ${quote(tameWord(name))} -f ${quote(tameWord(file))}`,
  )

export const revoked = (hop: Hop, text: string): ReachError =>
  reach(
    hop,
    'host key',
    `shows a key that is marked as revoked. Give the host a new key: ssh-keygen -A makes those that are missing.${said(text, 'ssh')}`,
  )

export const distrusted = (hop: Hop, text: string): ReachError =>
  reach(
    hop,
    'host key',
    `shows a key that this machine's ssh does not believe.${said(text, 'ssh')}`,
  )

export const refusedLogin = (hop: Hop, offers: readonly string[], text: string): ReachError => {
  const known = offers.filter((each) => each !== '').map(tameWord)
  const offer = known.length === 0 ? '' : ` (it offers ${list(known)})`
  const trial = `ssh -v ${quote(`${hop.ssh.user}@${hop.ssh.name}`)}`
  const causes = known.includes('publickey') ? keyCauses(hop, known) : ''
  return reach(
    hop,
    'login',
    `refuses the login of ${hop.ssh.user}: it takes nothing that this machine's ssh has${offer}. ${trial} shows what that is; ssh.identity_file names a key.${said(text, 'ssh')}${causes}`,
  )
}

export const unanswered = (hop: Hop, question: string): ReachError =>
  reach(
    hop,
    'login',
    `was not logged in to: nobody answered ${JSON.stringify(tameWord(question))}.`,
  )
