/**
 * Keeps ssh and all that it starts: when its own stdin ends, which is when lbprov closes it or is no more, they end too,
 * and the folder goes. It is the first of a session of its own, so that `kill 0` is all of them and nobody else, and no
 * terminal's Ctrl-C reaches them. $1: the folder; the rest: ssh and its words.
 */
export const keeperScript = `folder=$1
shift
{ "$@"; echo "ended $?"; } </dev/null &
cat >/dev/null
trap '' TERM
kill -TERM 0
wait
rm -rf "$folder"
`
