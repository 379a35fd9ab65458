import type { History, Step, Trouble, Wished } from './history.ts'

/*
 * Histories that once led to routers that reject each other: each is lived first, whatever the seed.
 */

const base: Wished = {
  ...{ routers: ['lb1', 'lb2'], password: 'passw123', every: 1, id: 51, version: 2 },
  vips: ['203.0.113.11'],
}
const apply = (
  wished: Wished,
  trouble: Trouble = { kind: 'none' },
  limit?: Wished['routers'],
): Step => ({ do: 'apply', wished, limit, trouble })

/** A reload that fails long after a file was replaced: the copy of that time is not what keepalived has read. */
const oldCopy: History = {
  before: { routers: ['lb1'], wished: { ...base, vips: ['203.0.113.10', '203.0.113.11'] } },
  steps: [
    apply(base),
    { do: 'reboot', host: 'lb1' },
    apply(base, { kind: 'refuses', host: 'lb1', verbs: ['reload'] }),
  ],
}

/** A router that left goes back to a file of before lbprov, while another one that left still runs. */
const twoLeft: History = {
  before: { routers: ['lb1'], wished: base },
  steps: [
    apply({ ...base, routers: ['lb1', 'lb3'], id: 50 }),
    // lb2 hears of the others, but cannot change with them.
    apply({ ...base, id: 50, password: 'rotated1' }),
    apply(
      { ...base, routers: ['lb2'], id: 50, password: 'rotated1' },
      { kind: 'refuses', host: 'lb2', verbs: ['test'] },
    ),
  ],
}

/** A new router starts by a run on it alone; of one that left and still runs only a router outside of the run knows. */
const knownElsewhere: History = {
  before: undefined,
  steps: [
    apply({ ...base, routers: ['lb1', 'lb3'] }),
    // lb3 is stopped for the new password, and lb1 does not get it.
    apply(
      { ...base, routers: ['lb1', 'lb3'], password: 'rotated1' },
      { kind: 'killed', trip: 6, sent: false },
    ),
    apply({ ...base, routers: ['lb2', 'lb3'], password: 'rotated1' }, { kind: 'none' }, ['lb2']),
  ],
}

export const found: readonly History[] = [oldCopy, twoLeft, knownElsewhere]
