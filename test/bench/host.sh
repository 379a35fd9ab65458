# Furnishes one host in the mount and network namespaces that it is started in, tells so, and ends when its stdin does:
# by then the bench holds the namespaces.
# $1: the host's name. $2: the file of the network namespace at the far end of its cards. $3…: its cards, each with the
# name of the far end.
set -eu
name=$1 far=$2
shift 2

near='link set lo up' there=
while [ $# -gt 0 ]; do
  near="$near
link add name $1 up type veth peer name $2 netns $far"
  there="${there}link set $2 up
"
  shift 2
done
# Or an address of each card would come into use a second later.
echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
echo "$near" | ip -batch -
printf %s "$there" | nsenter "--net=$far" ip -batch -

at=/mnt/host lower=/mnt/seed:/ network=yes
. "$(dirname "$0")/../toy/mounts.sh"
mkdir -p run/systemd/system
echo "$name" >etc/hostname
printf '127.0.0.1 localhost %s\n::1 localhost\n' "$name" >etc/hosts
pivot_root . .
umount -l .

echo ready
read -r line || :
