#!/usr/bin/env bash
# Runs every fuzz test of the module for the given time, one after another.
#
# usage: tools/fuzz.sh 30s
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-30s}

git ls-files '*_test.go' | xargs grep -l '^func Fuzz' | while read -r file; do
	package=./$(dirname "$file")
	grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" | sed 's/^func //' | while read -r name; do
		echo "== $package $name for $time"
		go test "$package" -run '^$' -fuzz "^$name\$" -fuzztime "$time" </dev/null
	done
done
