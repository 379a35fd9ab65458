import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

import { toyHost } from './toy.ts'

it('is a host of its own', async () => {
  const toy = await toyHost({
    name: 'lb1',
    osRelease: 'ID=rocky\nVERSION_ID=9.4\n',
    files: { '/etc/sysctl.d/9.conf': 'a = 1\n' },
  })
  expect(toy.run(['hostname']).out).toBe('lb1\n')
  expect(toy.read('/etc/os-release')).toContain('rocky')
  expect(toy.read('/etc/sysctl.d/9.conf')).toBe('a = 1\n')
  expect(toy.read('/root/.bashrc')).toBe('')
  expect(() => toy.read('/etc/missing')).toThrow('No such file')
  await toy.close()
})

it('changes nothing outside', async () => {
  const toy = await toyHost()
  toy.write('/etc/lbprov-toy/deep/file', 'text\n')
  toy.write('/usr/lbprov-toy', 'text\n')
  expect(toy.read('/etc/lbprov-toy/deep/file')).toBe('text\n')
  expect(existsSync('/etc/lbprov-toy')).toBe(false)
  expect(existsSync('/usr/lbprov-toy')).toBe(false)
  const set = (key: string) => toy.run(['sysctl', '-qw', `${key}=1`]).exit
  expect(set('net.ipv4.conf.lo.arp_ignore')).toBe(0)
  expect(toy.read('/proc/sys/net/ipv4/conf/lo/arp_ignore')).toBe('1\n')
  expect(set('kernel.sysrq')).not.toBe(0)
  await toy.close()
})

it('has cards with a network behind them', async () => {
  const toy = await toyHost()
  toy.addLink('eth0')
  toy.addLink('eth1')
  toy.run(['ip', 'address', 'add', '192.0.2.1/24', 'dev', 'eth0'])
  toy.runOutside(['ip', 'address', 'add', '192.0.2.2/24', 'dev', 'eth0'])
  expect(toy.runOutside(['ip', 'route', 'get', '192.0.2.1']).out).toContain('dev eth0')
  expect(toy.run(['ip', '-br', 'link']).out).toMatch(/eth0\S* +UP .*\neth1\S* +UP /)
  await toy.close()
})

it('has services and packages that remember', async () => {
  const toy = await toyHost()
  expect(toy.run(['systemctl', 'is-active', 'keepalived'])).toMatchObject({ exit: 3 })
  expect(toy.run(['dpkg-query', '-W', '-f', '${Version}', 'keepalived']).exit).toBe(1)
  toy.run(['apt-get', 'install', '-y', 'keepalived'])
  expect(toy.run(['dpkg-query', '-W', '-f', '${Version}\\n', 'keepalived']).out).toBe('1.0\n')
  toy.run(['systemctl', 'enable', '--now', 'keepalived'])
  expect(toy.run(['systemctl', 'is-active', 'keepalived']).out).toBe('active\n')
  expect(toy.run(['systemctl', 'is-enabled', 'keepalived']).out).toBe('enabled\n')
  await toy.close()
})

it('buries its dead', async () => {
  const toy = await toyHost()
  const { out } = toy.run(['sh', '-c', '(sleep 0 & echo $!)'])
  const alive = () => toy.run(['sh', '-c', `kill -0 ${out.trim()}`]).exit === 0
  while (alive()) await new Promise((resolve) => setImmediate(resolve))
  await toy.close()
})

it('ends with the program that made it, even when that is killed', async () => {
  const program = fileURLToPath(new URL('linger.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [bytes] = (await once(child.stdout, 'data')) as [Buffer]
  const pid = Number(bytes.toString())
  expect(existsSync(`/proc/${String(pid)}`)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  while (existsSync(`/proc/${String(pid)}/root/etc`)) {
    await new Promise((resolve) => setImmediate(resolve))
  }
})
