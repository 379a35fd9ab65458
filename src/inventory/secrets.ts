import { reveal, type Secret } from '../secret.ts'
import { plainText } from './schema/fields.ts'
import type { SecretReference } from './schema/secret.ts'

/** Opens a secret, or says in a sentence why it cannot be opened; `at` is where the inventory asks for it. */
export interface OpenSecret {
  (reference: SecretReference, at: string): Secret | string
  /** Who else may read one that was opened, in a sentence; undefined: nobody. */
  readonly exposed?: (reference: SecretReference) => string | undefined
}

/** What is wrong with a secret as VRRP's password; never says what it is. */
export const passwordFault = (secret: Secret): string | undefined => {
  const text = reveal(secret)
  if (text === '') return 'the password is empty'
  if (!plainText.test(text))
    return 'the password has a blank, a quote, a brace, "$", "!", "#" or an unprintable character, which keepalived.conf would not take as it is; choose another on all routers'
  if (text.length > 8)
    return 'the password is longer than 8 characters; keepalived uses the first 8 only, so give it no more (keepalived.conf(5), auth_pass)'
  return undefined
}
