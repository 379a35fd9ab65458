/** What every machine has from its first boot. */
export const imagePackages: readonly string[] = [
  'curl',
  'dbus',
  'dnsmasq-base',
  'e2fsprogs',
  'firewalld',
  'ifupdown',
  'iproute2',
  'iptables',
  'iputils-arping',
  'iputils-ping',
  'kmod',
  'netbase',
  'nginx-light',
  'openssh-server',
  'procps',
  'sudo',
  'systemd',
  'systemd-sysv',
  'tcpdump',
  'udev',
  'util-linux',
  'vsftpd',
]

/** What the packages below stand on: unpacking it on every machine of every test proves nothing and takes its time. */
export const groundPackages: readonly string[] = [
  'libglib2.0-0',
  'libnl-genl-3-200',
  'libpopt0',
  'libsnmp40',
  'media-types',
]

/** What a machine can install offline, from /srv/debs: the tests prove that lbprov installs it. */
export const offlinePackages: readonly string[] = [
  'arptables',
  'iptables-persistent',
  'ipvsadm',
  'keepalived',
  'lighttpd',
  'netfilter-persistent',
]

/** Dropped while unpacking: nobody reads manuals here, and fewer files make every copy and sum quicker. */
export const droppedPaths: readonly string[] = [
  '/usr/share/doc/*',
  '/usr/share/info/*',
  '/usr/share/locale/*',
  '/usr/share/man/*',
  '/usr/share/lintian/*',
  '/usr/share/bug/*',
]
