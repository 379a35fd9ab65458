import { printableLine } from './printable.ts'

/** One thing wrong in a file a person wrote, with where it stands; line and column count from 1. */
export interface Fault {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Where in the document: `routers.lb1.priority`. Empty for the document itself. */
  readonly path: string
  readonly message: string
  /** A warning is shown and does not stop anything. */
  readonly warning?: boolean
}

const longestMessage = 20_000

/** What a host said may be in a sentence, but a sentence is to be read. */
const readable = (message: string): string => {
  const left = message.length - longestMessage
  if (left <= 0) return message
  const half = longestMessage / 2
  return `${message.slice(0, half)}\n  … ${String(left)} characters are left out here …\n${message.slice(-half)}`
}

/** Everything lbprov throws on purpose. Anything else that is thrown is a bug. */
export abstract class LbprovError extends Error {
  abstract readonly code: string
  abstract readonly exit: number

  constructor(message: string, options?: ErrorOptions) {
    super(readable(message), options)
    this.name = new.target.name
  }
}

export const showFault = (fault: Fault): string => {
  const place = `${fault.file}:${String(fault.line)}:${String(fault.column)}`
  const subject = fault.path === '' ? '' : `${fault.path}: `
  return printableLine(
    `${place}: ${fault.warning === true ? 'warning: ' : ''}${subject}${fault.message}`,
  )
}

const mostShown = 50

/** Faults as lines; of very many the first, and how many more there are. */
export const showFaults = (faults: readonly Fault[]): readonly string[] => {
  const more = faults.length - mostShown
  return [
    ...faults.slice(0, mostShown).map(showFault),
    ...(more > 0 ? [`and ${String(more)} more like these; mend these first.`] : []),
  ]
}

/** The inventory, the playbook or the command line is wrong; no host has been asked anything. */
export class WishError extends LbprovError {
  readonly code = 'E_WISH'
  readonly exit = 2
  readonly faults: readonly Fault[]

  /** Faults with a place, or one sentence for what has none (the command line). */
  constructor(wrong: readonly Fault[] | string) {
    super(typeof wrong === 'string' ? wrong : showFaults(wrong).join('\n'))
    this.faults = typeof wrong === 'string' ? [] : wrong
  }
}

/** Where on the way to a host it ended. */
export type Stage = 'resolve' | 'connect' | 'host key' | 'login' | 'become' | 'shell' | 'lost'

/** A host could not be reached, or was lost on the way. */
export class ReachError extends LbprovError {
  readonly code = 'E_REACH'
  readonly exit = 1
  readonly host: string
  readonly stage: Stage
  /** The server, its host and port, that may have had too many logins at once: it can be tried again. */
  readonly busy: string | undefined

  constructor(
    host: string,
    stage: Stage,
    sentence: string,
    { busy, ...options }: ErrorOptions & { readonly busy?: string } = {},
  ) {
    super(sentence, options)
    this.host = host
    this.stage = stage
    this.busy = busy
  }
}

/** A host's answer is missing, failed or not understood. */
export class AnswerError extends LbprovError {
  readonly code = 'E_ANSWER'
  readonly exit = 1
}

/** A command that should have changed a host failed. */
export class ChangeError extends LbprovError {
  readonly code = 'E_CHANGE'
  readonly exit = 1
}

/** Every command succeeded and the host still differs. */
export class ProofError extends LbprovError {
  readonly code = 'E_PROOF'
  readonly exit = 1
}

/** The host is no longer as it was when the plan was approved. */
export class StaleError extends LbprovError {
  readonly code = 'E_STALE'
  readonly exit = 1
}

/** Another run is at work on the host. */
export class LockedError extends LbprovError {
  readonly code = 'E_LOCKED'
  readonly exit = 1
}

const causes: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'a part of the path is a file',
  ENOTDIR: 'a part of the path is a file',
}

/** Why this machine could not do something with a file, in words; `code` is errno(3)'s. */
export const cause = (code: string | undefined): string =>
  code === undefined ? 'for no reason that is known' : (causes[code] ?? code)
