# The first process of the bench's namespaces. /mnt holds all that the bench has.
set -eu
ip link set lo up
mount -t tmpfs -o mode=755 bench /mnt
mount -t tmpfs -o mode=755 bench /run
mkdir /mnt/home /mnt/tmp /mnt/host /run/sshd
# What sshd starts for every connection should cost no more than it must.
sed 's|^\(root:.*:\)[^:]*$|\1/bin/sh|' /etc/passwd >/mnt/passwd
mount --bind /mnt/passwd /etc/passwd
node=$(command -v node)
# Nothing of the operator's own shell comes along.
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
env -i "PATH=$path" HOME=/mnt/home TMPDIR=/mnt/tmp LANG=C.UTF-8 "$node" --import tsx test/bench/main.ts "$@"
exit $?
