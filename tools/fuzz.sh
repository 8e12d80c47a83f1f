#!/usr/bin/env bash
# Runs fuzz tests of the module, each for the given time, one after another: all
# of them, or those of the given names. FUZZPROCS says how many inputs are tried
# at once. Each test bounds the time and the memory of an input itself
# (internal/fuzzguard); the limit on address space here stops what outruns that.
#
# usage: tools/fuzz.sh 30s [FuzzParse…]
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-30s}
shift || true
wanted=" $* "
log=$(mktemp)
trap 'rm -f "$log"' EXIT
ulimit -v 8388608

# fuzz PACKAGE NAME. A run whose last input is cut off by the end of the time
# fails with "context deadline exceeded" alone; that is no finding.
fuzz() {
	go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$time" -fuzzminimizetime 2s \
		-parallel "${FUZZPROCS:-$(nproc)}" </dev/null 2>&1 | tee "$log" && return
	grep -q 'Failing input written\|panic:' "$log" && exit 1
	grep -q 'context deadline exceeded' "$log"
}

git ls-files -co --exclude-standard '*_test.go' | xargs grep -l '^func Fuzz' | while read -r file; do
	package=./$(dirname "$file")
	grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" | sed 's/^func //' | while read -r name; do
		if [[ $wanted != *[!\ ]* || $wanted == *" $name "* ]]; then
			echo "== $package $name for $time"
			fuzz "$package" "$name"
		fi
	done
done
