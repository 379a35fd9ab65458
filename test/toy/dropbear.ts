import { toyHost, type Toy, type ToyOptions } from './toy.ts'

export type DropbearOptions = Omit<ToyOptions, 'server' | 'sshd'> & {
  /** dropbear(8)'s own words. Passwords are taken, root's too, unless they say otherwise. */
  readonly words?: readonly string[]
}

/** A toy host whose SSH server is dropbear, as on routers with little room. */
export const dropbearToy = async ({
  words = [],
  ...options
}: DropbearOptions = {}): Promise<Toy> => {
  const types = options.hostKeys ?? ['ed25519']
  const keys = types.map((type) => `/etc/dropbear/toy_${type}`)
  const toy = await toyHost({
    ...options,
    server: ['/usr/sbin/dropbear', '-i', ...keys.flatMap((key) => ['-r', key]), ...words],
  })
  for (const type of types) {
    // Its own format, of the very keys that are known for the host.
    const ways = [`/etc/ssh/toy_${type}`, `/etc/dropbear/toy_${type}`]
    const { exit, err } = toy.run([
      ...['sh', '-c', 'mkdir -p /etc/dropbear && exec dropbearconvert openssh dropbear "$@"'],
      ...['convert', ...ways],
    ])
    if (exit !== 0) throw new Error(`dropbear cannot have the ${type} key: ${err}`)
  }
  return toy
}
