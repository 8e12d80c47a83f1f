#!/bin/sh
# Make the Python environment of this folder: setup.sh FOLDER
# Needs Python 3.11 or later. Does nothing where the environment is complete.
set -eu
env=${1:?usage: setup.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
wanted=$here/requirements.txt
if [ -f "$env/requirements.txt" ] && cmp -s "$wanted" "$env/requirements.txt"; then
	exit 0
fi
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	echo "setup.sh: needs Python 3.11 or later; name it with PYTHON=" >&2
	exit 1
}
"$python" -m venv "$env"
"$env/bin/python" -m pip install --disable-pip-version-check --quiet --requirement "$wanted" --constraint "$here/constraints.txt"
cp "$wanted" "$env/requirements.txt"
