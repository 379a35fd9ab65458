import type { History, Step, Trouble, Wished } from './history.ts'

// Histories that once made two routers reject each other. They come first in every run, whatever its seed.

const base: Wished = {
  ...{ routers: ['lb1', 'lb2'], password: 'passw123', every: 1, id: 51, version: 2 },
  vips: ['203.0.113.11'],
}
const apply = (
  wished: Wished,
  trouble: Trouble = { kind: 'none' },
  limit?: Wished['routers'],
): Step => ({ do: 'apply', wished, limit, trouble })

/** A reload fails long after the file was replaced: keepalived has not read the copy that was kept then. */
const oldCopy: History = {
  before: { routers: ['lb1'], wished: { ...base, vips: ['203.0.113.10', '203.0.113.11'] } },
  steps: [
    apply(base),
    { do: 'reboot', host: 'lb1' },
    apply(base, { kind: 'refuses', host: 'lb1', verbs: ['reload'] }),
  ],
}

/** A removed router goes back to its keepalived.conf of before lbprov, while another departed router still runs. */
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

/** A --limit run starts a new router; only a router outside of the run knows a departed one that still runs. */
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
