#!/bin/sh
# npm test: everything but the lab, on a machine that may lack everything but Node.
set -eu
cd "$(dirname "$0")/.."
sh test/prepare.sh arptables bash busybox-static dash dropbear-bin iproute2 iptables iputils-arping iputils-ping \
  keepalived nftables opendoas openssh-client openssh-server openssl procps strace sudo tcpdump tcsh util-linux zsh
if [ "$(id -u)" != 0 ]; then
  echo "The tests start sshd in namespaces of their own, so they must run as root: try sudo npm test." >&2
  exit 1
fi
exec npx vitest run --project fast --project hosts "$@"
