#!/bin/sh
# npm run test:lab: the lab's tests, on a machine that may lack everything but Node.
set -eu
cd "$(dirname "$0")/../.."
sh test/prepare.sh
npx tsx test/lab/main.ts setup
exec npx vitest run --project 'lab*' "$@"
