import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openSite, password, type Site } from './site.ts'

let site: Site
beforeEach(async () => {
  site = await openSite(['lb1', 'rs1'])
})
afterEach(() => site.close())

interface Session {
  readonly exit: number | null
  /** Everything that the terminal was sent. */
  readonly raw: string
  /** The same without its control sequences. */
  readonly text: string
}

/** The program itself on a terminal of its own; `keys` are typed once the words before them have been read. */
const onTerminal = async (
  words: readonly string[],
  keys: readonly (readonly [after: string, key: string])[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Session> => {
  // As below a person's shell: what is stopped there is a job of it.
  const program = [process.execPath, '--import', 'tsx', 'src/main.ts', ...words].join(' ')
  const line = `stty cols 120 rows 60; set -m; ${program}; exit $?`
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { PATH: process.env.PATH, VRRP_PASS: password, HOME: site.home, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let raw = ''
  const left = [...keys]
  child.stdout.on('data', (bytes: Buffer) => {
    raw += bytes.toString()
    const next = left[0]
    if (next === undefined || !raw.includes(next[0])) return
    left.shift()
    child.stdin.write(next[1])
  })
  const [exit] = (await once(child, 'close')) as [number | null]
  if (raw.includes(password)) throw new Error('the password was printed')
  return { exit, raw, text: stripVTControlCharacters(raw).replaceAll('\r\n', '\n') }
}

const isBare = (name: string): boolean =>
  site.host(name).run(['ip', '-o', '-4', 'addr', 'show', 'eth0']).out === ''

const ctrlC = '\u0003'
const ctrlZ = '\u001a'

describe('on a terminal', { timeout: 120_000 }, () => {
  it('a person is asked, and the run is drawn', async () => {
    const ran = await onTerminal(['apply', site.inventory()], [['[y/N]', 'y\r']])
    expect(ran.exit).toBe(0)
    expect(ran.raw).toContain('\u001b[32m')
    for (const phase of ['packages', 'kernel', 'network', 'gateway', 'balance']) {
      expect(ran.text).toMatch(new RegExp(`✔ ${phase}`))
    }
    expect(ran.text).toContain('✔ rs1  3 changed, proved')
    expect(ran.text).toMatch(/19 changed, 0 failed · .* · the next run will find nothing to do\n$/)
    const again = await onTerminal(['apply', site.inventory()], [], { NO_COLOR: '1' })
    expect(again.exit).toBe(0)
    expect(again.raw).not.toMatch(/\u001b\[\d+m/)
    expect(again.text).toMatch(/0 changed, 0 failed · .* · nothing to do\n$/)
  })

  it('a failure is drawn, and said in full below', async () => {
    site.host('lb1').write('/var/lib/toy/refuse/enable-keepalived', '')
    const ran = await onTerminal(['apply', site.inventory(), '--yes'])
    expect(ran.exit).toBe(1)
    expect(ran.text).toContain('✘ lb1: phase "balance": keepalived.service, saved: exit 1.')
  })

  it('Ctrl-C at the question changes nothing', async () => {
    const ran = await onTerminal(['apply', site.inventory()], [['[y/N]', ctrlC]])
    expect(ran.exit).toBe(130)
    expect(ran.text).toMatch(/interrupted · .* · nothing was changed\n$/)
    expect([isBare('lb1'), isBare('rs1')]).toEqual([true, true])
  })

  it('Ctrl-Z does not stop a run that has hosts locked, neither at the question nor later', async () => {
    const ran = await onTerminal(
      ['apply', site.inventory()],
      [
        ['[y/N]', ctrlZ],
        ['Not suspended', 'y\r'],
        ['changed, proved', ctrlZ],
      ],
    )
    expect(ran.exit).toBe(0)
    expect(
      ran.text.match(/Not suspended: hosts may wait for lbprov; Ctrl-C ends it\./g),
    ).toHaveLength(2)
    expect(ran.text).toMatch(/19 changed, 0 failed · .* · the next run will find nothing to do\n$/)
  })

  it('Ctrl-C in the middle lets the running step end', async () => {
    const ran = await onTerminal(
      ['apply', site.inventory(), '--yes'],
      [
        ['packages', ''],
        ['kernel', ctrlC],
      ],
    )
    expect([0, 130]).toContain(ran.exit)
    expect(ran.text).toContain('Interrupted: the running step ends, nothing new begins.')
    const again = await site.lbprov('apply', site.inventory(), '--yes')
    expect(again.exit).toBe(0)
  })
})
