#!/bin/sh
# npm run bench: on a machine that may lack everything but Node.
set -eu
cd "$(dirname "$0")/../.."
sh test/prepare.sh ansible-core ansible-mitogen bash dash iproute2 keepalived openssh-client openssh-server procps \
  time util-linux
if [ "$(id -u)" != 0 ]; then
  echo "The bench starts sshd and hosts in namespaces of its own, so it must run as root: try sudo npm run bench." >&2
  exit 1
fi
exec sh test/bench/enter.sh "$@"
