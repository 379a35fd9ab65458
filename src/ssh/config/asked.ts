import type { Said } from './host-config.ts'
import { options } from './options.ts'
import type { Setting } from './parse.ts'
import type { Settings } from './settings.ts'

const saidBy = ({ option, words, rest, place }: Setting): Said => ({
  option: option.name,
  value: option.kind === 'command' || option.kind === 'anything' ? rest : words.join(' '),
  file: place.file,
  line: place.line,
})

const asking = (of: 'openssh' | 'nobody') =>
  options.flatMap(({ name, use }) =>
    typeof use === 'string' || use.of !== of ? [] : [{ name, use }],
  )

/** Asked of every hop. */
const askingFor = { openssh: asking('openssh'), nobody: asking('nobody') }

/** What settings ask for that only the system's ssh does, or nobody. */
export const asked = (
  { first, certificateFiles }: Settings,
  of: 'openssh' | 'nobody',
): readonly Said[] => {
  const valueOf = (setting: Setting): string =>
    (setting.option.kind === 'command' ? setting.rest : setting.words[0]) ?? ''
  const said = (name: string): string | undefined => {
    const setting = first.get(name)
    return setting === undefined ? undefined : valueOf(setting)
  }
  return askingFor[of].flatMap(({ name, use }) => {
    const one = first.get(name)
    const all = name === 'CertificateFile' ? certificateFiles : one === undefined ? [] : [one]
    return all
      .filter((setting) => !use.own || setting.own)
      .filter((setting) => use.when(valueOf(setting), said))
      .map(saidBy)
  })
}
