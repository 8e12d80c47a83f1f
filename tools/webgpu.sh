#!/usr/bin/env bash
# Runs the tests that need a device on onnxruntime's WebGPU provider, over
# SwiftShader: those named TestWebGPU…, and the goldens once more. Says what was
# skipped where the library or the driver is not to be had.
#
# usage: tools/webgpu.sh CACHE
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${1:?usage: tools/webgpu.sh CACHE}

packages=$(git ls-files -co --exclude-standard '*_test.go' | xargs grep -l -e '^func TestWebGPU' -e 'internal/golden"' |
	xargs -rn1 dirname | sort -u | sed 's#^#./#')
if [ -z "$packages" ]; then
	echo "no test named TestWebGPU… found"
	exit 1
fi

skip() {
	echo "skipped: the WebGPU tests in" $packages
	exit 0
}

status=0
tools/swiftshader.sh "$cache/swiftshader" || status=$?
[ "$status" = 3 ] && skip
[ "$status" = 0 ] || exit "$status"

# The library of the npm package has the WebGPU provider, that of the pip package has not.
go run ./scripts/fetch-onnxruntime -with npm -dir "$cache/onnxruntime-webgpu" || skip

folder=$(cd "$cache/swiftshader" && pwd)
NNGEN_ONNXRUNTIME=$(cd "$cache/onnxruntime-webgpu" && pwd)
export NNGEN_ONNXRUNTIME
export VK_ICD_FILENAMES="$folder/vk_swiftshader_icd.json"
export VK_DRIVER_FILES="$VK_ICD_FILENAMES"
export LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export NNGEN_TEST_WEBGPU=1 NNGEN_TEST_PROVIDER=webgpu
go test -count=1 -run 'WebGPU|Golden' $packages
