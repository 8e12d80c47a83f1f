"""Run exported traces in Python's onnxruntime and compare: what `make test-python` calls.

    python check_export.py CASE.json …

A case names an exported model, its inputs and what its results have to be.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort


def array(given: dict) -> np.ndarray:
    return np.array(given["data"], dtype=given["dtype"]).reshape(given["shape"])


def check(path: Path) -> None:
    case = json.loads(path.read_text())
    session = ort.InferenceSession(str(path.parent / case["model"]), providers=["CPUExecutionProvider"])
    want = {i.name for i in session.get_inputs()}
    feeds = {name: array(value) for name, value in case["inputs"].items() if name in want}
    names = list(case["outputs"])
    for name, got in zip(names, session.run(names, feeds)):
        expected = array(case["outputs"][name])
        assert got.dtype == expected.dtype and got.shape == expected.shape, (name, got.dtype, got.shape)
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5, err_msg=name)
    print(f"{case['model']}: {len(names)} results are equal in onnxruntime {ort.__version__} for Python")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for arg in sys.argv[1:]:
        check(Path(arg))
