import type { Resource } from '../resource.ts'
import { file } from '../resources/file.ts'

const load = `/bin/sh -c 'for file in /etc/lbprov/nft-*.nft; do [ ! -e "$$file" ] || /usr/sbin/nft -f "$$file" || exit; done'`

/**
 * nftables.service begins every start and reload with "flush ruleset", and ends with it, at a shutdown too while
 * cards may still be up; that takes our tables with it, so they follow it.
 */
export const nftReload = (): Resource =>
  file.bind({
    path: '/etc/systemd/system/nftables.service.d/lbprov.conf',
    content: `# Written by lbprov: "flush ruleset" takes its tables away, and this puts them back.
[Service]
ExecStartPost=-${load}
ExecReload=-${load}
ExecStopPost=-${load}
`,
    mode: '644',
  })
