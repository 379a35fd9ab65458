import { describe, expect, it } from 'vitest'

import { AnswerError } from '../../src/errors.ts'
import { resourceKinds } from '../../src/resources/index.ts'
import { asShown, bound, casesOf } from './case-files.ts'

describe.each(resourceKinds.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  it.each(casesOf(kind).map((each) => [each.name, each] as const))('%s', (_, each) => {
    const { should, answers, changes, error, refused } = each
    if (refused !== undefined) {
      const result = kind.schema.safeParse(should)
      expect(result.error?.issues.map(({ message }) => message)).toEqual([refused])
      return
    }
    const resource = bound(each)
    expect(Object.keys(answers).sort()).toEqual(Object.keys(resource.probe).sort())
    if (error === undefined) {
      expect(resource.judge(answers).map(asShown)).toEqual(changes)
    } else {
      expect(() => resource.judge(answers)).toThrow(new AnswerError(error))
    }
  })
})
