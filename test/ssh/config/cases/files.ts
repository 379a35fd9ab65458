import { lines, type Case } from './case.ts'

export const files: readonly Case[] = [
  {
    what: 'Include of a path',
    config: lines('Include @/a', 'Port 2'),
    files: { a: lines('Port 1', 'User u') },
  },
  {
    what: 'Include of a pattern, in order',
    config: lines('Include @/d/*.conf'),
    files: {
      'd/b.conf': 'User b\nPort 2\n',
      'd/a.conf': 'User a\n',
      'd/B.conf': 'User B\n',
      'd/.h.conf': 'Port 3\n',
      'd/c': 'Port 4\n',
    },
  },
  {
    what: 'Include with a class of letters',
    config: lines('Include @/[!a-b]? "@/[a]1"'),
    files: { a1: 'IdentityFile /a1\n', b1: 'IdentityFile /b1\n', c1: 'IdentityFile /c1\n' },
  },
  {
    what: 'Include of several words, and what is not there',
    config: lines('Include @/no @/a "@/with blank" @/no*'),
    files: { a: 'User a\n', 'with blank': 'Port 1\n' },
  },
  {
    what: 'Include of a folder',
    config: lines('Include @/d', 'Port 1'),
    files: { 'd/a': 'User a\n' },
  },
  {
    what: 'Include in Include',
    config: lines('Include @/a'),
    files: { a: lines('Include @/b', 'Port 2'), b: lines('Port 1') },
  },
  {
    what: 'Include inside a Host that fits',
    config: lines('Host lb*', 'Include @/a', 'Port 5'),
    files: { a: lines('User a', 'Host db1', 'Port 4') },
  },
  {
    what: 'Include inside a Host that does not',
    config: lines('Host db*', 'Include @/a', 'Host *', 'Port 5'),
    files: { a: lines('User a', 'Host *', 'Port 4', 'Match all', 'BindAddress 192.0.2.1') },
  },
  {
    what: 'Include does not open what it stands in',
    config: lines('Host lb1', 'Include @/a', 'Port 5'),
    files: { a: lines('Host db1', 'User no') },
  },
]
