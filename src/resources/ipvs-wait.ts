import { lines, sh, type Sh } from '../sh/sh.ts'

/** Whose connections are waited for, and for how long. */
export interface Wait {
  /** The kernel's table: /proc/net/ip_vs. */
  readonly table: string
  /** Virtual server and real server, in the table's words: `TCP CB00710A:0050 0A0B0C14:0050`. */
  readonly names: readonly string[]
  readonly timeoutSeconds: number
  /**
   * net.ipv4.vs.expire_quiescent_template under /proc/sys: while it waits, clients whose persistence leads to a weight of 0
   * are sent elsewhere. Undefined: they are not.
   */
  readonly quiescent: string | undefined
}

// The names are the words behind the file.
const sumOfActive = `BEGIN { for (n = 2; n < ARGC; n++) { wanted[ARGV[n]]; ARGV[n] = "" } }
$1 == "->" { if ((server " " $2) in wanted) sum += $5; next }
{ server = $1 " " $2 }
END { print sum + 0 }`

/*
 * With persistence a client comes back to its real server, whatever that one's weight: its connections would be new to
 * the end, and cut there. So the kernel is told to let go of such templates, and told otherwise again, even when the wait
 * is broken off. Only a kill -9 leaves it so until the next boot, which is what lbprov sets itself where a weight
 * of 0 meets persistence (kernel_settings).
 */
const lettingGo = (
  quiescent: string,
): Sh => sh`if [ "$(cat ${quiescent} 2>/dev/null)" = 0 ] && echo 1 > ${quiescent}; then
trap ${`echo 0 > ${quiescent}`} EXIT; trap 'exit 1' HUP INT TERM; fi`

/** Ends when none of them has a connection, or time is up, which it says on stderr; either is well. */
export const waitFor = ({ table, names, timeoutSeconds, quiescent }: Wait): Sh =>
  lines(
    quiescent === undefined ? sh`:` : lettingGo(quiescent),
    sh`now() { read -r up idle < /proc/uptime; echo "\${up%%.*}"; }`,
    sh`until=$(($(now) + ${timeoutSeconds})); tell=$(($(now) + 60))`,
    sh`while [ -e ${table} ]; do
left=$(awk ${sumOfActive} ${table} ${names}) || exit 1
[ "$left" != 0 ] || break
now=$(now)
if [ "$now" -ge "$until" ]; then
echo "$left connections are still open after ${timeoutSeconds} s, and end when their real servers leave." >&2
break
fi`,
    // Whoever hears nothing for half an hour takes the host for lost.
    sh`if [ "$now" -ge "$tell" ]; then echo "$left connections are left." >&2; tell=$((now + 60)); fi`,
    sh`sleep 1
done`,
  )
