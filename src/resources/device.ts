import { z } from 'zod'

/** A network interface's name as the kernel takes it: at most 15 bytes, no slash, no blank. */
export const deviceName = z
  .string()
  .regex(/^(?!\.\.?$)[^\s/:\0]{1,15}$/, 'must be the name of a network interface')
