import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'

/** A program on the routers as it was written; exactly one of `script` and `command` is there. */
export interface ProgramWish {
  /** A file beside the inventory, or `~/…`, or a whole path. */
  readonly script?: string | undefined
  readonly args: readonly string[]
  /** An absolute path on the routers and its arguments. */
  readonly command?: readonly string[] | undefined
}

// keepalived.conf(5), "Quoted strings": a program stands in double quotes, where blanks part its words and
// backslashes escape; `$` begins a definition's name; old keepalived looks for comments and braces even there.
const part = z.string().regex(/^[%&(-[\]-z|~]+$/, {
  error: ({ input }) =>
    `${shown(input)} cannot be a word of a program in keepalived.conf: no blanks, quotes, backslashes, braces, "$", "!", "#" or unprintable characters; say such things in a script`,
})

const NAME = /(?:^|\/)\w[\w.+-]{0,99}$/

const script = z
  .string()
  .refine((path) => NAME.test(path) && !/\p{Cc}/u.test(path), {
    error: ({ input }) =>
      `${shown(input)} is not a script's path: its last part becomes a name in /etc/keepalived/scripts, so letters, digits, ".", "_", "+" and "-", beginning with a letter or digit`,
  })
  .refine((path) => !/^~[^/]/.test(path), {
    error: ({ input }) =>
      `${shown(input)}: only your own home (~/…) is known for a script; write the whole path`,
  })

const LIST = 'a command is a list, one word each: [/usr/bin/logger, master]; no shell reads it'

const command = z
  .array(part, { error: LIST })
  .min(1)
  .refine(([first = '/']) => /^\/.*[^/]$/.test(first), {
    error: ({ input }) =>
      `${shown((input as readonly unknown[])[0])} is not an absolute path; keepalived starts programs by their whole path: /usr/bin/logger`,
  })

const FORMS = '{ script: PATH, args: […] } or { command: [/path/of/program, …] }'

const hasOne = ({ script: file, command: words }: Partial<ProgramWish>): boolean =>
  (file === undefined) !== (words === undefined)

/** A program that keepalived runs, a script that is shipped or a command that the routers have; `noun` says when. */
export const program = (noun: string) =>
  z
    .strictObject(
      {
        script: script.optional().meta({
          description:
            'A file, seen from the inventory; put into /etc/keepalived/scripts of every router.',
        }),
        args: z
          .array(part, { error: 'arguments are a list, one word each: [up, "10"]' })
          .default([])
          .meta({ description: "The script's arguments." }),
        command: command.optional().meta({
          description: 'A program that is on the routers already, by its path, and its arguments.',
        }),
      },
      {
        error: ({ code, input }) =>
          code === 'invalid_type' ? `${shown(input)} is not a program; write ${FORMS}` : undefined,
      },
    )
    .refine(hasOne, { error: `needs exactly one of script and command: ${FORMS}` })
    .refine((wish) => wish.command === undefined || wish.args.length === 0, {
      error: "args are a script's; a command has its arguments in its own list",
      path: ['args'],
    })
    .transform((wish): ProgramWish => wish)
    .meta({ description: `${noun[0]?.toUpperCase() ?? ''}${noun.slice(1)}: ${FORMS}.` })

/** What counts of a line: neither words in quotes nor a comment. */
const bare = (line: string): string => {
  const [said = ''] = /^(?:[^"!#\\]|\\.|"(?:[^"\\]|\\.)*"?)*/.exec(line) ?? []
  return said.replaceAll(/\\.|"(?:[^"\\]|\\.)*"?/g, '')
}

const opensQuote = (line: string): boolean => {
  const [closed = ''] = /^(?:[^"!#\\]|\\.|"(?:[^"\\]|\\.)*")*/.exec(line) ?? []
  return line.startsWith('"', closed.length)
}

/** A line that ends with a backslash goes on in the next (keepalived.conf(5)). */
const quoteFault = (lines: readonly string[]): string | undefined => {
  let begun = ''
  for (const [index, line] of lines.entries()) {
    begun += line
    const goesOn = /(?<!\\)(?:\\\\)*\\$/.test(line) && index + 1 < lines.length
    if (goesOn) begun = begun.slice(0, -1)
    else if (opensQuote(begun))
      return `line ${String(index + 1)} opens a quote (") and does not close it; keepalived would read what comes after as part of the same word`
    else begun = ''
  }
  return undefined
}

const braceFault = (lines: readonly string[]): string | undefined => {
  let depth = 0
  for (const [index, line] of lines.entries())
    for (const [brace] of bare(line).matchAll(/[{}]/g)) {
      depth += brace === '{' ? 1 : -1
      if (depth < 0)
        return `line ${String(index + 1)} closes a brace that these lines do not open; what is around them stays as it is`
    }
  return depth === 0
    ? undefined
    : `a brace is opened and not closed (${String(depth)} more "{" than "}")`
}

/** Lines of keepalived.conf(5), taken as they are; what they mean is keepalived's to judge. */
export const rawLines = (noun: string) =>
  z
    .string({
      error: ({ input }) =>
        `needs text, not ${shown(input)}; write the lines of keepalived.conf(5) under "|"`,
    })
    .transform((text, context): readonly string[] => {
      const lines = text.trimEnd().split('\n')
      const fault = /[^\t\n\P{Cc}]/u.test(text)
        ? 'has a control character, which keepalived.conf would not take'
        : (quoteFault(lines) ?? braceFault(lines))
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
      return text.trim() === '' ? [] : lines
    })
    .meta({ description: `Lines of keepalived.conf(5) for ${noun}, as they are.` })
