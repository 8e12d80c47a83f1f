package library

import (
	"fmt"
	"runtime"
)

// pinned is what one platform's packages of the pinned version hold. The sums
// are SHA-256 of the library file itself, so that they hold however it came.
type pinned struct {
	wheel     string // pip's name of the platform
	inWheel   string // the library within the wheel
	inPackage string // the library within the npm package
	wheelSum  string
	npmSum    string
	file      string // the name that it gets in the cache
}

// The packages that hold the library.
const (
	wheelPackage = "onnxruntime"
	npmPackage   = "onnxruntime-node"
	wheelPython  = "3.12" // of the wheel whose sum is pinned; no Python of that version is needed
)

var platforms = map[string]pinned{
	"linux/amd64": {
		"manylinux_2_28_x86_64", "onnxruntime/capi/libonnxruntime.so.1.30.0", "package/bin/napi-v6/linux/x64/libonnxruntime.so.1",
		"c902c70b3003c0e99fada202f37478c515ae9bba7944c2b2abd0017bae0c82ed",
		"ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23", "libonnxruntime.so.1",
	},
	"linux/arm64": {
		"manylinux_2_28_aarch64", "onnxruntime/capi/libonnxruntime.so.1.30.0", "package/bin/napi-v6/linux/arm64/libonnxruntime.so.1",
		"8a218e1e446880131115c368ec7005969a5022af9a15a26173de648fef0b7789",
		"1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76", "libonnxruntime.so.1",
	},
	"darwin/arm64": {
		"macosx_14_0_arm64", "onnxruntime/capi/libonnxruntime.1.30.0.dylib", "package/bin/napi-v6/darwin/arm64/libonnxruntime.1.30.0.dylib",
		"b46713ea6a25a5227541c21001f6422c1ccdeaecc369aa026a61b752520325c3",
		"685d2be5dba1309c89d3a5324b7fd06a5c42f1a61bfea32d14c4cc28d072121d", "libonnxruntime.1.dylib",
	},
	"windows/amd64": {
		"win_amd64", "onnxruntime/capi/onnxruntime.dll", "package/bin/napi-v6/win32/x64/onnxruntime.dll",
		"e42c5c917207ff706530315177e39dca2539695a6a8d968a22225e34291b1f12",
		"508c362f5673483dd3a086379c392795b2e42d10d5e6f3f90ebd7ac21c97af67", "onnxruntime.dll",
	},
	"windows/arm64": {
		"win_arm64", "onnxruntime/capi/onnxruntime.dll", "package/bin/napi-v6/win32/arm64/onnxruntime.dll",
		"73f0a1ed25a088da5dbc5f76af9c32f8b7dd88033715078b0c04632a9d11f745",
		"6c3a2abf5c6aca11c48a0d338a91af309f2266f25ce2e4084e6a87bbcb0fbfd0", "onnxruntime.dll",
	},
}

func pinnedHere() (pinned, error) {
	here := runtime.GOOS + "/" + runtime.GOARCH
	p, ok := platforms[here]
	if !ok {
		return pinned{}, fmt.Errorf("no package of onnxruntime %s is known for %s: build or install onnxruntime 1.%d or later and set %s to its library", Version, here, MinimumMinor, Variable)
	}
	return p, nil
}

// sums are the checksums that the library may have, from any of the clients or
// from those that are named.
func (p pinned) sums(only ...string) []string {
	switch {
	case len(only) == 1 && only[0] == ClientPip:
		return []string{p.wheelSum}
	case len(only) == 1 && only[0] == ClientNpm:
		return []string{p.npmSum}
	}
	return []string{p.wheelSum, p.npmSum}
}
