/** A oneshot unit that runs commands at every boot. */
export interface BootUnit {
  readonly description: string
  readonly after: readonly string[]
  readonly requires: readonly string[]
  /** Started with it if they can be; it comes up without them too. */
  readonly wants: readonly string[]
  readonly before: readonly string[]
  readonly commands: readonly { readonly words: readonly string[]; readonly mayFail: boolean }[]
  /** What is run when it stops, at a shutdown too, in order; a failure stops nothing. */
  readonly undo: readonly (readonly string[])[]
}

/** systemd puts its own words in for %x in every value (systemd.unit(5), SPECIFIERS). */
const plain = (text: string): string => text.replaceAll('%', '%%')

/**
 * One word of an ExecStart= line: `$` would be a variable, and quotes and backslashes are read as in C
 * (systemd.service(5), COMMAND LINES; systemd.syntax(7), QUOTING).
 */
const execWord = (word: string): string => {
  const text = plain(word).replaceAll('$', '$$$$')
  return /^[\w@%$+:,./=-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}

const list = (key: string, units: readonly string[]): readonly string[] =>
  units.length === 0 ? [] : [`${key}=${units.join(' ')}`]

const firstLine = '# Written by lbprov; what is changed here by hand is lost.'

/** Whether lbprov wrote a unit's file. */
export const isOurs = (text: string): boolean => text.startsWith(firstLine)

/** The text of the unit's file. */
export const bootUnitText = ({
  description,
  after,
  requires,
  wants,
  before,
  commands,
  undo,
}: BootUnit): string =>
  [
    firstLine,
    '[Unit]',
    `Description=${plain(description)}`,
    ...list('Requires', requires),
    ...list('Wants', wants),
    ...list('After', after),
    ...list('Before', before),
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    ...commands.map(
      ({ words, mayFail }) => `ExecStart=${mayFail ? '-' : ''}${words.map(execWord).join(' ')}`,
    ),
    ...undo.map((words) => `ExecStop=-${words.map(execWord).join(' ')}`),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n')
