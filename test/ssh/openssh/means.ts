import type { OpensshMeans } from '../../../src/ssh/openssh/openssh-link.ts'
import { makePasswords } from '../../../src/ssh/passwords.ts'
import type { Person } from '../../../src/ssh/person.ts'

/** No ssh_config of anybody's. */
export const meansOf = (person?: Person, more: Partial<OpensshMeans> = {}): OpensshMeans => ({
  included: [],
  person,
  passwords: makePasswords(person),
  env: { PATH: process.env.PATH },
  loginSeconds: 60,
  ...more,
})
