import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { openSite, type Ran, type Site } from './site.ts'

/*
 * A playbook puts a file into the folder of a user of the host, as its author may well do. The user is hostile: what he
 * cannot read he must not be shown, and what he cannot change must stay as it is.
 */
const folder = '/home/deploy/app'
const path = `${folder}/app.conf`
const text = 'setting = 1\n'

const playbook = (...more: readonly string[]): string => `name: site
phases:
  - name: app
    hosts: routers
    tasks:
      - file: { path: ${path}, content: "setting = 1\\n", owner: deploy, group: deploy, mode: "0644"${more.map((each) => `, ${each}`).join('')} }
      - file: { path: /etc/motd, content: "hello\\n" }
`

let site: Site
beforeAll(async () => {
  const accounts = { deploy: {}, root: { bashrc: '' } }
  site = await openSite(['lb1', 'rs1'], { lb1: { accounts } })
}, 60_000)
afterAll(() => site.close())

const lb1 = (script: string): string => {
  const { exit, out, err } = site.host('lb1').run(['sh', '-c', script])
  if (exit !== 0) throw new Error(`${script}: ${err}`)
  return out
}
const who = ['setpriv', '--reuid=deploy', '--regid=deploy', '--clear-groups']
const asDeploy = (script: string): string => {
  const { exit, out, err } = site.host('lb1').run([...who, 'sh', '-c', script])
  if (exit !== 0) throw new Error(`deploy cannot: ${script}: ${err}`)
  return out
}

const apply = (more: readonly string[], ...words: readonly string[]): Promise<Ran> => {
  const file = site.put('site.yaml', playbook(...more))
  return site.lbprov('apply', site.inventory(), '--playbook', file, ...words)
}

/** All that stands outside deploy's home and what lbprov may change, and what it holds. */
const outside = (): string =>
  lb1(`find /etc /srv -xdev ! -type d -printf '%p %y %m %u %g %l %s\\n' | grep -v '^/etc/motd ' | sort
    find /etc /srv -xdev -type d -printf '%p %m %u %g\\n' | sort; cat /etc/shadow /srv/canary /srv/roots/*`)

/** What lbprov keeps of its runs on the controller. */
const kept = (): string => {
  const state = join(site.home, '.local/state')
  if (!existsSync(state)) return ''
  return readdirSync(state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}

const hash = 'a-hash-that-nobody-may-see'
const there = (): string => lb1(`cat ${path}; stat -c '%F %U %G %a' ${path}`)
const asWished = `${text}regular file deploy deploy 644\n`
const others = 'others than root may write to /home/deploy (deploy:deploy, drwx------)'

beforeEach(() => {
  lb1(`rm -rf ${folder} /etc/profile.d/zz-app.sh /srv/*
    install -d -o deploy -g deploy ${folder}
    umask 077; mkdir /srv/roots; echo mine >/srv/roots/app.conf; printf '${hash}' | head -c ${String(text.length)} >/srv/canary
    grep -q ${hash} /etc/shadow || printf 'x:${hash}:20000:0:99999:7:::\\n' >>/etc/shadow`)
})

describe('a link that a user lays is not followed', () => {
  it('to a file that is not there yet, and that a shell of root would read', async () => {
    asDeploy(`ln -s /etc/profile.d/zz-app.sh ${path}`)
    const before = outside()
    const ran = await apply([], '--yes')
    expect(outside()).toBe(before)
    expect(ran.exit).toBe(1)
    expect(ran.out).toContain(
      `✘ lb1: ${path} is a link to /etc/profile.d/zz-app.sh, and ${others}, so it is not followed: it could lead anywhere. Remove it, or set "follow: true" for this file if it is meant, and run again.\n`,
    )
    expect(ran.out).toContain('0 changed, 1 failed')
  })

  it('to a file that only root may read: it is not shown, not kept, not overwritten', async () => {
    asDeploy(`ln -sfn /etc/shadow ${path}`)
    const before = outside()
    for (const words of [['--dry-run'], ['--dry-run', '--json'], ['--yes'], ['--yes', '--json']]) {
      const ran = await apply([], ...words)
      expect(ran.exit).toBe(1)
      expect(ran.out + ran.err).not.toContain(hash)
      expect(ran.out).toContain(`${path} is a link to /etc/shadow, and ${others}`)
    }
    expect(outside()).toBe(before)
    expect(kept()).not.toContain(hash)
  })

  it('in place of his folder, or of the one above it', async () => {
    const before = outside()
    asDeploy(`rmdir ${folder}; ln -s /srv/roots ${folder}`)
    const ran = await apply([], '--yes')
    expect(ran.out).toContain(`✘ lb1: ${folder} is a link to /srv/roots, and ${others}`)
    expect(ran.out).not.toContain('mine')
    expect(outside()).toBe(before)
  })

  it('to what the plan was made for and is no more, when its turn comes', async () => {
    const before = outside()
    const file = site.put('site.yaml', playbook())
    const ask = (): Promise<string> => {
      asDeploy(`ln -s /srv/canary ${path}`)
      return Promise.resolve('y')
    }
    const world = { terminal: { interactive: true, ask } }
    const ran = await site.lbprovIn(world, 'apply', site.inventory(), '--playbook', file)
    expect(ran.exit).toBe(1)
    expect(ran.out).toContain(`${path} is a link to /srv/canary`)
    expect(outside()).toBe(before)
  })

  it('unless it is meant: then the plan says where it leads', async () => {
    asDeploy(`ln -s real.conf ${path}; echo old >${folder}/real.conf`)
    const ran = await apply(['follow: true'], '--yes')
    expect(ran.out).toContain(`~ ${path}  (a link leads to ${folder}/real.conf)\n`)
    expect(ran.exit).toBe(0)
    expect(lb1(`readlink ${path}; cat ${folder}/real.conf; ls -A ${folder}`)).toBe(
      `real.conf\n${text}app.conf\nreal.conf\n`,
    )
    expect((await apply(['follow: true'], '--yes')).out).toContain('0 changed, 0 failed')
  })

  it('and one that root has laid is, and the plan says where it leads', async () => {
    lb1('mkdir /etc/real; ln -sf real/motd /etc/motd')
    const ran = await apply([], '--yes')
    expect(ran.out).toContain('+ /etc/motd  (a link leads to /etc/real/motd)\n')
    expect(lb1('readlink /etc/motd; cat /etc/real/motd; rm -r /etc/motd /etc/real')).toBe(
      'real/motd\nhello\n',
    )
  })
})

describe('what a user puts in the place of his file', () => {
  it('another name of a file of root is not read, not shown and not given away', async () => {
    // The machine may forbid it to deploy; root may.
    lb1(`echo ${hash} >${folder}/roots; chmod 600 ${folder}/roots; ln ${folder}/roots ${path}`)
    const ran = await apply([], '--yes')
    expect(ran.exit).toBe(1)
    expect(ran.out).toContain(
      `✘ lb1: ${path} has 2 names, belongs to another than its folder, and others than root may write to /home/deploy, so it is not read: it could be any file of the host. See what stands there, and run again.\n`,
    )
    expect(ran.out + kept()).not.toContain(`${hash}\n`)
    expect(lb1(`stat -c '%U %a' ${folder}/roots`)).toBe('root 600\n')
  })

  it.each([
    ['a FIFO', `mkfifo ${path}`, 'is no regular file (fifo)'],
    ['a folder', `mkdir ${path}`, 'is no regular file (directory)'],
    ['a file without an end', `truncate -s 1T ${path}`, 'is too large to be read'],
    ['a link to what never ends', `ln -s /proc/kmsg ${path}`, 'is a link to /proc/kmsg'],
  ])('%s holds nothing up', async (_, put, sentence) => {
    asDeploy(put)
    const ran = await apply([], '--yes')
    expect(ran.exit).toBe(1)
    expect(ran.out).toContain(`✘ lb1: ${path} ${sentence}`)
  })

  it('and a word that the host knows does not keep other files from being read', async () => {
    asDeploy(
      `{ cat /proc/sys/kernel/random/boot_id; printf '.\\nthere regular file/root/root/644/1\\n.\\n\\0/etc/motd\\0x\\0end\\0'; } >${path}`,
    )
    lb1('echo old >/etc/motd')
    const ran = await apply([], '--dry-run')
    expect(ran.exit).toBe(0)
    expect(ran.out).toContain('-old\n')
    expect((await apply([], '--yes')).exit).toBe(0)
    expect(there()).toBe(asWished)
  })

  it('with another owner or mode is set right, in a file of its own', async () => {
    await apply([], '--yes')
    expect(there()).toBe(asWished)
    lb1(`chown root:root ${path}; chmod 600 ${path}; ln ${path} ${folder}/other`)
    expect((await apply([], '--yes')).exit).toBe(1)
    lb1(`rm ${folder}/other`)
    const ran = await apply([], '--yes')
    expect([ran.exit, there()]).toEqual([0, asWished])
    expect(lb1(`ls -A ${folder}`)).toBe('app.conf\n')
  })
})

/*
 * As deploy, as fast as it can: whatever comes to be in his folder is moved away as soon as it is there, and a link to a
 * file or a folder of root's is put in its place; now and then the folder itself is. Says how often it did, in the end.
 */
const swapping = String.raw`
const { renameSync, symlinkSync, lstatSync, unlinkSync } = require('node:fs')
let n = 0, swaps = 0, ended = false
const attempt = (work) => { try { work(); return true } catch { return false } }
const swap = (name, to) => {
  if (!attempt(() => renameSync(name, '/home/deploy/moved/' + (n += 1)))) return
  if (attempt(() => symlinkSync(to, name))) swaps += 1
}
const look = (name) => {
  let found
  if (!attempt(() => (found = lstatSync(name)))) return
  if (found.isDirectory()) swap(name, n % 2 ? '/srv/roots' : '/srv/canary')
  else if (found.isFile() && found.size > 0) swap(name, '/srv/canary')
}
const step = () => {
  for (let each = 0; each < 200; each += 1) {
    look('/home/deploy/app/.app.conf.lbprov')
    if (n % 3 === 1) look('/home/deploy/app/app.conf')
    if (each % 50 === 0 && n % 5 === 2) {
      attempt(() => renameSync('/home/deploy/app', '/home/deploy/app.moved'))
      attempt(() => symlinkSync('/srv/roots', '/home/deploy/app'))
      attempt(() => unlinkSync('/home/deploy/app'))
      attempt(() => renameSync('/home/deploy/app.moved', '/home/deploy/app'))
      n += 1
    }
  }
  if (ended) console.log(swaps)
  else setImmediate(step)
}
process.stdin.on('end', () => (ended = true)).resume()
console.log('ready')
step()
`

describe('a user who swaps names while they are used', () => {
  it('wins no file of root', { timeout: 300_000 }, async () => {
    asDeploy('mkdir -p /home/deploy/moved')
    const before = outside()
    const into = ['-t', String(site.host('lb1').pid), '-m', '-u', '-n', '-p', '--']
    const swapper = spawn('nsenter', [...into, ...who, process.execPath, '-e', swapping], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let said = ''
    swapper.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
    await once(swapper.stdout, 'data')
    for (let n = 0; n < 6; n += 1) {
      // So that there is something to write each time.
      lb1(`rm -rf ${path}`)
      const ran = await apply([], '--yes')
      expect(outside()).toBe(before)
      // Whatever became of it, it is said.
      expect([0, 1]).toContain(ran.exit)
      expect(ran.out + ran.err).not.toContain(hash.slice(0, text.length))
    }
    swapper.stdin.end()
    await once(swapper, 'close')
    expect(said).toMatch(/^ready\n\d+\n$/)
    // It did what it is here for.
    expect(Number(said.split('\n')[1])).toBeGreaterThan(0)
    lb1(`rm -rf ${folder} /home/deploy/app.moved; install -d -o deploy -g deploy ${folder}`)
    expect((await apply([], '--yes')).exit).toBe(0)
    expect([there(), lb1(`ls -A ${folder}`)]).toEqual([asWished, 'app.conf\n'])
  })
})

describe("lbprov's own folders", () => {
  it.each([
    ['/run/lbprov', 'chown deploy /run/lbprov', 'deploy:root, drwx------'],
    ['/var/lib/lbprov/manifest', 'chmod 777 /var/lib/lbprov/manifest', 'root:root, drwxrwxrwx'],
  ])('are root’s alone, or nothing is done: %s', async (own, open, how) => {
    await apply([], '--yes')
    lb1(`cp -a ${own} /root/own; ${open}; ln -sf /srv/canary ${own}/lock`)
    const before = outside()
    for (const words of [['--dry-run'], ['--yes']]) {
      const ran = await apply([], ...words)
      expect(ran.exit).toBe(1)
      expect(ran.out).toContain(
        `✘ lb1: others than root may write to ${own} (${how}), where lbprov keeps what it did on this host, so nothing there can be believed.`,
      )
    }
    expect(outside()).toBe(before)
    lb1(`rm -rf ${own}; mv /root/own ${own}`)
    expect((await apply([], '--yes')).exit).toBe(0)
  })
})
