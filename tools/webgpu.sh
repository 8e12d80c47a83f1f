#!/usr/bin/env bash
# Runs the tests that need a device, those named TestWebGPU…, on onnxruntime's
# WebGPU provider over a software driver. Says what was skipped where the library
# or the driver is not to be had.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=$(git ls-files -co --exclude-standard '*_test.go' | xargs grep -l '^func TestWebGPU' |
	xargs -rn1 dirname | sort -u | sed 's#^#./#')
if [ -z "$packages" ]; then
	echo "no test named TestWebGPU… found"
	exit 1
fi

settings=$(scripts/webgpu-env)
if [ -z "$settings" ]; then
	echo "skipped: the WebGPU tests in" $packages
	exit 0
fi
eval "$settings"
go test -count=1 -run '^TestWebGPU' $packages
