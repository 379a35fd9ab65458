import { lines, type Case } from './case.ts'

export const tops: readonly Case[] = [
  {
    what: "the user's file wins over the system's",
    user: lines('Port 1', 'IdentityFile /a'),
    system: lines('Port 2', 'User sys', 'IdentityFile /a', 'IdentityFile /b'),
  },
  {
    what: 'Include is relative to ~/.ssh and to /etc/ssh',
    user: lines('Include d/*', 'Include ~/.ssh/e'),
    system: lines('Include ssh_config.d/*.conf', 'User late'),
    files: {
      'home/.ssh/d/a': 'Port 1\n',
      'home/.ssh/e': 'HostKeyAlias e\n',
      'etc/ssh_config.d/a.conf': 'User sys\nPort 2\n',
    },
  },
  {
    what: 'Include in a file of -F is relative to ~/.ssh too',
    config: lines('Include d/*'),
    system: '',
    files: { 'home/.ssh/d/a': 'Port 1\n' },
  },
  {
    what: "IgnoreUnknown of the user's file covers the system's",
    user: lines('IgnoreUnknown foo'),
    system: lines('Foo x', 'Port 3'),
  },
  {
    what: 'Match final over both files',
    user: lines('Match final', 'User last'),
    system: lines('HostName real', 'Host real', 'Port 3'),
  },
  {
    what: 'only a system-wide file',
    system: lines('Host lb*', 'Port 3', 'GSSAPIAuthentication yes'),
  },
  {
    what: "-F leaves the system's file out",
    config: lines('User u'),
    system: lines('Port 3'),
  },
]
