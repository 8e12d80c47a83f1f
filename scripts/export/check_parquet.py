"""Prints a Parquet file of a cache as pyarrow reads it, as JSON.

    python check_parquet.py acts.parquet
"""

import json
import sys

import pyarrow
import pyarrow.parquet as pq

file = pq.ParquetFile(sys.argv[1])
print(
    json.dumps(
        {
            "pyarrow": pyarrow.__version__,
            "groups": file.num_row_groups,
            "columns": {f.name: str(f.type) for f in file.schema_arrow},
            "rows": file.read().to_pylist(),
        }
    )
)
