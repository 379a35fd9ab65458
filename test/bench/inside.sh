# The first process of the bench's namespaces. /mnt holds all that the bench has.
set -eu
ip link set lo up
mount -t tmpfs -o mode=755 bench /mnt
mount -t tmpfs -o mode=755 bench /run
mkdir /mnt/home /mnt/tmp /mnt/host /run/sshd
# What sshd starts for every connection should cost no more than it must.
sed 's|^\(root:.*:\)[^:]*$|\1/bin/sh|' /etc/passwd >/mnt/passwd
mount --bind /mnt/passwd /etc/passwd
export TMPDIR=/mnt/tmp
node --import tsx test/bench/main.ts "$@"
exit $?
