import { lines, type Case } from './case.ts'

export const ways: readonly Case[] = [
  { what: 'HostName with tokens', config: lines('HostName %h.%%.Example') },
  { what: 'HostName an address', config: lines('HostName 127.1') },
  {
    what: 'HostName an address of another family than is asked for',
    config: lines('HostName 127.1', 'AddressFamily inet6'),
  },
  {
    what: 'HostName an IPv6 address of another family than is asked for',
    config: lines('HostName FE80:0::1', 'AddressFamily INET'),
  },
  { what: 'HostName an IPv6 address', config: lines('HostName FE80:0::1') },
  { what: 'HostName an IPv6 address in its one spelling', config: lines('HostName 2001:DB8::1') },
  {
    what: 'IdentityFile collects, each once',
    config: lines(
      'IdentityFile ~/a',
      'IdentityFile /b',
      'IdentityFile ~/a',
      'Host lb1',
      'IdentityFile "/c d"',
    ),
  },
  {
    what: 'IdentityFile with tokens',
    config: lines(
      'HostName real',
      'HostKeyAlias ALI',
      'IdentityFile %d/%h-%n-%k-%p-%r-%u-%i-%l-%L-%C-%%',
    ),
    login: 'ops',
    port: 7,
  },
  {
    what: 'IdentityFile with the environment',
    config: lines('IdentityFile ${LB_KEYS}/a', 'IdentityFile ~/${LB_KEYS}'),
    env: { LB_KEYS: '/keys' },
  },
  { what: 'IdentityFile none', config: lines('IdentityFile none') },
  {
    what: 'IdentityFile none among others',
    config: lines('IdentityFile /a', 'IdentityFile NONE', 'IdentitiesOnly yes'),
  },
  {
    what: 'CertificateFile',
    config: lines(
      'CertificateFile ~/%r-cert.pub',
      'CertificateFile ${LB_KEYS}/b',
      'IdentityFile /a',
    ),
    env: { LB_KEYS: '/keys' },
  },
  { what: 'IdentityAgent a path', config: lines('IdentityAgent ~/%h.sock') },
  { what: 'IdentityAgent none', config: lines('IdentityAgent none') },
  {
    what: 'IdentityAgent of another variable',
    config: lines('IdentityAgent $LB_AGENT'),
    env: { LB_AGENT: '/agent' },
  },
  {
    what: 'IdentityAgent with the environment',
    config: lines('IdentityAgent ${LB_AGENT}/%n'),
    env: { LB_AGENT: '/agent' },
  },
  {
    what: 'ProxyCommand with tokens, quotes and a comment',
    config: lines('HostName real', 'ProxyCommand false "%h" %n:%p %r %k %% # %h'),
    login: 'ops',
    port: 7,
  },
  {
    what: 'ProxyCommand none',
    config: lines('ProxyCommand none', 'ProxyCommand false', 'ProxyJump a'),
  },
  { what: 'ProxyCommand before ProxyJump', config: lines('ProxyCommand false', 'ProxyJump a') },
  { what: 'ProxyJump before ProxyCommand', config: lines('ProxyJump a', 'ProxyCommand false') },
  { what: 'ProxyJump none', config: lines('ProxyJump none', 'ProxyJump a') },
  {
    what: 'ProxyJump none before ProxyCommand',
    config: lines('ProxyJump none', 'ProxyCommand false x'),
  },
  {
    what: 'ProxyJump of several hops, and a comment',
    config: lines('ProxyJump u@a:2201,b,c@[2001:db8::1]:22 # d'),
  },
  { what: 'ProxyJump an ssh:// address', config: lines('ProxyJump a,ssh://u@b:2222') },
  {
    what: 'several known_hosts files',
    config: lines(
      'UserKnownHostsFile ~/a "b c" %d/%h ${LB_KEYS}/k',
      'GlobalKnownHostsFile /x "/y z"',
      'UserKnownHostsFile /later',
    ),
    env: { LB_KEYS: '/keys' },
  },
  {
    what: 'a comment in the place of known_hosts files',
    config: lines('UserKnownHostsFile # none', 'UserKnownHostsFile /k'),
  },
  {
    what: 'no known_hosts file',
    config: lines('UserKnownHostsFile none', 'GlobalKnownHostsFile NONE'),
  },
]
