import { lines, type Case } from './case.ts'

export const blocks: readonly Case[] = [
  { what: 'no line at all', config: '' },
  { what: 'comments and blank lines', config: lines('# Port 1', '', '   ', '\t# x', 'Port 2 # 3') },
  { what: 'the first value wins', config: lines('User a', 'Port 2201', 'User b', 'Port 2202') },
  {
    what: 'Host with several patterns',
    config: lines('Host db? lb*', 'Port 1', 'Host lb?', 'User u'),
  },
  { what: 'Host negated, in front', config: lines('Host !lb1 *', 'Port 1', 'Host *', 'Port 2') },
  { what: 'Host negated, behind', config: lines('Host * !lb1', 'Port 1', 'Host *', 'Port 2') },
  { what: 'Host negated alone', config: lines('Host !db1', 'Port 1') },
  { what: 'the case counts in Host', config: lines('Host LB1', 'Port 1', 'Host lb1', 'Port 2') },
  { what: 'a name typed in capitals', config: lines('Host LB1', 'Port 1'), host: 'LB1' },
  { what: 'Host with quotes and a comment', config: lines('Host "lb1" # db1', 'Port 1') },
  { what: 'Host takes no comma list', config: lines('Host db1,lb1', 'Port 1') },
  {
    what: 'Host closes what Host opened',
    config: lines('Host db1', 'Port 1', 'Host *', 'User u', 'Port 2'),
  },
  { what: 'Match host, in any case', config: lines('Match host LB*,!LB2', 'Port 1') },
  {
    what: 'Match host sees HostName',
    config: lines('HostName real.%h', 'Match host real.*', 'Port 1', 'Match host lb1', 'User no'),
  },
  {
    what: 'Match originalhost',
    config: lines(
      'HostName real',
      'Match originalhost lb1',
      'Port 1',
      'Match originalhost real',
      'User no',
    ),
  },
  { what: 'Match user, by the file', config: lines('User ops', 'Match user ops', 'Port 1') },
  {
    what: 'Match user, by -l',
    config: lines('Match user ops', 'Port 1', 'User never'),
    login: 'ops',
  },
  {
    what: 'Match user, a list with a negation',
    config: lines('Match user !ops,*', 'Port 1', 'Match user *,!root', 'Port 2'),
    login: 'ops',
  },
  {
    what: 'the case counts in Match user',
    config: lines('Match user OPS', 'Port 1'),
    login: 'ops',
  },
  {
    what: 'Match localuser',
    config: lines('Match localuser root', 'Port 1', 'Match localuser ops', 'User no'),
  },
  {
    what: 'Match exec',
    config: lines('Match exec true', 'Port 1', 'Match exec "exit 3"', 'User no'),
  },
  {
    what: 'Match exec with tokens',
    config: lines(
      'HostName real',
      'Match exec "test %h-%n-%p-%r-%u-%k = real-lb1-7-ops-root-real"',
      'Compression yes',
      'BindAddress 192.0.2.1',
    ),
    login: 'ops',
    port: 7,
  },
  {
    what: 'Match !exec',
    config: lines('Match !exec false', 'Port 1', 'Match !exec true', 'User no'),
  },
  {
    what: 'Match exec behind what does not hold',
    config: lines(
      'Match host db1 exec "echo ran > @/ran"',
      'Port 1',
      'Match exec "test -e @/ran"',
      'User no',
    ),
  },
  { what: 'Match all', config: lines('Host db1', 'Match all', 'Port 1') },
  { what: 'Match !all', config: lines('Match !all', 'Port 1') },
  { what: 'Match with one condition and all', config: lines('Match host lb1 all', 'Port 1') },
  { what: 'Match with =', config: lines('Match host=lb1 user=root', 'Port 1') },
  {
    what: 'Match with !host',
    config: lines('Match !host db*', 'Port 1', 'Match !host lb*', 'User no'),
  },
  {
    what: 'Match final',
    config: lines('Match final', 'Port 1', 'Host *', 'Port 2', 'HostName real'),
  },
  {
    what: 'Host in the final pass',
    config: lines('HostName Real', 'Host real', 'User found', 'Match final', 'Port 1'),
  },
  {
    what: 'Match host in the final pass',
    config: lines(
      'HostName real',
      'Match final host real',
      'User found',
      'Match final originalhost lb1',
      'Port 1',
    ),
  },
  {
    what: 'lists in the final pass',
    config: lines('IdentityFile /a', 'UserKnownHostsFile /k', 'Match final', 'IdentityFile /b'),
  },
  { what: 'Match !final', config: lines('Match !final', 'Port 1') },
  { what: 'Match canonical, where nothing is', config: lines('Match canonical', 'Port 1') },
  {
    what: 'Match canonical, in a pass for another',
    config: lines('Match canonical all', 'Port 1', 'Match final', 'User u'),
  },
]
