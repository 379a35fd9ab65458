import { appendFileSync } from 'node:fs'

import type { Ssh } from '../../src/inventory/cluster.ts'
import type { Direction } from './relay.ts'
import type { Said, Toy } from './toy.ts'

/** A toy's sshd on a cable of its own, so that a connection has addresses, and a kernel at either end. */
export interface OverTcp {
  /** How to reach it from the cable's far end: `toy.outside`. */
  readonly ssh: Ssh
  readonly ssh6: Ssh
  /** Nothing passes any more, either way; the near end sees its carrier go. */
  readonly cut: () => void
  /** Nothing passes any more towards the host, or from it, and nobody is told. */
  readonly drop: (direction: Direction) => void
  /** The line is slow, and loses a tenth of all packets, either way. */
  readonly impair: () => void
}

const cable = 'mgmt0'

/** One end of the cable: runs a command there. */
type End = (...words: readonly string[]) => void

const must = ({ exit, err }: Said, words: readonly string[]): void => {
  if (exit !== 0) throw new Error(`${words.join(' ')}: ${err}`)
}

/** Loses what comes in there, and fits. */
const lose = (end: End, which: string): void => {
  const chain = `type filter hook input priority 0; iifname ${cable} ${which} drop`
  end('nft', `table inet loss { chain in { ${chain}; }; }`)
}

export const overTcp = (toy: Toy): OverTcp => {
  const near: End = (...words) => must(toy.run(words), words)
  const far: End = (...words) => must(toy.runOutside(words), words)
  toy.addLink(cable)
  far('ip', 'link', 'set', 'lo', 'up')
  for (const [n, end] of [near, far].entries()) {
    end('ip', 'address', 'add', `192.0.2.${String(n + 1)}/24`, 'dev', cable)
    end('ip', 'address', 'add', `2001:db8:7::${String(n + 1)}/64`, 'dev', cable, 'nodad')
  }
  near('/usr/sbin/sshd', '-f', '/etc/ssh/toy_config', '-E', '/var/log/sshd.log')
  near('timeout', '20', 'sh', '-c', 'until ss -ltn | grep -q :22; do sleep 0.01; done')
  const [ip, ip6] = ['192.0.2.1', '2001:db8:7::1']
  const [file = ''] = toy.ssh.userKnownHostsFiles
  for (const key of toy.hostKeys) appendFileSync(file, `${ip},${ip6} ${key}\n`)
  return {
    ssh: { ...toy.ssh, host: ip, port: 22 },
    ssh6: { ...toy.ssh, host: ip6, port: 22 },
    cut: () => far('ip', 'link', 'set', cable, 'down'),
    drop: (direction) => lose(direction === 'in' ? near : far, ''),
    impair: () => {
      for (const end of [near, far]) {
        end(
          ...['tc', 'qdisc', 'add', 'dev', cable, 'root', 'tbf'],
          ...['rate', '16kbit', 'burst', '2000', 'latency', '5s'],
        )
        lose(end, 'numgen random mod 10 0')
      }
    },
  }
}
