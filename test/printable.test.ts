import { expect, it } from 'vitest'

import { tame, tameWord } from '../src/printable.ts'

it('a terminal obeys nothing that a host said', () => {
  expect(tame('\u001b[2J\u001b]0;mine\u0007ok\r\nrtl \u202Egnp\u0000\n\n')).toBe(
    '  \ufffd[2J\ufffd]0;mine\ufffdok\n  rtl \ufffdgnp\ufffd',
  )
  expect(tameWord('a\u001b[1m\nb')).toBe('a\ufffd[1m b')
})

it('much is cut to its end', () => {
  const shown = tame(Array.from({ length: 50 }, (_, n) => `line ${String(n)}`).join('\n'))
  expect(shown.split('\n')).toHaveLength(7)
  expect(shown).toContain('line 49')
  expect(tame('x'.repeat(1000))).toHaveLength(302)
})
