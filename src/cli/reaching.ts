import type { Dial } from '../engine/wire.ts'
import { ReachError, WishError } from '../errors.ts'
import { hostsOf, type Cluster, type Ssh } from '../inventory/cluster.ts'
import { fewestMasked, masking, reveal, type Mask, type Secret } from '../secret.ts'
import type { SshConfig } from '../ssh/config/host-config.ts'
import { readSshConfig } from '../ssh/config/read.ts'
import { likelyWay, wayInWords, type Here } from '../ssh/here.ts'
import type { Person } from '../ssh/person.ts'
import type { Route } from '../ssh/reach.ts'
import { makePerson } from './person.ts'
import type { World } from './world.ts'

/** What a command line says of how hosts are reached, beside the inventory. */
export interface ReachOptions {
  /** A file in place of the user's and the system's ssh_config, as ssh's -F; or `none`. */
  readonly sshConfig?: string
  /** Ask for the password that sudo wants before anything else. */
  readonly askBecomePass?: boolean
}

interface Reachable {
  readonly name: string
  readonly ssh: Ssh
}

/** How one run reaches hosts, whatever it does there, and the secrets that it knows. */
export interface Reaching {
  /** Hosts that may be dialled from now on. */
  readonly learn: (hosts: readonly Reachable[]) => void
  readonly dial: Dial
  /** Where a host that was dialled is connected to, which may be by another name than the inventory has. */
  readonly addressOf: (host: Reachable) => string
  /** Who logs in where, for a person: as it was dialled, or as it would be. */
  readonly wayTo: (host: Reachable) => Promise<string>
  /** Every secret of the run out of a text. */
  readonly mask: Mask
  /** What is to be said of the ways to the hosts, and was not said yet. */
  readonly remarks: () => readonly string[]
}

/** @throws WishError with every fault of the files */
export const openSshConfig = (file: string | undefined, world: World): SshConfig =>
  readSshConfig({
    file,
    home: world.home,
    user: world.user,
    localHost: world.hostname,
    env: world.env,
    childEnv: world.childEnv,
  })

/** This machine, as hosts are reached from it. */
export const hereOf = (config: SshConfig, { home, user, env, childEnv }: World): Here => ({
  home,
  user,
  agentSocket: env.SSH_AUTH_SOCK,
  env: childEnv ?? env,
  config,
})

const secretsOf = (cluster: Cluster): readonly Secret[] =>
  [cluster.vrrp.authPass, ...hostsOf(cluster).map(({ ssh }) => ssh.become?.password)].filter(
    (secret) => secret !== undefined,
  )

/** A host that is told a password may say it again, wherever it likes: what goes into sentences is masked here. */
const maskedDial = (dial: Dial, mask: Mask): Dial => {
  const orMasked = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ReachError)) throw error
      const { host, stage, message, cause } = error
      throw new ReachError(host, stage, mask(message), { cause })
    }
  }
  return async (host, at) => {
    const wire = await orMasked(() => dial(host, at))
    return {
      trip: async (steps, timeoutMs) => {
        const answers = await orMasked(() => wire.trip(steps, timeoutMs))
        return answers.map((answer) =>
          answer === undefined || answer.err === '' ? answer : { ...answer, err: mask(answer.err) },
        )
      },
      close: () => wire.close(),
    }
  }
}

/** ssh2 is loaded with the first dial: a run that ends before it does not wait for it. */
const lateDial = (...means: [(host: string) => Ssh, Person | undefined, Here]): Dial => {
  let dial: Promise<Dial> | undefined
  return async (host, at) => {
    dial ??= import('../ssh/dial.ts').then(({ makeDial }) => makeDial(...means))
    return (await dial)(host, at)
  }
}

/** `rs1, rs2: reached by the system's ssh: …`: hosts of which the same is to be said stand together. */
const makeRemarks = () => {
  const said = new Map<string, readonly string[]>()
  return {
    note: (host: string, sentence: string): void => {
      said.set(sentence, [...(said.get(sentence) ?? []), host])
    },
    take: (): readonly string[] => {
      const lines = [...said].map(([sentence, hosts]) => `${hosts.join(', ')}: ${sentence}`)
      said.clear()
      return lines
    },
  }
}

/** @throws WishError where there is nothing to ask for, or nobody to ask */
const mayAskPassword = (cluster: Cluster, { terminal }: World): void => {
  if (hostsOf(cluster).every(({ ssh }) => ssh.become === undefined)) {
    throw new WishError(
      '--ask-become-pass: no host of the inventory has "become: true", so there is no password to ask for; leave it out, or write that.',
    )
  }
  if (terminal.interactive) return
  throw new WishError(
    '--ask-become-pass: nobody can be asked here; say in the inventory where the password is: ssh.become_password: { env: NAME }, { file: PATH } or { command: […] }.',
  )
}

/**
 * Reads ssh_config; nobody is asked anything before a host wants to know it.
 * @throws WishError
 */
export const makeReaching = (
  { sshConfig }: ReachOptions,
  cluster: Cluster,
  world: World,
): Reaching & { readonly askPassword: () => Promise<void> } => {
  const config = openSshConfig(sshConfig, world)
  const secrets = [...secretsOf(cluster)]
  let masked = masking(secrets)
  const mask: Mask = (text) => masked(text)
  const asked = makePerson(world, (answer) => {
    // A "1" or a "yes" is no secret, and would be masked in every sentence.
    if (reveal(answer).length < fewestMasked) return
    secrets.push(answer)
    masked = masking(secrets)
  })
  // A host may ask in words of its own.
  const person: Person = {
    askHidden: (question) => asked.askHidden(mask(question)),
    tell: (sentence) => asked.tell(mask(sentence)),
  }
  let password: Secret | undefined
  /** Who has a password of his own in the inventory keeps it. */
  const withPassword = (ssh: Ssh): Ssh =>
    password === undefined || ssh.become === undefined || ssh.become.password !== undefined
      ? ssh
      : { ...ssh, become: { ...ssh.become, password } }
  const known = new Map<string, Ssh>()
  const remarks = makeRemarks()
  const ways = new Map<string, Route['hops']>()
  const here: Here = {
    ...hereOf(config, world),
    remark: remarks.note,
    found: (host, hops) => ways.set(host, hops),
  }
  const sshOf = (name: string): Ssh => {
    const ssh = known.get(name)
    if (ssh === undefined) throw new Error(`no host ${name}`)
    return withPassword(ssh)
  }
  return {
    learn: (hosts) => hosts.forEach(({ name, ssh }) => known.set(name, ssh)),
    dial: maskedDial(lateDial(sshOf, world.terminal.interactive ? person : undefined, here), mask),
    addressOf: ({ name, ssh }) => ways.get(name)?.at(-1)?.host ?? ssh.host,
    wayTo: async ({ name, ssh }) =>
      wayInWords(ways.get(name) ?? (await likelyWay(name, ssh, here))),
    mask,
    remarks: () => remarks.take().map(mask),
    askPassword: async () => {
      mayAskPassword(cluster, world)
      password = await person.askHidden('Password to become root: ')
      if (password !== undefined) return
      throw new WishError(
        '--ask-become-pass: no password was given, and no host was asked anything.',
      )
    },
  }
}

/**
 * The same, and asks for what is to be asked before anything else.
 * @throws WishError
 */
export const openReaching = async (
  options: ReachOptions,
  cluster: Cluster,
  world: World,
): Promise<Reaching> => {
  const reaching = makeReaching(options, cluster, world)
  if (options.askBecomePass === true) await reaching.askPassword()
  return reaching
}
