import { scriptName, scriptText } from '../derive/program.ts'
import { shown } from '../../faults/schema-faults.ts'
import type { Path } from '../../yaml.ts'
import type { ProgramWish } from '../schema/program.ts'
import type { Wish } from '../schema.ts'
import { repeated } from './parts.ts'
import type { Complaint, Rule } from './rule.ts'

interface Program {
  readonly program: ProgramWish | undefined
  readonly path: Path
}

/** A script that keepalived is to run, and where the inventory says so. */
interface Script {
  readonly script: string
  readonly path: Path
}

const notified = ({ vrrp }: Wish): readonly Program[] =>
  Object.entries(vrrp.notify).map(([on, program]) => ({ program, path: ['vrrp', 'notify', on] }))

const checking = ({ services }: Wish): readonly Program[] =>
  Object.entries(services).flatMap(([name, { check }]) => {
    const path = ['services', name, 'check']
    if (check === undefined || check === 'none') return []
    return Array.isArray(check)
      ? check.map(({ misc }, index) => ({ program: misc, path: [...path, index, 'misc'] }))
      : [{ program: check.misc, path: [...path, 'misc'] }]
  })

const scriptsIn = (wish: Wish): readonly Script[] =>
  [...notified(wish), ...checking(wish)].flatMap(({ program, path }) =>
    program?.script === undefined ? [] : [{ script: program.script, path: [...path, 'script'] }],
  )

const fault = (text: string | undefined, script: string): string | undefined => {
  if (text === undefined)
    return `there is no readable text file ${shown(script)} beside this inventory; paths are seen from it (or ~/…, or whole)`
  const [first = ''] = text.split('\n')
  if (!first.startsWith('#!'))
    return `${script} does not begin with "#!", so the kernel could not start it; make its first line #!/bin/sh, or name its interpreter`
  return first.endsWith('\r')
    ? `${script} has the line ends of Windows, so the kernel would look for an interpreter with a carriage return in its name; save it with "\\n" alone`
    : undefined
}

/** Every script can be read and started. */
export const scripts: Rule = ({ wish, origin }) =>
  scriptsIn(wish).flatMap(({ script, path }): readonly Complaint[] => {
    const message = fault(scriptText(script, origin), script)
    return message === undefined ? [] : [{ path, message }]
  })

/** Two scripts do not become one file on the routers. */
export const scriptNames: Rule = ({ wish }) => {
  // The same path twice is one script.
  const all = [...new Map(scriptsIn(wish).map((one) => [one.script, one])).values()]
  return repeated(all, ({ script }) => scriptName(script)).map(({ first, again }) => ({
    path: again.path,
    message: `${again.script} and ${first.script} would both be /etc/keepalived/scripts/${scriptName(again.script)} on the routers; rename one`,
  }))
}
