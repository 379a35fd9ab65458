import type { Change } from '../resource.ts'

/** Where in the inventory the lines were written that a host complains of: `Line 45 is inventory.yaml:31:9.` */
export const whereWritten = (
  { places = {} }: Pick<Change, 'places'>,
  said: string,
): readonly string[] => {
  const numbers = [...said.matchAll(/\bline (\d{1,9})\b/gi)].map(([, digits]) => Number(digits))
  return [...new Set(numbers)].flatMap((number) => {
    const place = places[number]
    return place === undefined ? [] : [`Line ${String(number)} is ${place}.`]
  })
}
