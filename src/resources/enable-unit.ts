import type { Change } from '../resource.ts'
import { sh } from '../sh/sh.ts'

/** What makes a unit start at boot, where it does not. */
export const enableUnit = (name: string, isEnabled: boolean): readonly Change[] =>
  isEnabled
    ? []
    : [
        {
          what: `${name}, saved`,
          before: 'not started at boot',
          after: 'enabled',
          run: sh`systemctl -q enable ${name}`,
        },
      ]
