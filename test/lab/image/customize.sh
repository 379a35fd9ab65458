#!/bin/sh
# Makes a bare Debian tree into the lab's machine. mmdebstrap runs it on the controller with the tree as $1;
# from image.ts: $LAB_ROOTFS, $LAB_KEYS, $LAB_MODULES (folders), $LAB_OFFLINE (package names).
set -eu
root=$1

# The packages to be installed later go into a folder of their own, with all that they need.
mkdir -p "$root/srv/debs" "$root/srv/www" "$root/srv/ftp"
rm -f "$root"/var/cache/apt/archives/*.deb
# shellcheck disable=SC2086
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get install --yes -qq --download-only $LAB_OFFLINE
mv "$root"/var/cache/apt/archives/*.deb "$root/srv/debs/"
(cd "$root/srv/debs" && apt-ftparchive packages . > Packages && apt-ftparchive release . > .Release && mv .Release Release)

rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root"/etc/apt/sources.list.d/* "$root/etc/nginx/sites-enabled/default"
rm -rf "$root"/var/lib/apt/lists/*
mkdir -p "$root/etc/network/interfaces.d"
cp -a --no-preserve=ownership "$LAB_ROOTFS/." "$root/"
chmod 440 "$root/etc/sudoers.d/ops"
# In the chroot, apt must see its own files and not the controller's.
env -u APT_CONFIG chroot "$root" apt-get update -qq

truncate -s 64M "$root/srv/www/big"

mkdir -p "$root/lib/modules"
cp -a "$LAB_MODULES" "$root/lib/modules/"
version=$(basename "$LAB_MODULES")
# What a router can never load is left out: it is more than half of the files.
mv "$root/lib/modules/$version/kernel/fs/autofs" "$root/lib/modules/$version/kernel/"
rm -rf "$root/lib/modules/$version/kernel/fs" "$root/lib/modules/$version/kernel/drivers/usb" \
  "$root/lib/modules/$version/kernel/drivers/scsi" "$root/lib/modules/$version/kernel/drivers/md"
chroot "$root" depmod "$version"
chroot "$root" update-alternatives --quiet --set iptables /usr/sbin/iptables-legacy
chroot "$root" update-alternatives --quiet --set ip6tables /usr/sbin/ip6tables-legacy

chroot "$root" useradd --create-home --shell /bin/bash ops
chroot "$root" useradd --create-home --shell /bin/bash plain
for home in /root /home/ops /home/plain; do
  mkdir -p "$root$home/.ssh"
  cp "$LAB_KEYS/id_ed25519.pub" "$root$home/.ssh/authorized_keys"
  chmod 700 "$root$home/.ssh"
  chmod 600 "$root$home/.ssh/authorized_keys"
done
chroot "$root" chown -R ops:ops /home/ops/.ssh
chroot "$root" chown -R plain:plain /home/plain/.ssh
rm -f "$root"/etc/ssh/ssh_host_*
cp "$LAB_KEYS/ssh_host_ed25519_key" "$LAB_KEYS/ssh_host_ed25519_key.pub" "$root/etc/ssh/"
chmod 600 "$root/etc/ssh/ssh_host_ed25519_key"

# Nothing that runs by the clock, no login prompts, nothing that waits: a lab is short-lived and always watched.
mask() { for unit; do ln -sf /dev/null "$root/etc/systemd/system/$unit"; done; }
mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  systemd-tmpfiles-clean.timer systemd-timesyncd.service getty@.service serial-getty@.service console-getty.service \
  getty-static.service systemd-logind.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
  systemd-pstore.service systemd-journal-flush.service sys-kernel-debug.mount sys-kernel-tracing.mount \
  systemd-random-seed.service dev-hugepages.mount dev-mqueue.mount modprobe@.service proc-sys-fs-binfmt_misc.automount \
  systemd-ask-password-console.path systemd-ask-password-wall.path
# These look for disks, terminals and boot loaders that a machine of the lab has not; each is a program to start.
mkdir -p "$root/etc/systemd/system-generators"
for name in cryptsetup debug getty gpt-auto hibernate-resume integritysetup rc-local run system-update veritysetup; do
  ln -sf /dev/null "$root/etc/systemd/system-generators/systemd-$name-generator"
done
chroot "$root" systemctl --quiet enable lab-identity.service ssh.service networking.service nginx.service \
  firewalld.service lab-dns.service vsftpd.service
chroot "$root" systemctl --quiet set-default multi-user.target

# Empty, not absent: the machine takes its id from the kernel command line without the work of a first boot.
: > "$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root"/var/log/*.log "$root"/var/log/apt/* "$root"/var/cache/apt/*.bin
echo bare > "$root/etc/hostname"
touch "$root/etc/.updated" "$root/var/.updated"
# The image's time, for whoever asks what has changed since.
touch "$root/usr/local/share/lab-image"
