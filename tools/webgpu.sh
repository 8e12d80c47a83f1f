#!/usr/bin/env bash
# Runs the tests named TestWebGPU… on onnxruntime's WebGPU provider, over
# SwiftShader in FOLDER. Says what was skipped where it is not to be had.
#
# usage: tools/webgpu.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?usage: tools/webgpu.sh FOLDER}

packages=$(git ls-files -co --exclude-standard '*_test.go' | xargs grep -l '^func TestWebGPU' | xargs -rn1 dirname | sort -u | sed 's#^#./#')
if [ -z "$packages" ]; then
	echo "no test named TestWebGPU… found"
	exit 1
fi

status=0
tools/swiftshader.sh "$folder" || status=$?
if [ "$status" = 3 ]; then
	echo "skipped: the tests named TestWebGPU… in" $packages
	exit 0
elif [ "$status" != 0 ]; then
	exit "$status"
fi

folder=$(cd "$folder" && pwd)
export VK_ICD_FILENAMES="$folder/vk_swiftshader_icd.json"
export VK_DRIVER_FILES="$VK_ICD_FILENAMES"
export LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export NNGEN_TEST_WEBGPU=1
go test -count=1 -v -run '^TestWebGPU' $packages
