import { z } from 'zod'
import { shown } from '../../faults/schema-faults.ts'
import { familyOf } from '../address.ts'
import { oneOrMany, seconds, word } from './fields.ts'
import { rawLines } from './program.ts'

const mail = word('a mail address').refine((text) => /^[^@]+@[^@]+$/.test(text), {
  error: (issue) => `${shown(issue.input)} is not a mail address`,
})

const server = word('a mail server').refine((text) => !/:\d+$/.test(text) || familyOf(text) === 6, {
  error: ({ input }) =>
    `${shown(input)} has a port, and this is the host alone; write the line "smtp_server HOST PORT" under global_defs instead`,
})

/** keepalived's global_defs, and what only its own words can say. */
export const keepalived = z
  .strictObject({
    notification_email: oneOrMany(mail).optional().meta({ description: 'Who gets mail.' }),
    notification_email_from: mail.optional().meta({ description: 'Who the mail is from.' }),
    smtp_server: server.optional().meta({ description: 'An address or a name.' }),
    smtp_connect_timeout: seconds('a timeout', 3600).optional().meta({ description: 'Seconds.' }),
    global_defs: rawLines('global_defs').optional(),
    extra: rawLines('the end of the file').optional(),
  })
  .meta({ description: "keepalived's global_defs, and lines of its own." })
