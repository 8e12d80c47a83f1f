#!/usr/bin/env bash
# Runs every command of the README, as a reader would: the lines of its sh
# blocks, in the module's root. -list prints them instead.
set -euo pipefail
cd "$(dirname "$0")/.."

commands=$(awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' README.md)
if [ "${1-}" = -list ]; then
	echo "$commands"
	exit 0
fi
while IFS= read -r line; do
	[ -z "$line" ] && continue
	echo "README: $line"
	bash -euo pipefail -c "$line" </dev/null
done <<<"$commands"
