import { lines, sh, type Sh } from '../sh/sh.ts'

export const keepalivedUnit = 'keepalived.service'

/** It is there while keepalived is stopped by lbprov and will be started again; its text: by which watcher. */
export const stoodDownNote = '/run/lbprov/keepalived.stood-down'

/** Defines `answers`: whether an address answers one ping within a second; and `any`: whether one of several does. */
export const pinging = sh`answers() { case $1 in *:*) set -- -6 "$1" ;; esac; ping -n -c 1 -W 1 "$@" >/dev/null 2>&1; }
any() { [ -n "$(for vip do { answers "$vip" && echo yes; } & done; wait)" ]; }`

/** Defines `holds`: whether a card of this host has the address. */
export const holding = sh`holds() { ip -o addr | grep -v '^[0-9]*: lo ' | grep -qF " $1/"; }`

/*
 * Starts keepalived again, with whatever file is there, once none of the VIPs has answered so many times in a row; with
 * no VIPs, once so many seconds have passed. It ends when its note is gone or another watcher's: so the run that loads
 * the new file ends it, and a run that died leaves a standby that still protects.
 */
const watcher = `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
trap '' HUP
token=$1 patience=$2; shift 2
${pinging.text}
left=$patience
while [ "$(cat ${stoodDownNote} 2>/dev/null)" = "$token" ]; do
  if [ "$left" = 0 ]; then rm -f ${stoodDownNote}; systemctl start ${keepalivedUnit}; exit 0; fi
  sleep 1; left=$((left - 1))
  if any "$@"; then left=$patience; fi
done
exit 0
`

const program = '/run/lbprov/keepalived-watcher.sh'

// By systemd, which would put its own words in for $x, so the program is a file; else in a session of its own. No
// descriptor may stay open: 9 is the run's lock.
const detach = sh`set -- "$token" "$patience" $watched
{ { [ -d /run/systemd/system ] && systemd-run /bin/sh ${program} "$@"; } || exec setsid /bin/sh ${program} "$@"; } </dev/null >/dev/null 2>&1 9>&- &`

/**
 * Stops keepalived on a router that holds none of the VIPs, watched: if they stop answering, it starts again. The watcher
 * comes first, so that at no moment nobody would start it.
 */
export const standDown = (vips: readonly string[]): Sh =>
  lines(
    holding,
    pinging,
    sh`for vip in ${vips}; do if holds "$vip"; then echo "The VIP $vip has come to this router since it was asked, so keepalived must not be stopped here: the routers have changed their roles. Run again." >&2; exit 1; fi; done`,
    // Where nobody answers pings, silence says nothing: then a minute must do.
    sh`patience=60 watched=; if command -v ping >/dev/null && any ${vips}; then patience=4 watched=${vips.join(' ')}; fi`,
    sh`umask 077; mkdir -p /run/lbprov && printf %s ${watcher} > ${program} || exit 1`,
    sh`read -r token </proc/sys/kernel/random/uuid && echo "$token" > ${stoodDownNote} || exit 1`,
    detach,
    sh`systemctl stop ${keepalivedUnit} || { code=$?; rm -f ${stoodDownNote}; exit $code; }`,
    sh`[ "$(cat ${stoodDownNote} 2>/dev/null)" = "$token" ] && exit`,
    sh`systemctl start ${keepalivedUnit}; echo "No VIP answered any more just when keepalived was to be stopped, so it was started again. See which router holds the VIPs, and run again." >&2; exit 1`,
  )
