import { describe, expect, it } from 'vitest'

import { callsOf, modesBefore } from './traced.ts'

// As strace 6.1 writes them: while one process makes its file, another one writes.
const split = `11 umask(077)                        = 022
11 openat(AT_FDCWD</var/lib>, "./copy", O_WRONLY|O_CREAT|O_TRUNC, 0666 <unfinished ...>
12 write(1<pipe:[7]>, "x", 1)           = 1
11 <... openat resumed>)                = 3</var/lib/copy>
11 write(3</var/lib/copy>, "text", 4)   = 4
`

describe('a call during which another process made one', () => {
  it('is one call', () => {
    expect(callsOf(split).map(({ pid, name }) => `${pid} ${name}`)).toEqual([
      ...['11 umask', '11 openat', '12 write', '11 write'],
    ])
  })

  it('tells of the file that it made', () => {
    const calls = callsOf(split)
    expect(modesBefore(calls, '/var/lib/copy', calls.length)).toEqual([0o600])
  })
})
