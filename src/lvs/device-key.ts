/** A setting of one card, as sysctl.d(5) spells it: a dot in the card's name is a slash. */
export const deviceKey = (family: 4 | 6, device: string, setting: string): string =>
  `net.ipv${String(family)}.conf.${device.replaceAll('.', '/')}.${setting}`
