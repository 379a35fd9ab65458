import type { Router } from './router.ts'

/** What a router of these tests says in VRRP: its one instance, as RFC 3768 and 5798 have it on the wire. */
interface Advert {
  readonly router: string
  readonly id: string
  readonly priority: number
  readonly every: string
  readonly password: string
  readonly version: string
  readonly vips: readonly string[]
}

const word = (text: string, keyword: string): string =>
  new RegExp(`^\\s*${keyword} (\\S+)`, 'm').exec(text)?.[1] ?? ''

const advertOf = (router: string, text: string): Advert => ({
  router,
  id: word(text, 'virtual_router_id'),
  priority: Number(word(text, 'priority')),
  every: word(text, 'advert_int'),
  // Version 3 has none (RFC 5798, 9).
  password: word(text, 'vrrp_version') === '3' ? '' : word(text, 'auth_pass'),
  version: word(text, 'vrrp_version'),
  vips: [...(/virtual_ipaddress \{([^}]*)\}/.exec(text)?.[1] ?? '').matchAll(/[\d.]+(?=\/32)/g)]
    .map(([vip]) => vip)
    .sort(),
})

/** The running ones, as they are now. */
const adverts = (routers: readonly Router[]): readonly Advert[] =>
  routers.flatMap((router) => {
    const text = router.runs()
    return text === undefined ? [] : [advertOf(router.name, text)]
  })

/** A router drops what is not of its own password, interval, version and addresses; then both are master of their VIPs. */
const reject = (one: Advert, other: Advert): boolean =>
  one.id === other.id
    ? (['every', 'password', 'version'] as const).some((field) => one[field] !== other[field]) ||
      one.vips.join() !== other.vips.join()
    : one.vips.some((vip) => other.vips.includes(vip))

/** Pairs of running routers that reject each other: `lb1 lb2`. */
export const rejections = (routers: readonly Router[]): readonly string[] => {
  const all = adverts(routers)
  return all.flatMap((one, n) =>
    all
      .slice(n + 1)
      .flatMap((other) => (reject(one, other) ? [`${one.router} ${other.router}`] : [])),
  )
}

/** Has the VIPs go where VRRP takes them: to each router that hears no better one. */
export const elect = (routers: readonly Router[]): void => {
  const all = adverts(routers)
  const masters = all.filter((one) =>
    all.every((other) => one === other || reject(one, other) || one.priority > other.priority),
  )
  const answering = masters.flatMap(({ vips }) => vips)
  for (const router of routers) {
    const own = masters.find((each) => each.router === router.name)?.vips ?? []
    router.show(
      own,
      answering.filter((vip) => !own.includes(vip)),
    )
  }
}
