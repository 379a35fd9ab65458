import { lines, sh, type Sh } from '../sh/sh.ts'
import {
  familyOfServer,
  forwards,
  forwardWords,
  keyOf,
  plainEnd,
  selector,
  serverWords,
  usualTicks,
  type WishedServer,
} from './ipvs-difference.ts'
import { hexAddress, hexEnd, ipvsTable } from './ipvs-table.ts'

/*
 * What `tableDifferences` says, said by the host itself: right after a reload only it can ask again and again. Rows of
 * the wish first (S: a virtual server, R: its real server, Y: who says sorry), then the kernel's table; out come
 * `missing -t 203.0.113.10:80`, and the words of ipvsadm for all else. For any awk: mawk knows no hex.
 */
const comparing = `
NR == FNR {
  split($0, f, "\\t")
  if (f[1] == "S") { n++; key[n] = f[2]; family[n] = f[3]; at[n] = f[4]; scheduler[n] = f[5]; persistence[n] = f[6]; edit[n] = f[7] }
  if (f[1] == "R") real[n, f[2]] = $0
  if (f[1] == "Y") sorry[n, f[2]] = 1
  next
}
/^(TCP|UDP|SCTP|FWM) / {
  m++; lkey[m] = $1 " " $2; lscheduler[m] = $3; lticks[m] = ""; lfamily[m] = ""
  for (i = 4; i < NF; i++) if ($i == "persistent") lticks[m] = $(i + 1)
}
/^ +-> / && $2 != "RemoteAddress:Port" {
  if (lfamily[m] == "") lfamily[m] = $2 ~ /^\\[/ ? 6 : 4
  reals[m]++; end[m, reals[m]] = $2; forward[m, reals[m]] = $3; weight[m, reals[m]] = $4
}
function number(text, i, sum) {
  sum = 0
  for (i = 1; i <= length(text); i++) sum = sum * 16 + index("0123456789ABCDEF", substr(text, i, 1)) - 1
  return sum
}
function address(text) { sub(/:[0-9A-F]*$/, "", text); return text }
function word(text, port, a) {
  a = address(text); port = number(substr(text, length(a) + 2))
  if (a !~ /^\\[/) a = number(substr(a, 1, 2)) "." number(substr(a, 3, 2)) "." number(substr(a, 5, 2)) "." number(substr(a, 7, 2))
  return a ":" port
}
function persists(wished, live, hz, count, i) {
  if (wished == "any") return 1
  if (wished == 0 || live == "") return wished == 0 && live == ""
  count = split(ticks, hz, " ")
  for (i = 1; i <= count; i++) if (live + 0 == wished * hz[i]) return 1
  return 0
}
END {
  for (i = 1; i <= n; i++) {
    found = 0
    for (j = m; j > 0; j--) if (lkey[j] == key[i] && (lkey[j] !~ /^FWM/ || lfamily[j] == "" || lfamily[j] == family[i])) found = j
    if (!found) { print "missing " at[i]; continue }
    if (lscheduler[found] != scheduler[i] || !persists(persistence[i], lticks[found])) print "-E " at[i] " " edit[i]
    for (k = 1; k <= reals[found]; k++) {
      e = end[found, k]; w = weight[found, k]; v = forward[found, k]
      if (!((i, e) in real)) {
        if (!((i, address(e)) in sorry)) print "-d " at[i] " -r " word(e)
        continue
      }
      split(real[i, e], f, "\\t")
      light = f[3] == "any" || w == f[3] || (w == 0 && f[4] == "1")
      if (light && (v == "Local" || v == f[5])) continue
      print "-e " at[i] " -r " f[6] " " f[7] " -w " (light ? w : f[3])
    }
  }
}`

const rows = (server: WishedServer): readonly string[] => [
  [
    ...['S', keyOf(server), String(familyOfServer(server)), selector(server).join(' ')],
    ...[server.scheduler, String(server.persistence), serverWords(server).join(' ')],
  ].join('\t'),
  ...server.reals.map(({ address, port, weight, mayBeZero, forwarding }) =>
    [
      ...['R', hexEnd(address, port), weight === undefined ? 'any' : String(weight)],
      ...[mayBeZero ? '1' : '0', forwards[forwarding], plainEnd(address, port)],
      forwardWords[forwarding],
    ].join('\t'),
  ),
  ...(server.sorry === undefined ? [] : [`Y\t${hexAddress(server.sorry)}`]),
]

/** Prints how often a second the kernel ticks; nothing where it does not say. */
export const kernelTicks = sh`read -r release </proc/sys/kernel/osrelease
for config in /boot/config-"$release" /lib/modules/"$release"/config; do [ ! -r "$config" ] || { hz=$(grep '^CONFIG_HZ=' "$config"); echo "\${hz#*=}"; break; }; done`

/**
 * Defines `differences`, which prints how `table` differs from the wish, one a line; nothing where there is no table,
 * and `mend`, which has ipvsadm do what can be done about $differs.
 */
export const mending = (wished: readonly WishedServer[], table = ipvsTable): Sh =>
  lines(
    sh`ticks=$(${kernelTicks}); ticks=\${ticks:-${usualTicks.join(' ')}}`,
    wished.length === 0
      ? sh`differences() { :; }`
      : sh`differences() { [ ! -s ${table} ] || printf '%s\n' ${wished.flatMap(rows).join('\n')} | awk -v ticks="$ticks" ${comparing} - ${table}; }`,
    // Words, not patterns: an IPv6 address is in brackets.
    sh`mend() { printf '%s\n' "$differs" | ( set -f; while read -r words; do case $words in -*) ipvsadm $words ;; esac; done ) 2>&1; }`,
  )
