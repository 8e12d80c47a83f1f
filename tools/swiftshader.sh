#!/usr/bin/env bash
# Puts SwiftShader (a Vulkan driver in software) and the Vulkan loader into
# FOLDER, from Debian's packages, so that onnxruntime's WebGPU provider runs
# without a GPU. Prints why and exits 3 where these packages are not to be had.
#
# usage: tools/swiftshader.sh FOLDER
set -euo pipefail

folder=${1:?usage: tools/swiftshader.sh FOLDER}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

have() { [ -f "$folder/libvk_swiftshader.so" ] && [ -f "$folder/vk_swiftshader_icd.json" ] && [ -e "$folder/libvulkan.so.1" ]; }
have && exit 0

unavailable() {
	echo "SwiftShader is not to be had here: $1"
	exit 3
}

[ "$(uname -s)" = Linux ] || unavailable "it is taken from Debian's packages, this is $(uname -s)"
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || unavailable "no apt-get and dpkg-deb"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# An unprivileged user, or a package list that was never fetched, needs lists of its own.
lists=()
if ! apt-cache show chromium-common >/dev/null 2>&1; then
	mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
	lists=(-o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache")
	apt-get "${lists[@]}" update >"$work/log" 2>&1 || unavailable "apt-get update failed: $(tail -n 1 "$work/log")"
fi
chmod 755 "$work"
(cd "$work" && apt-get "${lists[@]}" -o APT::Sandbox::User=root download chromium-common libvulkan1) >"$work/log" 2>&1 ||
	unavailable "apt-get download failed: $(tail -n 1 "$work/log")"
for deb in "$work"/*.deb; do
	dpkg-deb -x "$deb" "$work/root"
done

cp "$work"/root/usr/lib/chromium/libvk_swiftshader.so "$work"/root/usr/lib/chromium/vk_swiftshader_icd.json "$folder/"
cp -L "$work"/root/usr/lib/*-linux-gnu/libvulkan.so.1 "$folder/"
have || unavailable "the packages do not hold the expected files"
