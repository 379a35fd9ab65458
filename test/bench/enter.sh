#!/bin/sh
# The bench, in namespaces of its own: what it mounts, starts and listens on ends with it, however it ends.
set -eu
cd "$(dirname "$0")/../.."
# bash, because it buries the processes that an init inherits.
exec unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private -- \
  bash test/bench/inside.sh "$@"
