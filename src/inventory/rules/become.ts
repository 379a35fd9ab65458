import type { Path } from '../../yaml.ts'
import type { Wish } from '../schema.ts'
import { hostsIn } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

const WORDS = ['become_method', 'become_user', 'become_password'] as const

type Words = Pick<Wish['ssh'], (typeof WORDS)[number]>

const complaints = (ssh: Words, path: Path, next: string): readonly Complaint[] =>
  WORDS.filter((word) => ssh[word] !== undefined).map((word) => ({
    path: [...path, word],
    message: `says how to become root, and nobody is to become root; ${next}`,
  }))

/** Who says how root's rights are had says that they are to be had. */
export const becomeIsSaid: Rule = ({ wish }) => {
  const hosts = hostsIn(wish).filter(({ host }) => !('managed' in host) || host.managed)
  const isRoot = (become: boolean | undefined): boolean => (become ?? wish.ssh.become) === true
  const anybody = isRoot(undefined) || hosts.some(({ host }) => isRoot(host.ssh?.become))
  return [
    ...(anybody ? [] : complaints(wish.ssh, ['ssh'], 'write "become: true" beside it')),
    ...hosts.flatMap(({ host: { ssh }, path }) =>
      ssh === undefined || isRoot(ssh.become)
        ? []
        : complaints(
            ssh,
            [...path, 'ssh'],
            ssh.become === false
              ? 'write "become: true", not false, beside it'
              : 'write "become: true" beside it',
          ),
    ),
  ]
}
