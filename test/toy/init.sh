# The first process of a toy host, already in namespaces of its own. The whole machine lies below an
# overlay, so that every file can be changed and no change outlives the toy. It ends when its stdin does,
# which is when the test does, however that came about; the kernel then ends every other process in here.
# $1: the host's name. $2: yes when it has a network namespace of its own.
set -eu
name=$1 network=$2

# /proc is still the machine's, so this is the number by which the machine knows the process.
read -r pid rest </proc/self/stat

mount -t tmpfs -o mode=755 toy /mnt
mkdir /mnt/upper /mnt/work /mnt/root
chmod 755 /mnt/upper
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work toy /mnt/root
cd /mnt/root

mount -t proc toy proc
mount --rbind /dev dev
[ "$network" = no ] || mount -t sysfs toy sys
mount -t tmpfs -o mode=755 toy run
mount -t tmpfs -o mode=1777 toy tmp
# Only the network's share of /proc/sys is this namespace's own; the rest would be the machine's.
mount --bind proc/sys proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
[ "$network" = yes ] || mount -o remount,bind,ro proc/sys/net
mkdir -m 755 run/sshd run/lock

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
