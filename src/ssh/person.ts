import type { Secret } from '../secret.ts'

/** Who sits at the terminal. Asked one question at a time, whoever asks. */
export interface Person {
  /** What is answered is not echoed. `undefined`: nobody answers. */
  readonly askHidden: (question: string) => Promise<Secret | undefined>
  /** Something the person must do now: touch a key, look at another window. */
  readonly tell: (sentence: string) => void
}
