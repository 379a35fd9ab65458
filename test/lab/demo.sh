#!/bin/sh
# npm run demo: the whole thing, on a machine that may lack everything but Node.
set -eu
cd "$(dirname "$0")/../.."
sh test/prepare.sh
npx tsx test/lab/main.ts setup
exec npx tsx test/lab/demo.ts
