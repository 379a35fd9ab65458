import { sh, together, type Kind, type Sh } from './sh.ts'

const units: Kind = {
  ask: (names) => sh`systemctl is-active ${names} 2>/dev/null || :`,
  // A line for each unit, whatever it is; none where systemd does not answer.
  cut: ({ out }, names) => {
    const states = out.trimEnd().split('\n')
    return names.map((_, n) => ({
      exit: 0,
      out: states.length === names.length ? `${states[n] ?? ''}\n` : '',
      err: '',
    }))
  },
}

/** How a unit is, in systemd's word: `active`, `reloading`, `inactive`, …; nothing where systemd does not answer. */
export const isActive = (unit: string): Sh =>
  together(units, unit, sh`systemctl is-active ${unit} 2>/dev/null || :`)
