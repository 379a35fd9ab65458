import { lines, type Case } from './case.ts'

export const words: readonly Case[] = [
  {
    what: 'double quotes, single quotes, backslashes',
    config: lines('User "a b"', "HostKeyAlias 'x'\\''y'", 'BindAddress a\\ b\\"c\\\\d\\e'),
  },
  { what: 'quotes in the middle of a word', config: lines('User a"b c"d', 'Po"rt" 23') },
  { what: 'a quote inside the other', config: lines(`User "it's"`, `HostKeyAlias 'say "x"'`) },
  { what: 'a line that begins with an open quote', config: lines('"Port 22', 'User u') },
  {
    what: 'equals signs',
    config: lines(
      'Port=23',
      'User = ops',
      'HostName =real',
      'BindAddress= 192.0.2.1',
      'ProxyCommand=false a=b',
    ),
  },
  {
    what: 'blanks, tabs and form feeds',
    config: '\t Port \t 23 \t\f\n  User\tops\r\n\tIdentityFile  "/a b"\t/#c \r\n'.replace(
      '\t/#c',
      '',
    ),
  },
  { what: 'CRLF', config: 'Host lb1\r\nPort 23\r\nUser ops\r\nProxyCommand false x\r\n' },
  { what: 'a # within a word', config: lines('User a#b #c', 'IdentityFile /x#y') },
  {
    what: 'keywords in any case',
    config: lines('pORT 23', 'USER ops', 'host LB1', 'Port 1', 'hOST lb1', 'hostkeyALIAS Foo'),
  },
  {
    what: 'older keywords',
    config: lines(
      'IdentityFile2 /a',
      'ChallengeResponseAuthentication no',
      'DSAAuthentication no',
      'PubkeyAcceptedKeyTypes ssh-ed25519',
      'ProtocolKeepAlives 4',
    ),
  },
  {
    what: 'former keywords are passed over',
    config: lines('Protocol 2', 'UseRoaming no', 'Cipher 3des', 'RSAAuthentication yes', 'Port 23'),
  },
  {
    what: 'IgnoreUnknown',
    config: lines('IgnoreUnknown use*,Foo', 'UseKeychain yes', 'foo "bar" baz', 'Port 23'),
  },
  {
    what: 'IgnoreUnknown in a Host that fits',
    config: lines('Host lb1', 'IgnoreUnknown foo', 'Host db1', 'Foo x', 'Host *', 'Port 23'),
  },
]
