import { lines, type Case } from './case.ts'

/** What only ssh knows: lbprov takes its word. */
export const left: readonly Case[] = [
  { what: 'a port by the name of a service', config: lines('Port http') },
  { what: 'a home of somebody else', config: lines('IdentityFile ~daemon/key', 'Port 2222') },
  {
    what: 'a home of somebody else in Include',
    config: lines('Include ~daemon/no', 'HostName real'),
  },
  {
    what: 'a ProxyCommand behind ProxyJump none',
    config: lines('ProxyJump none', 'User ops', 'ProxyCommand false %h'),
  },
  { what: 'a token that there is none', config: lines('IdentityFile %z', 'HostName real') },
]

/** What neither of them reads. */
export const refused: readonly Case[] = [
  { what: 'an algorithm that there is none', config: lines('KexAlgorithms x') },
  { what: "an algorithm that there is none in the system's file", system: lines('MACs x=') },
  { what: 'a pattern of algorithms in the place of all', config: lines('Ciphers aes*') },
  { what: 'a word that is none of a list', config: lines('LogLevel loud') },
  { what: 'a keyword that there is none', config: lines('Host db1', 'Prot 22') },
  { what: 'a keyword that is ignored later', config: lines('Foo x', 'IgnoreUnknown foo') },
  {
    what: 'a keyword that is ignored later, where another host is meant',
    config: lines('Host db1', 'Foo x', 'IgnoreUnknown foo'),
  },
  {
    what: 'a keyword that is ignored for another',
    config: lines('Host db1', 'IgnoreUnknown foo', 'Host *', 'Foo x'),
  },
  { what: 'a condition of Match that there is none', config: lines('Match hots lb1', 'Port 1') },
  { what: 'a token of Match exec that there is none', config: lines('Match exec "test %z"') },
  { what: 'a port that there is none', config: lines('Host db1', 'Port 70000') },
  // Of what lbprov does without.
  ...[
    'ForwardAgent x%',
    'ForwardAgent ${NOBODY}',
    'ControlPath /tmp/%z',
    'LocalForward /tmp/%z /tmp/b',
    'RemoteForward /tmp/a /tmp/%z',
    'RemoteCommand echo %z',
  ].map((line) => ({ what: line, config: lines(line, 'HostName real') })),
]
