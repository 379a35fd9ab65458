# The first process of a toy host, already in namespaces of its own. The whole machine lies below an
# overlay, so that every file can be changed and no change outlives the toy. It ends when its stdin does,
# which is when the test does, however that came about; the kernel then ends every other process in here.
# $1: the host's name. $2: yes when it has a network namespace of its own.
set -eu
name=$1 network=$2

# /proc is still the machine's, so this is the number by which the machine knows the process.
read -r pid rest </proc/self/stat

at=/mnt lower=/
. "$(dirname "$0")/mounts.sh"

# A second network: the far ends of this host's cables.
far=0
if [ "$network" = yes ]; then
  unshare --net sleep infinity </dev/null >/dev/null 2>&1 &
  far=$!
fi

pivot_root . .
umount -l .
hostname "$name"
echo "$name" >/etc/hostname
printf '127.0.0.1 localhost %s\n::1 localhost\n' "$name" >/etc/hosts
[ "$network" = no ] || ip link set lo up

echo "$pid $far"
while read -r line; do :; done
