import { randomBytes } from 'node:crypto'

import { reveal, type Secret } from '../secret.ts'
import { quote } from '../sh/sh.ts'
import type { BecomePasswords } from './become-passwords.ts'
import { makeFinder } from './gather.ts'
import type { Channel, ChannelListener, Link } from './link.ts'
import type { Reach } from './reach.ts'
import * as say from './sentences/become.ts'
import { saysSo } from './sentences/said.ts'
import { oneStream } from './sentences/shell.ts'
import { makeTimer } from './timer.ts'

/** Bytes that a host may say on the way to its root's shell. */
const mostTalk = 2 ** 16

/** Milliseconds that sudo may take to ask, and to judge an answer. */
const patienceMs = 30_000

/** Root needs nobody's help, and a host may have none to give. */
const becomes = ({ user, become }: Reach): boolean => become !== undefined && user !== 'root'

/** What is run on a host to get its shell. LC_ALL: sudo's complaints are read. */
export const shellCommand = (ssh: Reach): string => {
  if (ssh.become === undefined || !becomes(ssh)) return 'sh'
  const user = quote(ssh.become.user)
  return ssh.become.method === 'doas'
    ? `doas -n -u ${user} sh`
    : `env LC_ALL=C sudo -n -u ${user} -- sh`
}

/** Whether it is a password that `shellCommand` lacked, and nothing that no password mends. */
export const lacksPassword = (ssh: Reach, said: string): boolean =>
  becomes(ssh) &&
  ssh.become?.method === 'sudo' &&
  !say.saysLocked(said) &&
  saysSo(said, /^sudo: /, /a password is required|required to read the password/)

/**
 * The shell behind sudo's question: the password goes to its stdin once it has asked in words that nobody can guess.
 * Resolves to the shell, of which `hears` is told from then on, or to undefined: it is the wrong password.
 */
const tryPassword = (
  link: Link,
  password: Secret,
  hears: ChannelListener,
): Promise<Channel | undefined> => {
  const prompt = randomBytes(16).toString('hex')
  const halves = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')] as const
  // In two halves: sudo's complaints quote the command, and must not be taken for it.
  const begins = `printf %s%s ${halves[0]} ${halves[1]} >&2; exec sh`
  const user = quote(link.hop.ssh.become?.user ?? 'root')
  const command = `env LC_ALL=C sudo -S -p ${prompt} -u ${user} -- sh -c ${quote(begins)}`

  return link.run(command).then(
    (channel) =>
      new Promise((resolve, reject) => {
        const said: Buffer[] = []
        // The last bytes of it, as many as the question has.
        let last = Buffer.alloc(0)
        let answered = false
        let heard = 0
        let open = false
        const text = (): string =>
          Buffer.concat(said)
            .toString('utf8')
            .replaceAll(prompt, '')
            .replaceAll(` -c ${begins}`, '')
        const mark = halves.join('')
        const isOpen = makeFinder(mark)
        const elsewhere = [prompt, mark].map(makeFinder)
        const timer = makeTimer(patienceMs, () => {
          channel.close()
          reject(say.strangeQuestion(link.hop, text()))
        })
        const settle = (act: () => void): void => {
          timer.stop()
          act()
        }
        const giveUp = (act: () => void): void => {
          channel.close()
          settle(act)
        }
        const judge = (): void => {
          const wrong = answered && saysSo(text(), /try again|incorrect password/)
          if (wrong && !say.saysLocked(text())) resolve(undefined)
          else reject(say.notRoot(link.hop, text()))
        }
        const read = (bytes: Buffer): void => {
          said.push(bytes)
          last = Buffer.concat([last, bytes]).subarray(-prompt.length)
          if (isOpen(bytes)) {
            open = true
            settle(() => resolve(channel))
            const all = Buffer.concat(said)
            const rest = all.subarray(all.indexOf(mark) + mark.length)
            if (rest.length > 0) hears.data('err', rest)
          } else if (last.equals(Buffer.from(prompt))) {
            if (answered) giveUp(judge)
            else channel.write(`${reveal(password)}\n`)
            answered = true
          }
        }
        channel.listen({
          data: (stream, bytes) => {
            if (open) {
              hears.data(stream, bytes)
              return
            }
            heard += bytes.length
            if (heard > mostTalk) giveUp(() => reject(say.strangeQuestion(link.hop, text())))
            else if (stream === 'err') read(bytes)
            else if (elsewhere.some((each) => each(bytes))) {
              giveUp(() => reject(oneStream(link.hop)))
            }
          },
          refused: (why) => settle(() => reject(why)),
          end: (exit) => {
            if (open) hears.end(exit)
            else settle(judge)
          },
        })
      }),
  )
}

/**
 * Root's shell by a password. `asking`: a person may take their time.
 * @throws ReachError (stage `become`)
 */
export const shellByPassword = async (
  link: Link,
  passwords: BecomePasswords,
  asking: <Result>(question: () => Promise<Result>) => Promise<Result>,
  hears: ChannelListener,
): Promise<Channel> => {
  const refused: Secret[] = []
  for (;;) {
    const password = await asking(() => passwords.next(link.hop, refused))
    if (password === undefined) {
      throw refused.length > 0 ? say.wrongPassword(link.hop) : say.noPassword(link.hop)
    }
    const channel = await tryPassword(link, password, hears)
    passwords.judged(link.hop, password, channel !== undefined)
    if (channel !== undefined) return channel
    refused.push(password)
  }
}
