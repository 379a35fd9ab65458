#!/bin/sh
# Brings a fresh Debian machine to where tests or the demo can run: the packages named, npm's, and the build.
# Usage: sh test/prepare.sh [PACKAGE…]
set -eu
cd "$(dirname "$0")/.."

missing=
for package; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "These Debian packages are missing, and only root can install them:$missing. Run this as root." >&2
    exit 1
  fi
  echo "Installing$missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q -y update
  apt-get -q -y install --no-install-recommends $missing
fi

if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --no-audit --no-fund
fi
npm run --silent build
