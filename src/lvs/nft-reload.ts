import type { Resource } from '../resource.ts'
import { file } from '../resources/file.ts'

/** The file from which a boot loads our table of a family; the kind `nft_table` keeps it. */
export const nftFile = (family: 'arp' | 'ip' | 'ip6'): string => `/etc/lbprov/nft-${family}.nft`

const load = `/bin/sh -c 'for file in /etc/lbprov/nft-*.nft; do [ ! -e "$$file" ] || /usr/sbin/nft -f "$$file" || exit; done'`

/** nftables.service begins every start and reload with "flush ruleset", which takes our tables too: they follow it. */
export const nftReload = (): Resource =>
  file.bind({
    path: '/etc/systemd/system/nftables.service.d/lbprov.conf',
    content: `# Written by lbprov: "flush ruleset" takes its tables away, and this puts them back.
[Service]
ExecStartPost=-${load}
ExecReload=-${load}
`,
    mode: '644',
  })
