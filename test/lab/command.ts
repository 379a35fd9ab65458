import { spawn } from 'node:child_process'

/** What a command left behind. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly stdin?: string
  readonly cwd?: string
  readonly timeoutMs?: number
}

/** A failure of the lab itself: a sentence for whoever started it. */
export class LabError extends Error {
  override readonly name = 'LabError'
}

/** Runs a command to its end and collects what it said; a timeout ends its whole process group with code 124. */
export const run = (argv: readonly string[], options: CommandOptions = {}): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const [program = '', ...words] = argv
    const child = spawn(program, words, {
      env: options.env ?? process.env,
      cwd: options.cwd,
      detached: options.timeoutMs !== undefined,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let late = false
    const endGroup = (): void => {
      late = true
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It ended by itself in the meantime.
      }
    }
    const timer =
      options.timeoutMs === undefined ? undefined : setTimeout(endGroup, options.timeoutMs)
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    // A command that does not read its stdin closes it early: no fault of ours.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.stdin ?? '')
    child.on('error', (cause) => {
      clearTimeout(timer)
      reject(new LabError(`${program} could not be started: ${cause.message}`, { cause }))
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({
        code: late ? 124 : (code ?? 137),
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      })
    })
  })

/** Like run, but a code other than 0 is an error; returns stdout. */
export const must = async (
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<string> => {
  const outcome = await run(argv, options)
  if (outcome.code === 0) return outcome.stdout
  const said = (outcome.stderr.trim() || outcome.stdout.trim()).split('\n').slice(-12).join('\n  ')
  throw new LabError(`exit ${String(outcome.code)}: ${argv.join(' ')}\n  ${said}`)
}

/** Runs a command on this terminal and returns its exit code. */
export const runHere = (argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<number> =>
  new Promise((resolve, reject) => {
    const [program = '', ...words] = argv
    const child = spawn(program, words, { env: env ?? process.env, stdio: 'inherit' })
    child.on('error', (cause) => {
      reject(new LabError(`${program} could not be started: ${cause.message}`, { cause }))
    })
    child.on('close', (code) => {
      resolve(code ?? 137)
    })
  })

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
