#!/usr/bin/env bash
# Runs every fuzz test of the module for the given time, one after another.
#
# usage: tools/fuzz.sh 30s
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-30s}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# fuzz PACKAGE NAME. A run whose last input is cut off by the end of the time
# fails with "context deadline exceeded" alone; that is no finding.
fuzz() {
	go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$time" </dev/null 2>&1 | tee "$log" && return
	grep -q 'Failing input written\|panic:' "$log" && exit 1
	grep -q 'context deadline exceeded' "$log"
}

git ls-files '*_test.go' | xargs grep -l '^func Fuzz' | while read -r file; do
	package=./$(dirname "$file")
	grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" | sed 's/^func //' | while read -r name; do
		echo "== $package $name for $time"
		fuzz "$package" "$name"
	done
done
