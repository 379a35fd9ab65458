import { afterAll, beforeAll, expect, it } from 'vitest'

import { pool_gate } from '../../src/resources/pool_gate.ts'
import { toyHost, type Toy } from '../toy/toy.ts'
import { applyOn, judgeOn, shells, trip } from './on-host.ts'

const conf = '/etc/keepalived/keepalived.conf'
const at = { protocol: 'tcp', address: '203.0.113.10', port: 80 } as const

const gate = (...ports: readonly number[]) =>
  pool_gate.bind({
    conf,
    seenFrom: 'lb2',
    members: ports.map((port) => ({
      name: `rs${String(port)}`,
      at,
      address: '127.0.0.1',
      port,
      asked: { address: '127.0.0.1', port },
    })),
  })

let toy: Toy
beforeAll(async () => {
  toy = await toyHost()
  toy.run(['systemctl', 'start', 'keepalived'])
})
afterAll(() => toy.close())

const listen = (port: number): void => {
  toy.run(['sh', '-c', `busybox nc -ll -p ${String(port)} -e true >/dev/null 2>&1 </dev/null &`])
}

it.each(shells)('%s: one that answers may come, and is not asked twice', (...shell) => {
  const port = 8000 + shells.findIndex(([name]) => name === shell[0])
  toy.write(conf, `virtual_server 203.0.113.10 80 {\n}\n# ${String(port)}\n`)
  listen(port)
  expect(applyOn(toy, gate(port), shell)).toHaveLength(1)
  expect(judgeOn(toy, gate(port), shell)).toEqual([])
  // Another file, be it of the same text: whoever answered before it may be dead since.
  toy.run(['cp', conf, '/srv/again'])
  toy.run(['mv', '/srv/again', conf])
  expect(judgeOn(toy, gate(port), shell)).toHaveLength(1)
  toy.write(
    conf,
    `virtual_server 203.0.113.10 80 {\nreal_server 127.0.0.1 ${String(port)} {\n}\n}\n`,
  )
  expect(judgeOn(toy, gate(port), shell)).toEqual([])
})

/** What the gate says of a port on a host that lacks these programs. */
const without = (port: number, ...missing: readonly string[]) => {
  toy.write(conf, 'virtual_server 203.0.113.10 80 {\n}\n')
  const hides = missing.map((name) => `"$2" = ${name}`).join(' -o ')
  const prelude = `command() { if [ ${hides} ]; then return 1; fi; builtin command "$@"; }\n`
  return judgeOn(toy, gate(port)).map(({ run }) => trip(toy, [run], ['bash', ['bash'], prelude])[0])
}

it('without bash, curl tells', () => {
  listen(8100)
  expect(without(8100, 'bash')).toEqual([{ exit: 0, out: '', err: '' }])
  expect(without(8101, 'bash')).toMatchObject([{ exit: 1 }])
})

it('without both it cannot be told, and that is said', () => {
  expect(without(8102, 'bash', 'curl')).toEqual([
    {
      exit: 0,
      out: '',
      err: 'there is neither bash nor curl on lb2, so it cannot be told whether rs8102 answers at 127.0.0.1:8102.\n',
    },
  ])
})

it('one that does not answer in time may not, and the sentence says what to do', () => {
  toy.write(conf, 'virtual_server 203.0.113.10 80 {\n}\n# none\n')
  const [change] = judgeOn(toy, gate(8999))
  if (change === undefined) throw new Error('nothing to change')
  expect(trip(toy, [change.run])).toEqual([
    {
      exit: 1,
      out: '',
      err: 'rs8999 does not answer at 127.0.0.1:8999 as seen from lb2, so no router sends to it; start its service there and run again, or give it weight 0 in the inventory.\n',
    },
  ])
})

it('one whose service is only just coming up is waited for', () => {
  toy.write(conf, 'virtual_server 203.0.113.10 80 {\n}\n# late\n')
  // It begins to listen once it was asked in vain: the change then waits a second.
  toy.run([
    'sh',
    '-c',
    "{ until pgrep -f '[s]leep 1$'; do sleep 0.05; done; exec busybox nc -ll -p 8200 -e true; } >/dev/null 2>&1 </dev/null &",
  ])
  expect(applyOn(toy, gate(8200))).toHaveLength(1)
})
