import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'

import type { Holder } from '../engine/holder.ts'
import type { RunInfo } from '../engine/lock.ts'

/** undefined: this machine does not say it. */
const orUndefined = (read: () => string): string | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** proc_pid_stat(5): when the process was started, in ticks since the boot. */
const startOf = (pid: number | 'self'): string | undefined =>
  orUndefined(
    () =>
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? '',
  )

/** This machine since its boot. A container has the machine's boot, and process numbers of its own. */
export const controllerHere = (): string | undefined =>
  orUndefined(
    () =>
      `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}.${readlinkSync('/proc/self/ns/pid')}`,
  )

const plain = (text: string): string => text.replace(/[^\w.-]/g, '_').slice(0, 90)

/** Who runs lbprov here. */
const whoHere = (): string => {
  const user = orUndefined(() => userInfo().username) ?? 'somebody'
  return `${plain(user)}@${plain(hostname())}`
}

/** A run that begins now. */
export const makeRun = (cluster: string, version: string): RunInfo => {
  const controller = controllerHere()
  const isOver = (holder: Holder): boolean =>
    controller !== undefined &&
    holder.controller === controller &&
    startOf(holder.pid) !== holder.started
  return {
    id: randomBytes(8).toString('hex'),
    who: whoHere(),
    controller,
    pid: process.pid,
    started: startOf('self') ?? '0',
    since: Date.now(),
    cluster,
    version,
    isOver,
  }
}
