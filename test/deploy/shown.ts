/** What a run said but for its plan, without what changes from run to run, and without what went well. */
export const shown = (out: string): string => {
  const plan = out.search(/^(lb|rs)\d[^\n:]*\n {2}/m)
  const size = /^\d+ changes? on \d+ hosts?\.\n/m.exec(out)
  const behind = (size?.index ?? 0) + (size?.[0].length ?? 0)
  return stripped(
    (plan === -1 ? out : out.slice(0, plan)) + (size === null ? '' : out.slice(behind)),
  )
    .split('\n')
    .filter((line) => !/^✔|^ {2}\w+ +\w+ …$/.test(line))
    .join('\n')
}

/** Without ports, fingerprints, temporary folders and seconds. */
export const stripped = (text: string): string =>
  text
    .replace(/127\.0\.0\.1 port \d+/g, '127.0.0.1 port N')
    .replace(/\[127\.0\.0\.1\]:\d+/g, '[127.0.0.1]:N')
    .replace(/-p \d+/g, '-p N')
    .replace(/SHA256:[\w+/]+/g, 'SHA256:…')
    .replace(/\/tmp\/lbprov-(toy|site)-[\w-]+/g, '/tmp/$1')
    .replace(/ \d+\.\d s /g, ' N s ')
