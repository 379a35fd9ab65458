import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { ReachError } from '../../errors.ts'
import { startChild } from '../child-channel.ts'
import type { Environment } from '../config/tokens.ts'
import type { Hop } from '../hop.ts'
import type { Channel, Link } from '../link.ts'
import type { Passwords } from '../passwords.ts'
import type { Person } from '../person.ts'
import * as say from '../sentences/openssh.ts'
import { behindLogin, slowLogin } from '../sentences/way.ts'
import { makeTimer } from '../timer.ts'
import { isAboutKey, makeAnswers } from './answers.ts'
import { answerTo, askpassScript, questionOf } from './askpass.ts'
import { complaint } from './complaint.ts'
import { configOf, nameFor, secondsFor, type Files } from './config.ts'
import { keepsKeys } from './known-hosts-file.ts'
import { makeFolder, removeFolder } from './folder.ts'
import { startMaster, type Master } from './master.ts'
import { opensshVersion } from './version.ts'

/** What the system's ssh is to go by. */
export interface OpensshMeans {
  /** The user's ssh_config and the system's, or the one of -F: they say what no Reach has a word for. */
  readonly included: readonly string[]
  /** Undefined: nobody is asked anything. */
  readonly person: Person | undefined
  /** Those that were typed for any host, by whatever wire. */
  readonly passwords: Passwords
  /** The user's: PATH, by which ssh is found, and the programs of their ssh_config; SHELL, KRB5CCNAME and all the rest. */
  readonly env: Environment
  readonly loginSeconds: number
}

/** Seconds by which ssh's own clocks are let go first: they know better what it was that took so long. */
const grace = 1

type Hops = readonly [Hop, ...Hop[]]

const filesIn = (folder: string, included: readonly string[]): Files => ({
  config: (n) => join(folder, `config.${String(n)}`),
  log: (n) => join(folder, `log.${String(n)}`),
  controlSocket: join(folder, 'control'),
  included,
})

const environment = (hop: Hop, means: OpensshMeans, askpass: string): NodeJS.ProcessEnv => ({
  ...means.env,
  HOME: homedir(),
  // What ssh says is read here.
  LC_ALL: 'C.UTF-8',
  SSH_AUTH_SOCK: hop.ssh.agentSocket,
  ...(means.person === undefined ? {} : { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' }),
})

/** Whether somebody still listens at the control socket. */
const isUp = (controlSocket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(controlSocket)
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })

/** Logs in, and resolves when that is done. */
const logIn = async (
  hops: Hops,
  folder: string,
  files: Files,
  means: OpensshMeans,
  env: NodeJS.ProcessEnv,
  nonce: string,
  onLost: (why: string | undefined) => void,
): Promise<Master> => {
  const last = hops.at(-1) ?? hops[0]
  const seconds = secondsFor(hops)
  const words = ['-F', files.config(hops.length - 1), '-N', '-T', '--', nameFor(last)]
  const { person, passwords, loginSeconds } = means
  const answers = person === undefined ? undefined : makeAnswers(hops, person, passwords)
  let settled = false
  return new Promise<Master>((resolve, reject) => {
    let master: Master | undefined
    const lastWord = (): string | undefined => master?.said().trim().split('\n').at(-1)
    const fail = (error: Error): void => {
      if (settled) return
      settled = true
      timer.stop()
      reject(error)
      master?.end()
    }
    const patience = seconds === 0 ? 0 : seconds + loginSeconds + grace
    const timer = makeTimer(patience * 1000, () => fail(slowLogin(last, loginSeconds)))
    const ask = async (number: string): Promise<void> => {
      const question = await questionOf(folder, number)
      if (question === undefined || answers === undefined) return
      const answer = await timer.without(() => answers.answer(question))
      // Whoever only tells something waits until it is over.
      if (question.kind === 'tell') return
      // ssh would take no answer for an empty one, and try that.
      if (answer === undefined && question.kind === 'ask' && !isAboutKey(question)) {
        fail(say.unanswered(last, question.text))
      } else await answerTo(folder, number, answer)
    }
    const ended = async (): Promise<void> => {
      const logs = hops.slice(0, -1).map((_, n) => readFile(files.log(n), 'utf8').catch(() => ''))
      const texts = await Promise.all(logs)
      fail(complaint(hops, [...texts, master?.said() ?? '']))
    }
    startMaster(
      { folder, words, env, nonce },
      {
        up: () => {
          settled = true
          timer.stop()
          answers?.worked()
          if (master !== undefined) resolve(master)
        },
        ended: () => {
          if (settled) onLost(lastWord())
          else void ended()
        },
        question: (number) => void ask(number).catch(fail),
      },
    ).then((started) => (master = started), fail)
  })
}

const open = async (hops: Hops, means: OpensshMeans): Promise<Link> => {
  const hop = hops.at(-1) ?? hops[0]
  const version = await opensshVersion(hop, means.env)
  await keepsKeys(hops)
  const folder = await makeFolder()
  const files = filesIn(folder, means.included)
  const nonce = randomBytes(16).toString('hex')
  const askpass = join(folder, 'askpass')
  const env = environment(hop, means, askpass)
  let lose: (why: string | undefined) => void = () => undefined
  const lost = new Promise<string | undefined>((resolve) => (lose = resolve))

  let master: Master
  try {
    // An older ssh does not say which of the questions are the host's own: one of them could draw out a passphrase.
    const asks = means.person !== undefined && version >= 8.5
    for (const n of hops.keys()) {
      await writeFile(files.config(n), configOf(hops, n, files, { version, asks }), { mode: 0o600 })
    }
    if (asks) await writeFile(askpass, askpassScript(folder, nonce), { mode: 0o700 })
    master = await logIn(hops, folder, files, means, env, nonce, lose)
  } catch (error) {
    await removeFolder(folder)
    throw error
  }

  const channels: Channel[] = []
  let heard = false
  const words = ['-F', 'none', '-T', '-S', files.controlSocket, '-o', 'ControlMaster=no']
  // Without the connection that there is, it must not make one of its own.
  const session = [...words, '-o', 'ProxyCommand=false', '-o', 'LogLevel=ERROR', '--', 'lbprov']
  /** 255 is ssh's own: whoever watches the connection has the first word, if it is gone. */
  const meaning = async (exit: number | undefined): Promise<number | undefined> => {
    if (exit !== 255) return exit
    if (!(await isUp(files.controlSocket))) await lost
    return undefined
  }
  return {
    hop,
    // ssh's connection is its own: it is a process that goes on by itself, until it is stopped too.
    witness: 'ssh',
    run: async (command) => {
      const child = { file: 'ssh', words: [...session, command], env, killed: true }
      const channel = await startChild(child).catch((error: unknown) => {
        throw say.noOpenssh(hop, String((error as NodeJS.ErrnoException).code))
      })
      channels.push(channel)
      return {
        ...channel,
        listen: (hears) =>
          channel.listen({
            ...hears,
            data: (stream, bytes) => {
              // What stands on stderr may be ssh's own words that the connection is gone.
              heard ||= stream === 'out'
              hears.data(stream, bytes)
            },
            end: (exit) => void meaning(exit).then(hears.end),
          }),
      }
    },
    onLost: (tell) => void lost.then((why) => tell(heard ? why : behindLogin(hop, why))),
    close: () => {
      for (const channel of channels) channel.close()
      master.end()
    },
  }
}

/**
 * By the system's ssh: one connection, over which it runs every command (ControlMaster), and which no other ssh
 * shares. It lives in a folder of its own and ends with this process, however that ends.
 * @throws ReachError
 */
export const openOpensshLink = async (hops: Hops, means: OpensshMeans): Promise<Link> => {
  try {
    return await open(hops, means)
  } catch (error) {
    if (error instanceof ReachError) throw error
    // This machine's own trouble: no room for a folder, no process, no descriptor.
    throw say.noOpenssh(hops.at(-1) ?? hops[0], String((error as NodeJS.ErrnoException).code))
  }
}
