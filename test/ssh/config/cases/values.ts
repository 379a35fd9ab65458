import { lines, type Case } from './case.ts'

export const values: readonly Case[] = [
  {
    what: 'times',
    config: lines('ConnectTimeout 1m30s', 'ServerAliveInterval 2H', 'ServerAliveCountMax 7'),
  },
  {
    what: 'times of weeks and days',
    config: lines('ConnectTimeout 1w2d3', 'ServerAliveInterval 0'),
  },
  {
    what: 'a time of none is not said yet',
    config: lines('ConnectTimeout none', 'ConnectTimeout 5', 'ServerAliveInterval none'),
  },
  {
    what: 'algorithms in the place of the defaults',
    config: lines(
      'Ciphers aes256-ctr,aes128-ctr',
      'MACs hmac-sha2-256',
      'KexAlgorithms curve25519-sha256',
      'HostKeyAlgorithms ssh-ed25519,ssh-ed25519',
      'PubkeyAcceptedAlgorithms rsa-sha2-512',
    ),
  },
  {
    what: 'algorithms with +',
    config: lines(
      'Ciphers +aes128-cbc,3des-cbc',
      'MACs +hmac-md5,umac-64@openssh.com',
      'KexAlgorithms +diffie-hellman-group1-sha1',
      'HostKeyAlgorithms +ssh-rsa',
      'PubkeyAcceptedAlgorithms +ssh-rsa',
    ),
  },
  {
    what: 'algorithms with -',
    config: lines(
      'Ciphers -aes*',
      'MACs -*etm*,umac-64@openssh.com',
      'KexAlgorithms -diffie*,!diffie-hellman-group14*',
      'HostKeyAlgorithms -*cert*',
      'PubkeyAcceptedAlgorithms -no*',
    ),
  },
  {
    what: 'algorithms with ^',
    config: lines(
      'Ciphers ^aes256-ctr,aes128-cbc',
      'MACs ^hmac-sha2-512',
      'KexAlgorithms ^curve25519-sha256,curve25519-sha256',
      'HostKeyAlgorithms ^ecdsa-*',
    ),
  },
  {
    what: 'yes, no, true and false, in any case',
    config: lines(
      'IdentitiesOnly YES',
      'HashKnownHosts true',
      'PasswordAuthentication False',
      'KbdInteractiveAuthentication no',
      'PubkeyAuthentication TRUE',
    ),
  },
  {
    what: 'BatchMode',
    config: lines('BatchMode yes', 'ServerAliveInterval 9', 'NumberOfPasswordPrompts 1'),
  },
  { what: 'PubkeyAuthentication in part', config: lines('PubkeyAuthentication host-bound') },
  { what: 'the highest port', config: lines('Port 65535') },
  { what: 'a port by its service', config: lines('Port ssh') },
  { what: 'a port with a sign', config: lines('Port +23') },
  { what: '-p and -l win', config: lines('Port 1', 'User a'), login: 'ops', port: 7 },
  { what: 'HostKeyAlias', config: lines('HostKeyAlias Some.Name') },
  ...['yes', 'no', 'ask', 'off', 'accept-new', 'TRUE', 'Accept-New'].map((word) => ({
    what: `StrictHostKeyChecking ${word}`,
    config: lines(`StrictHostKeyChecking ${word}`, 'StrictHostKeyChecking yes'),
  })),
  {
    what: 'AddressFamily and BindAddress',
    config: lines('AddressFamily INET6', 'BindAddress ::1'),
  },
  {
    what: 'PreferredAuthentications',
    config: lines('PreferredAuthentications publickey,keyboard-interactive'),
  },
  {
    what: 'options that a run does without',
    config: lines(
      'ForwardAgent /run/%u/%h',
      'ForwardX11 no',
      'ControlMaster auto',
      'ControlPath ~/%r@%h:%p-%C',
      'ControlPersist 10m',
      'SendEnv LANG LC_*',
      'SetEnv A=b',
      'LocalForward 1234 localhost:80',
      'RemoteForward 4321 localhost:80',
      'DynamicForward 1080',
      'Compression yes',
      'LogLevel ERROR',
      'AddKeysToAgent confirm 5m',
      'EscapeChar none',
      'IPQoS af21 cs1',
      'RekeyLimit 1G 1h',
      'VisualHostKey yes',
      'UpdateHostKeys ask',
      'TCPKeepAlive no',
      'Port 23',
    ),
  },
]
