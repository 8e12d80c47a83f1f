#!/usr/bin/env bash
# Runs the tests in which Python's libraries read what nngen wrote: exported traces
# in onnxruntime, with the Python in FOLDER, and Parquet files in pyarrow, which gets
# a folder of its own. Says what was skipped where a library is not to be had.
#
#   tools/python.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."

pyarrow=.cache/pyarrow
version=26.0.1
if ! "$pyarrow/bin/python" -c "import pyarrow; assert pyarrow.__version__ == '$version'" 2>/dev/null; then
	python3 -m venv "$pyarrow" && "$pyarrow/bin/pip" install --quiet "pyarrow==$version" || true
fi
if "$pyarrow/bin/python" -c 'import pyarrow' 2>/dev/null; then
	NNGEN_PYARROW=$PWD/$pyarrow/bin/python go test -count=1 -v -run Python ./internal/golden/caches
else
	echo "skipped: TestParquetInPython in ./internal/golden/caches: pyarrow $version cannot be installed here"
fi

if [ -x "$1/bin/python" ]; then
	NNGEN_PYTHON=$1/bin/python go test -count=1 -v -run Python ./runtime
else
	echo "skipped: TestExportInPython in ./runtime: make python makes the environment that it needs"
fi
