import { z } from 'zod'

const phaseName = z
  .string()
  .regex(/^[a-z][\w-]*$/i, 'must be one word')
  .describe('Shown on the screen; for --phase and "needs"')

const phase = z.strictObject({
  name: phaseName,
  hosts: z.enum(['routers', 'real_servers', 'all']).describe('On which hosts the tasks run'),
  serial: z
    .int()
    .min(1)
    .optional()
    .describe('How many hosts at once, backup router first; the first failure ends the phase'),
  needs: z
    .array(phaseName)
    .default([])
    .describe('Phases that must have succeeded on all their hosts before this one begins'),
  tasks: z
    .array(z.union([z.string(), z.record(z.string(), z.unknown())]))
    .min(1)
    .describe('In the order in which they are done: an LVS word, or a generic task with its wish'),
})

/** What a playbook may say. */
export const playbookSchema = z
  .strictObject({
    name: z.string().min(1).describe('Shown on the screen'),
    phases: z.array(phase).min(1).describe('One after the other, each on all its hosts first'),
  })
  .describe('An lbprov playbook: ordered phases of tasks')
