# Sourced: a file system of a host's own, an overlay of the machine's, into which the working directory moves.
# $at: an empty folder for it. $lower: overlayfs's lowerdir. $network: yes when the network namespace is its own too.

mount -t tmpfs -o mode=755 toy "$at"
mkdir "$at/upper" "$at/work" "$at/root"
chmod 755 "$at/upper"
mount -t overlay -o "lowerdir=$lower,upperdir=$at/upper,workdir=$at/work" toy "$at/root"
cd "$at/root"

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
