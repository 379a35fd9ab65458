/** One host asked for of one set of files. */
export interface Case {
  readonly what: string
  /** The file that -F names. */
  readonly config?: string
  /** ~/.ssh/config. */
  readonly user?: string
  /** /etc/ssh/ssh_config. */
  readonly system?: string
  /** Other files, by their path below a folder; `@/` in a config is that folder. `home/` and `etc/` lie there too. */
  readonly files?: Readonly<Record<string, string>>
  readonly host?: string
  /** `-l`. */
  readonly login?: string
  /** `-p`. */
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Lines as a text. */
export const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('')
