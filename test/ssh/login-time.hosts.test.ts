import { expect, it } from 'vitest'

import type { Transport } from '../../src/inventory/cluster.ts'
import { timing } from '../../src/ssh/again.ts'
import { makeDial } from '../../src/ssh/dial.ts'
import { failure, nowhere, say, toy } from './scene.ts'

// A host whose sshd asks somebody else, who takes his time, for the keys of a user.
const host = await toy({
  name: 'lb1',
  sshd: 'AuthorizedKeysCommand /usr/local/bin/slow\nAuthorizedKeysCommandUser root\nAuthorizedKeysFile none',
})
host.write('/usr/local/bin/slow', '#!/bin/sh\nsleep 3\ncat /root/.ssh/authorized_keys\n')
host.run(['chmod', '755', '/usr/local/bin/slow'])
const wish = { ...host.ssh, connectTimeout: 2 }

it.each<Transport>(['ssh2', 'openssh'])(
  'connect_timeout ends where keys are exchanged: a login may take longer, by %s',
  async (transport) => {
    expect(await say({ ...wish, transport })).toBe('root\n')
  },
)

it('a login has a time of its own', async () => {
  const dial = makeDial(() => wish, undefined, nowhere, { ...timing, loginSeconds: 1 })
  expect(await failure(dial('lb1'))).toMatchInlineSnapshot(
    `"login: lb1 (127.0.0.1 port PORT) did not answer the login within 1 s. sshd there may wait for something itself: a name server, AuthorizedKeysCommand, PAM."`,
  )
})
