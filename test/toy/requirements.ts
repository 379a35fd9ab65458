/** Debian packages that toy hosts and the shell tests need on the machine that runs them. */
export const debianPackages = [
  'bash',
  'busybox-static',
  'dash',
  'iproute2',
  'openssh-client',
  'openssh-server',
  'procps',
  'sudo',
  'util-linux',
] as const
