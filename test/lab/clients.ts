import { fileURLToPath } from 'node:url'

import type { Lab } from './lab.ts'
import { counted, type ClientOptions } from './requests.ts'

const dnsClient = fileURLToPath(new URL('./dns-client.ts', import.meta.url))

/** `count` questions by UDP, each from a port of its own: which name server answered how often; '': none within 1 s. */
export const askDns = async (
  lab: Lab,
  address: string,
  count: number,
  { from }: ClientOptions = {},
): Promise<Readonly<Record<string, number>>> => {
  const { stdout } = await lab.inNamespace([
    process.execPath,
    ...['--import', 'tsx', dnsClient, address, String(count)],
    ...(from === undefined ? [] : [from]),
  ])
  return counted(stdout.trimEnd().split('\n'))
}

/**
 * How the data connection is made (RFC 959, RFC 2428): `passive`: to the address that the server says (PASV);
 * `extended`: to the server's own address (EPSV); `active`: by the server, from its port 20 (PORT).
 */
export type FtpMode = 'passive' | 'extended' | 'active'

const ftpWords: Readonly<Record<FtpMode, readonly string[]>> = {
  passive: ['--disable-epsv', '--no-ftp-skip-pasv-ip'],
  extended: [],
  active: ['--disable-eprt', '--ftp-port', '-'],
}

/** Fetches the file that holds its server's name; curl's own words where it did not come. */
export const fetchFtp = async (
  lab: Lab,
  address: string,
  mode: FtpMode,
  { from }: ClientOptions = {},
): Promise<{ readonly server: string | undefined; readonly error: string }> => {
  const { code, stdout, stderr } = await lab.inNamespace([
    ...['curl', '--silent', '--show-error', '--max-time', '10', ...ftpWords[mode]],
    ...(from === undefined ? [] : ['--interface', from]),
    `ftp://${address}/which`,
  ])
  return { server: code === 0 ? stdout.trim() : undefined, error: stderr.trim() }
}
