import type { Wish } from '../schema.ts'
import { numberFrom } from './hash.ts'
import { isMarked } from './ports.ts'

type ServiceWish = Wish['services'][string]

// Derived marks have six digits: far from the small numbers that people give by hand.
const FIRST_MARK = 100_000
const MARKS = 900_000

/** The mark that was given for one VIP of a service; one mark alone is for all of them. */
export const givenMark = ({ firewall_mark: given }: ServiceWish, index: number) =>
  given?.length === 1 ? given[0] : given?.[index]

const keyOf = (service: string, vip: string): string => `${service}/${vip}`

/** The mark of a service at a VIP, by both names; undefined: its one port needs none. */
export type MarkOf = (service: string, vip: string) => number | undefined

/**
 * A mark for each service and VIP that needs one: the given one, else one that is derived in the order of names,
 * so that order in the file changes none.
 */
export const marksOf = (wish: Wish): MarkOf => {
  const places = Object.entries(wish.services)
    .filter(([, service]) => isMarked(service))
    .flatMap(([name, service]) =>
      service.vip.map((vip, index) => ({
        key: keyOf(name, vip),
        given: givenMark(service, index),
      })),
    )
  const marks = new Map<string, number>()
  for (const { key, given } of places) if (given !== undefined) marks.set(key, given)
  const wanted = new Set(places.filter(({ key }) => !marks.has(key)).map(({ key }) => key))
  const taken = new Set(marks.values())
  for (const key of [...wanted].sort()) {
    let step = numberFrom([wish.cluster, key], MARKS)
    while (taken.has(FIRST_MARK + step)) step = (step + 1) % MARKS
    marks.set(key, FIRST_MARK + step)
    taken.add(FIRST_MARK + step)
  }
  return (service, vip) => marks.get(keyOf(service, vip))
}
