import { sh, type Sh } from './sh.ts'

/*
 * A path that root reads or writes is walked folder by folder. A folder is closed where it is root's and nobody else may
 * write to it, and so is every folder above it: what a name in it means, only root can change, so there a path may be used
 * as it stands, and links are followed. (A folder of root's in one with the sticky bit, as /tmp, counts as well: nobody
 * else can take its name away. A group that may write does not: ACLs hide behind the bits of the group.)
 *
 * From the first folder on that is not closed, no link is followed, unless the wish says `follow`; each step is compared with
 * the folder that it came from; and all else is done from the folder itself, so that whatever is moved or swapped
 * meanwhile, nothing outside is touched:
 *
 * - A file is opened by dd(1) without following a link and without waiting for a FIFO. One with several names is not
 *   opened, unless it is the folder's owner's: another name may be a file of root's (link(2), protected_hardlinks).
 * - A new file comes to be in a folder of its own beside its place, which only root may enter. Who owns the place can take
 *   that folder's name away, but move it nowhere else: that takes the right to write to it (rename(2)). Owner, mode and
 *   label are set there, where nobody can put another file under them.
 *
 * These are functions for any POSIX shell. `pack` puts them before the steps that call them.
 */

/** Bytes of a file that others than root may write to, at most: what a user makes endless must not end the run. */
const mostBytes = 16 * 2 ** 20

const block = 65536

/** A folder of root's to which nobody else may write, as `stat -c %u/%A` says it: a pattern of the shell's. */
export const closed = sh`0/d????-??-?`
/** One of root's with the sticky bit. */
export const sticky = sh`0/d????????[tT]`

/** What is said of a link that `follow` would follow. */
export const notFollowed = sh`so it is not followed`

/**
 * lbprov_reach PATH [follow | name] [make]: goes to the folder in which PATH is. $at and $name: where that is, links
 * followed; $only: `yes` where the folder is closed; $leads: not empty where a link was followed. `follow`: any link; `name`:
 * not the last one; `make`: makes the folders that are missing. Exit code 2: there is none; 1: $why it is not gone to.
 *
 * /proc/net and /proc/self are the kernel's own links, another for each process that looks.
 *
 * lbprov_state PATH [follow]: says how PATH is, in lines: `there TYPE/OWNER/GROUP/MODE/CTIME`, `leads PATH`, `sum HEX`; or
 * `absent`, and what is around it; or `refused WHY`.
 *
 * lbprov_text PATH HOW LABEL: the text of a regular file, nothing where there is none. HOW: `follow` or empty. With a label: as
 * that and the text, each ended by NUL. Exit code 1: $why there is none to be had.
 */
export const walking: Sh = sh`lbprov_here() { set -- $(stat -c '%u/%A %d:%i' . ..); facts=$1 id=$2 up=$4; }
lbprov_plain() {
set -- "$1"; each=\${1%/*}
while [ -n "$each" ]; do set -- "$@" "$each"; each=\${each%/*}; done
[ ! -L "$1" ] || return 1; shift
last=yes left=$(($# + 1))
for each in $(stat -c '%u/%A' -- "$@" / 2>/dev/null); do
case $last$each in yes${closed} | no${closed} | no${sticky}) left=$((left - 1)) ;; esac
last=no; done
case \${1-} in /proc/net) left=$((left - 1)) ;; esac
[ $left = 0 ]
}
lbprov_reach() {
how=" \${2-} \${3-} " why= leads= open=
if lbprov_plain "$1"; then only=yes name=\${1##*/} at=\${1%/*}; cd -P "$at/"; return; fi
rest=$1/ at= trust=yes links=16; cd /; lbprov_here
while :; do
only=no
case $trust$facts in yes${closed}) only=yes ;; yes${sticky}) only=sticky ;; esac
[ $only = yes ] || open=\${open:-\${at:-/}}
while case $rest in /*) ;; *) false ;; esac; do rest=\${rest#/}; done
name=\${rest%%/*} rest=\${rest#*/} last=yes
case $rest in *[!/]*) last=no ;; esac
case $name in '') name=.; return ;; .) continue ;; ..) cd -P ..; at=\${at%/*}; lbprov_here; continue ;; esac
case $last$how in yes*' name '*) return ;; esac
if [ -L "./$name" ] && [ "$at/$name" != /proc/self ]; then
target=$(readlink -n -- "./$name"; echo /)
case $only$how in yes* | *' follow '*) ;; *)
why="$at/$name is a link to \${target%/}, and others than root may write to $open ($(stat -c '%U:%G, %A' -- "$open")), ${notFollowed}: it could lead anywhere"
return 1 ;; esac
links=$((links - 1)); [ $links != 0 ] || { why="$1 leads through too many links"; return 1; }
leads=yes rest=$target$rest
case $target in /*) at= trust=yes; cd /; lbprov_here ;; esac
continue
fi
[ $last = no ] || return 0
if [ ! -e "./$name" ]; then
case $how in *' make '*) ;; *) return 2 ;; esac
mkdir -m 755 -- "./$name" || { why="$at/$name cannot be made"; return 1; }
fi
was=$id; cd -P "./$name" 2>/dev/null || { why="$at/$name is no folder"; return 1; }
at=$at/$name; lbprov_here
[ $only != yes ] || continue
[ "$up" = "$was" ] || { why="$at was moved while it was looked at"; return 1; }
case $only$facts in sticky0/*) ;; *) trust=no ;; esac
done
}
lbprov_line() { case $1 in *'
'*) printf %s "$1" | tr '\n' ' '; echo ;; *) printf '%s\n' "$1" ;; esac; }
lbprov_around() {
echo absent; [ ! -L "$1" ] || echo dangling
each=$1; while each=\${each%/*}; [ -n "$each" ] && [ ! -e "$each" ]; do lbprov_line "missing $each"; done
[ ! -d "$each" ] || [ -n "$(ls -A -- "\${2:-$each}")" ] || lbprov_line "empty $each"
}
lbprov_seen() { stat -c '%f %h %u %s %d:%i %z/%F/%U/%G/%a/%Z' -- "$1"; }
lbprov_may() {
seen=$(lbprov_seen "./$name") || { why="$at/$name went away while it was looked at"; return 1; }
set -- $seen
case $1 in 8???) ;; *) return 0 ;; esac
[ $only = yes ] || [ "$2" = 1 ] || { [ "$3" != 0 ] && [ "$3" = "\${facts%%/*}" ]; } || { why="$at/$name has $2 names, belongs to another than its folder, and others than root may write to $open, so it is not read: it could be any file of the host"; return 1; }
[ $only$3 = yes0 ] || [ "$4" -le ${mostBytes} ] || { why="$at/$name is too large to be read ($4 bytes), and others than root may write to it"; return 1; }
}
lbprov_same() { [ "$seen" = "$(lbprov_seen "./$name")" ] || { why="$at/$name changed while it was read"; return 1; }; }
lbprov_read() {
if [ $only = yes ]; then cat -- "$1"
else dd if="$1" iflag=nofollow,nonblock,fullblock bs=${block} count=${mostBytes / block} status=none; fi
}
lbprov_state() {
code=0; lbprov_reach "$@" || code=$?
if [ $code = 2 ] || { [ $code = 0 ] && [ ! -e "./$name" ]; }; then
lbprov_around "$1" .; [ $code = 2 ] || [ -z "$leads" ] || lbprov_line "leads $at/$name"; return
fi
if [ $code = 0 ] && lbprov_may; then
case $seen in 8*) sum=$(lbprov_read "./$name" | sha256sum); lbprov_same || { lbprov_line "refused $why"; return; } ;; *) sum= ;; esac
lbprov_line "there \${seen#*/}"
[ -z "$leads" ] || lbprov_line "leads $at/$name"
[ -z "$sum" ] || echo "sum \${sum%% *}"
else lbprov_line "refused $why"; fi
}
lbprov_text() {
code=0; lbprov_reach "$1" "$2" || code=$?
[ $code != 1 ] || return 1
if [ $code = 2 ] || [ ! -e "./$name" ]; then return 0; fi
lbprov_may || return 1
case $seen in 8*) ;; *) why="$1 is no regular file"; return 1 ;; esac
if [ -n "$3" ]; then lbprov_read "./$name" | grep -azHZ --label="$3" ''
else lbprov_read "./$name" | grep -az '' | head -c -1; fi
lbprov_same
}`

/**
 * lbprov_begin: after lbprov_reach, makes the place where a new file comes to be: $new, and $tested for a program that is
 * to read it; $old is what it is to replace. Nothing of it is left when the shell ends.
 *
 * lbprov_hold: $held is a file that may be read, with the text of $old; /dev/null where there is none.
 *
 * lbprov_finish OWNER GROUP MODE: puts $new into the place of $old, on the disk before it returns. What is empty is as it was.
 *
 * lbprov_remove: after lbprov_reach, takes $name away, and what a power cut may have left beside it.
 */
export const replacing: Sh = sh`lbprov_enter() {
was=$id; cd -P "./.$name.lbprov" 2>/dev/null || return 1; lbprov_here
case $up/$facts in "$was"/0/drwx--?---) ;; *) return 1 ;; esac
}
lbprov_clear() {
[ -e "./.$name.lbprov" ] || [ -L "./.$name.lbprov" ] || return 0
if [ $only = yes ]; then rm -rf --one-file-system -- "./.$name.lbprov"
else rm -f -- "./.$name.lbprov" 2>/dev/null || { ( ! lbprov_enter || rm -f -- "./$name" "./.$name" ); rmdir -- "./.$name.lbprov"; }; fi
}
lbprov_begin() {
[ -L "./$name" ] || [ ! -d "./$name" ] || { echo "$at/$name is a folder, so no file is put in its place: see what it is for, and run again." >&2; exit 1; }
lbprov_clear || exit 1
if [ $only = yes ]; then
old=./$name new=./.$name.lbprov tested=$at/.$name.lbprov; trap 'rm -f -- "$new"' EXIT; return
fi
mkdir -m 700 -- "./.$name.lbprov" && lbprov_enter && [ -z "$(ls -A)" ] || { echo "$at/.$name.lbprov cannot be made and kept; others than root may write to $open: see what they do there, and run again." >&2; exit 1; }
old=../$name new=./$name tested=/proc/self/cwd/$name
trap 'rm -f -- "$new" "./.$name"; cd -P .. && rmdir -- "./.$name.lbprov"' EXIT
}
lbprov_hold() {
held=/dev/null; [ -f "$old" ] && [ ! -L "$old" ] || return 0
held=$old; [ $only = yes ] || { held=./.$name; lbprov_read "$old" >"$held" || exit 1; }
}
lbprov_finish() {
set -- "$1" "$2" "$3" $(stat -c '%f %u %g %a %C' -- "$old" 2>/dev/null)
case \${4-} in 8???) ;; *) set -- "$1" "$2" "$3" ;; esac
owner=\${1:-\${5-}} group=\${2:-\${6-}}
[ -z "$owner$group" ] || chown -h -- "$owner\${group:+:$group}" "$new" || exit 1
chmod -- "\${3:-\${7:-644}}" "$new" || exit 1
case \${8-} in *:*:*) chcon -h -- "$8" "$new" || exit 1 ;; esac
sync -- "$new" 2>/dev/null || sync
mv -fT -- "$new" "$old" || exit 1
sync -- "\${old%/*}" 2>/dev/null || sync
[ $only = yes ] || { rm -f -- "./.$name"; cd -P .. && rmdir -- "./.$name.lbprov"; }
trap - EXIT; cd /
}
lbprov_remove() { rm -f -- "./$name" || exit 1; lbprov_clear || exit 1; sync -- . 2>/dev/null || sync; cd /; }`
