"""What the golden cases of all operators are written with."""

import base64

import numpy as np
import torch
import torch.nn.functional as F

torch.manual_seed(7)
rng = np.random.default_rng(7)
cases = []
TORCH = {
    torch.float32: "float32", torch.float64: "float64", torch.float16: "float16", torch.bfloat16: "bfloat16",
    torch.int64: "int64", torch.int32: "int32", torch.int16: "int16", torch.int8: "int8", torch.uint8: "uint8",
    torch.uint16: "uint16", torch.uint32: "uint32", torch.uint64: "uint64", torch.bool: "bool",
}
HALF = [torch.float16, torch.bfloat16]
FLOATS = [torch.float32, torch.float64] + HALF
INTS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8]
nan, inf = float("nan"), float("inf")
SPECIAL = [nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.5, 100.0, -100.0]


def pack(t):
    if isinstance(t, (np.ndarray, np.generic)):
        name, shape, raw = str(t.dtype), list(t.shape), np.ascontiguousarray(t).tobytes()
    else:
        t = t.detach().contiguous()
        name, shape = TORCH[t.dtype], list(t.shape)
        raw = (t.view(torch.int16) if t.dtype == torch.bfloat16 else t).numpy().tobytes()
    return {"dtype": name, "shape": shape, "data": base64.b64encode(raw).decode()}


def case(op, ins, outs, exact=False, **attrs):
    if not isinstance(outs, (list, tuple)):
        outs = [outs]
    cases.append({"op": op, "attrs": attrs, "in": [pack(t) for t in ins], "out": [pack(t) for t in outs], "exact": exact})


def rand(*shape, dtype=torch.float32):
    if dtype.is_floating_point:
        return torch.randn(shape).to(dtype)
    if dtype == torch.bool:
        return torch.rand(shape) > 0.5
    low = 0 if dtype in (torch.uint8, torch.uint16, torch.uint32, torch.uint64) else -9
    return torch.randint(low, 10, shape).to(dtype)


def special(dtype=torch.float32):
    return torch.tensor(SPECIAL).to(dtype)


def scalar(v):
    return torch.tensor(v, dtype=torch.float32)
