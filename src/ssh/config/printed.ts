import { lastJumpIn } from './kinds.ts'
import { optionOf } from './options.ts'
import type { Setting } from './parse.ts'
import type { Resolved } from './resolve.ts'
import { Collected } from './settings.ts'

/** Expanded before they are printed: what looks like a token there is none. */
const expanded: readonly string[] = ['HostName', 'IdentityAgent', 'UserKnownHostsFile']

/** Printed where nothing says it, by names and in an order that change from one version to the next. */
const isDefaultKey = (path: string): boolean => /^~\/\.ssh\/id_[a-z\d_]+$/.test(path)

/** What OpenSSH has by default, where lbprov has something else; and what it was asked with. */
const unsaid: Readonly<Record<string, string>> = {
  ConnectTimeout: 'none',
  ServerAliveInterval: '0',
  SessionType: 'none',
}
const isUnsaid = ({ option: { name }, rest }: Setting): boolean => unsaid[name] === rest

const settingIn = (line: string, file: string, n: number): Setting | undefined => {
  const [, keyword = '', printed = ''] = /^(\S+) (.*)$/.exec(line) ?? []
  const option = optionOf(keyword)
  if (option === undefined) return undefined
  const rest = expanded.includes(option.name) ? printed.replaceAll('%', '%%') : printed
  // A blank within a name cannot be told from one between two.
  const words = option.kind === 'files' ? rest.split(' ') : [rest]
  return { option, words, rest, place: { file, line: n + 1, column: 1 }, own: true }
}

/** What `ssh -G` prints of a host, as if a file had said it. */
export const printedOf = (text: string, name: string): Resolved => {
  const file = `ssh -G ${name}`
  const all = text.split('\n').flatMap((line, n) => settingIn(line, file, n) ?? [])
  const keys = all.filter(({ option }) => option.name === 'IdentityFile')
  // Whoever names one of them names not all of them.
  const usual = keys.length > 3 && keys.every(({ rest }) => isDefaultKey(rest))
  const settings = new Collected()
  for (const setting of all)
    if (!isUnsaid(setting) && !(usual && keys.includes(setting))) settings.add(setting)
  const word = (option: string): string | undefined => settings.first.get(option)?.words[0]
  return {
    settings,
    connection: {
      name,
      host: word('HostName')?.replaceAll('%%', '%') ?? name,
      port: Number(word('Port') ?? '22'),
      user: word('User') ?? '',
      hostKeyAlias: word('HostKeyAlias'),
      jump: lastJumpIn(word('ProxyJump') ?? 'none'),
    },
  }
}
