import type { Lab } from './lab.ts'
import { stream } from './requests.ts'

/** Cuts a machine's power under requests to each of the URLs: the milliseconds until each is answered again. */
export const powerCutUnder = async (
  lab: Lab,
  name: string,
  urls: readonly string[],
): Promise<readonly number[]> => {
  const streams = urls.map((url) => stream(lab, url, 50))
  const answers = () =>
    Promise.all(streams.map(({ next }) => next(({ server }) => server !== undefined)))
  await answers()
  await lab.machine(name).powerCut()
  const cut = Date.now()
  const firsts = await answers()
  await Promise.all(streams.map(({ stop }) => stop()))
  return firsts.map(({ ended }) => ended - cut)
}
