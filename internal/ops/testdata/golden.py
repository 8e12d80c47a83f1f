"""Writes golden.json.gz: what PyTorch and NumPy give for each operator of internal/ops.

Run: python internal/ops/testdata/golden.py (needs torch 2.9 and numpy 2). The
numbers are drawn from a fixed seed, so a second run writes the same file.
"""

import gzip
import json
import pathlib

from golden_base import *

PAIRS = [((2, 3), (2, 3)), ((2, 3, 4), (4,)), ((3, 1), (1, 5)), ((), (2, 2)), ((0, 3), (1, 3)), ((2, 1, 3), (4, 1))]
binary = {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Minimum": torch.minimum,
          "Maximum": torch.maximum, "Eq": torch.eq, "Ne": torch.ne, "Lt": torch.lt, "Le": torch.le, "Gt": torch.gt, "Ge": torch.ge}
for op, f in binary.items():
    for a, b in PAIRS:
        x, y = rand(*a), rand(*b)
        case(op, [x, y], f(x, y))
    for d in FLOATS:
        x, y = special(d), special(d).flip(0)
        case(op, [x, y], f(x, y))
        case(op, [x.reshape(-1, 1), x], f(x.reshape(-1, 1), x))
    if op != "Div":
        for d in INTS:
            x, y = rand(3, 4, dtype=d), rand(4, dtype=d)
            case(op, [x, y], f(x, y), exact=True)
    # Scalars take the other operand's dtype.
    x = rand(2, 3, dtype=torch.float16)
    case(op, [x, scalar(0.5)], f(x, scalar(0.5)))
    if op != "Div":
        case(op, [x, torch.tensor(2)], f(x, torch.tensor(2)))
big = np.array([1, 2**63, 2**64 - 1], np.uint64)
for op, f in {"Lt": np.less, "Ge": np.greater_equal, "Eq": np.equal, "Add": np.add, "Mul": np.multiply}.items():
    case(op, [big, big[::-1].copy()], f(big, big[::-1]), exact=True)
for d in [np.uint16, np.uint32]:
    x, y = np.array([1, 200, np.iinfo(d).max], d), np.array([1, 100, 5], d)
    case("Add", [x, y], x + y, exact=True)
    case("Maximum", [x, y], np.maximum(x, y), exact=True)
    case("Gt", [x, y], x > y, exact=True)
x = torch.tensor([127, -128, 5], dtype=torch.int8)
case("Add", [x, x], x + x, exact=True)  # wraps
x, y = rand(3, 4, dtype=torch.bool), rand(4, dtype=torch.bool)
case("Eq", [x, y], x == y)
case("Ne", [x, y], x != y)
case("And", [x, y], x & y)
case("Or", [x, y], x | y)
case("Not", [x], ~x)

unary = {"Neg": torch.neg, "Abs": torch.abs, "Sqrt": torch.sqrt, "Exp": torch.exp, "Log": torch.log, "Reciprocal": torch.reciprocal,
         "Floor": torch.floor, "Ceil": torch.ceil, "Round": torch.round, "Sin": torch.sin, "Cos": torch.cos, "Sign": torch.sign,
         "IsNaN": torch.isnan, "Relu": torch.relu, "Tanh": torch.tanh, "Sigmoid": torch.sigmoid, "Erf": torch.erf, "Gelu": F.gelu,
         "GeluTanh": lambda x: F.gelu(x, approximate="tanh"), "Silu": F.silu}
for op, f in unary.items():
    for d in FLOATS:
        for x in (rand(2, 3, 5, dtype=d), special(d), rand(0, 3, dtype=d), rand(dtype=d)):
            y = f(x)
            if op == "Gelu":
                y[x == inf] = inf  # torch gives NaN from its vector code only
            case(op, [x], y)
    if op in ("Neg", "Abs", "Sign"):
        for d in INTS[:-1]:
            x = rand(3, 4, dtype=d)
            case(op, [x], f(x), exact=True)

for d in FLOATS:
    x = torch.cat([rand(10, dtype=d), special(d)])
    for s in (0.5, -3.0, 0.0):
        case("Scale", [x, scalar(s)], x * s)
        case("AddScalar", [x, scalar(s)], x + s)
        case("FullLike", [x, scalar(s)], torch.full_like(x, s))
    for s in (2.0, 0.5, -1.0, 0.0, 3.0):
        case("Pow", [x, scalar(s)], torch.pow(x, torch.full_like(x, s)))  # x ** 0.5 is sqrt, NaN at -inf
    case("Clip", [x, scalar(-0.5), scalar(0.75)], torch.clamp(x, -0.5, 0.75))
    case("Clip", [x, scalar(2), scalar(1)], torch.clamp(x, 2, 1))
x = rand(7, dtype=torch.int64)
case("Clip", [x, torch.tensor(-2), torch.tensor(3)], torch.clamp(x, -2, 3), exact=True)
case("Scale", [x, torch.tensor(3)], x * 3, exact=True)

for d in FLOATS + INTS + [torch.bool]:
    c = rand(3, 4, dtype=torch.bool)
    a, b = rand(3, 4, dtype=d), rand(4, dtype=d)
    case("Where", [c, a, b], torch.where(c, a, b), exact=True)
    case("Where", [c[:, :1], a[0], b], torch.where(c[:, :1], a[0], b), exact=True)
c = torch.tensor([True, False] * 6)
# Not exact: onnxruntime's Where on the CPU makes 0 of a -0 picked from a.
case("Where", [c, special(), special().flip(0)], torch.where(c, special(), special().flip(0)))
h = rand(3, dtype=torch.float16)
case("Where", [c[:3], h, scalar(1.0)], torch.where(c[:3], h, scalar(1.0).half()), exact=True)

for d in FLOATS:
    x = rand(2, 3, 4, dtype=d)
    for axis in (-1, 0, 1):
        case("Softmax", [x], F.softmax(x, axis), axis=axis)
        case("LogSoftmax", [x], F.log_softmax(x, axis), axis=axis)
x = torch.tensor([[-inf, 0, 1], [-inf, -inf, -inf], [nan, 0, 1], [1000, -1000, 999]])
case("Softmax", [x], F.softmax(x, -1), axis=-1)
case("LogSoftmax", [x], F.log_softmax(x, -1), axis=-1)
case("Softmax", [rand(0, 3)], rand(0, 3), axis=1)

for d in FLOATS:
    x = rand(2, 3, 8, dtype=d) * 3 + 1
    case("LayerNorm", [x], F.layer_norm(x, (8,), eps=1e-5), axis=-1, eps=1e-5)
    case("LayerNorm", [x], F.layer_norm(x, (3, 8), eps=1e-3), axis=1, eps=1e-3)
    wide = x.double()
    rms = lambda dims, eps: (wide / torch.sqrt((wide * wide).mean(dims, keepdim=True) + eps)).to(d)
    case("RMSNorm", [x], rms((-1,), 1e-6), axis=-1, eps=1e-6)
    case("RMSNorm", [x], rms((1, 2), 1e-6), axis=1, eps=1e-6)
    y = rand(2, 3, 8, dtype=d)
    for axis in (-1, 1):
        case("CosineSimilarity", [x, y], F.cosine_similarity(wide, y.double(), dim=axis).to(d), axis=axis)
    case("CosineSimilarity", [x, y[0, 0]], F.cosine_similarity(wide, y[0, 0].double(), dim=-1).to(d), axis=-1)
case("CosineSimilarity", [rand(2, 4), torch.zeros(4)], torch.zeros(2), axis=-1)
x, y = rand(2, 1), rand(2, 5)
case("CosineSimilarity", [x, y], F.cosine_similarity(x, y, dim=1), axis=1)

AXES = [[], [0], [-1], [0, 2], [1]]


def dims(axes):
    return tuple(axes) if axes else (0, 1, 2)


def reduction(op, f, x):
    for axes in AXES:
        case(op, [x], f(x, dims(axes), False), axes=axes)
        case(op + "Keep", [x], f(x, dims(axes), True), axes=axes)


def prod(x, d, keep):
    for a in sorted((a % x.dim() for a in d), reverse=True):
        x = x.prod(a, keepdim=keep)
    return x


REDUCE = {"Sum": lambda x, d, k: x.sum(d, keepdim=k), "Mean": lambda x, d, k: x.mean(d, keepdim=k), "Max": lambda x, d, k: x.amax(d, keepdim=k),
          "Min": lambda x, d, k: x.amin(d, keepdim=k), "Prod": prod, "Norm": lambda x, d, k: torch.linalg.vector_norm(x, dim=d, keepdim=k),
          "Var": lambda x, d, k: x.var(d, keepdim=k), "Std": lambda x, d, k: x.std(d, keepdim=k)}
for op, f in REDUCE.items():
    for d in FLOATS:
        reduction(op, f, rand(2, 3, 4, dtype=d))
    x = torch.tensor([[1, nan, 3], [inf, 2, -inf], [inf, 1, inf], [nan, 0, 0], [0, 0, nan]])
    case(op, [x], f(x, (1,), False), axes=[1])
    case(op, [x], f(x, (0,), False), axes=[0])
    if op in ("Sum", "Mean", "Prod", "Norm", "Var"):
        case(op, [rand(2, 0)], f(torch.zeros(2, 0), (1,), False), axes=[1])
    if op in ("Sum", "Prod", "Max", "Min"):
        for d in INTS + [torch.bool]:
            x = rand(2, 3, 4, dtype=d)
            case(op, [x], f(x, (1,), False), exact=True, axes=[1])
            case(op + "Keep", [x], f(x, (0, 1, 2), True), exact=True, axes=[])
case("Var", [rand(3, 1)], torch.full((3,), nan), axes=[1])
case("Sum", [scalar(3.5)], scalar(3.5), axes=[])

for d in FLOATS + INTS:
    x = rand(3, 4, 5, dtype=d)
    for axis in (0, -1):
        # First of equals, which torch does not promise.
        a = np.argmax(x.float().numpy(), axis), np.argmin(x.float().numpy(), axis)
        case("ArgMax", [x], a[0], axis=axis)
        case("ArgMin", [x], a[1], axis=axis)
        case("CumSum", [x], x.cumsum(axis), axis=axis)
    u = torch.stack([torch.randperm(9) for _ in range(4)]).to(d)
    case("TopK", [u], torch.topk(u, 3, 1), axis=1, k=3)
    case("TopK", [u.T.contiguous()], torch.topk(u.T, 2, 0), axis=0, k=2)
x = torch.tensor([[1, inf, 3], [inf, 2, -inf]])
case("ArgMax", [x], x.argmax(1), axis=1)
case("ArgMin", [x], x.argmin(1), axis=1)
x = torch.tensor([[-inf, 5, inf], [1, -inf, -5]])
case("TopK", [x], torch.topk(x, 3, 1), axis=1, k=3)
x = rand(5, dtype=torch.bool)
case("CumSum", [x], x.cumsum(0), axis=0)
case("CumSum", [rand(0, 3)], rand(0, 3), axis=0)

for d in FLOATS + [torch.int64, torch.int32, torch.int8]:
    for a, b in [((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((2, 1, 2, 3), (4, 3, 2)), ((3,), (3,)), ((3,), (2, 3, 4)), ((2, 4, 3), (3,)), ((0, 3), (3, 2)), ((2, 0), (0, 3))]:
        x, y = rand(*a, dtype=d), rand(*b, dtype=d)
        case("MatMul", [x, y], torch.matmul(x, y))
for d in [torch.float32, torch.bfloat16, torch.bool, torch.int8]:
    x = rand(2, 3, 4, dtype=d)
    case("T", [x], x.mT, exact=True)
    case("Permute", [x], x.permute(2, 0, 1), exact=True, axes=[2, 0, -2])
    case("Reshape", [x], x.reshape(6, -1), exact=True, dims=[6, -1])
    case("Reshape", [x], x.reshape(24), exact=True, dims=[24])
    case("Flatten", [x], x.flatten(1, 2), exact=True, **{"from": 1, "to": -1})
    case("Flatten", [x], x.flatten(0, 1), exact=True, **{"from": 0, "to": 1})
    case("Flatten", [x], x, exact=True, **{"from": 1, "to": 1})
    case("Unflatten", [x], x.unflatten(2, (2, 2)), exact=True, axis=2, sizes=[2, -1])
    case("Unflatten", [x], x.unflatten(0, (1, 2, 1)), exact=True, axis=0, sizes=[1, 2, 1])
    for axis in (0, 1, 3, -1, -2):
        case("Unsqueeze", [x], x.unsqueeze(axis), exact=True, axis=axis)
    case("Squeeze", [x[:1]], x[:1].squeeze(0), exact=True, axis=0)
    case("Squeeze", [x[:, :, :1]], x[:, :, :1].squeeze(2), exact=True, axis=-1)
    case("Expand", [x[:, :1]], x[:, :1].expand(2, 5, 4), exact=True, sizes=[-1, 5, 4])
    case("Expand", [x[:1]], x[:1].expand(6, 1, 3, 4), exact=True, sizes=[6, 1, -1, -1])
    case("Heads", [x], x.unflatten(2, (2, 2)).transpose(1, 2), exact=True, n=2)
    case("Heads", [x[0]], x[0].unflatten(1, (4, 1)).transpose(0, 1), exact=True, n=4)
    case("MergeHeads", [x], x.transpose(0, 1).flatten(1, 2), exact=True)
    y = rand(5, 2, 3, 4, dtype=d)
    case("MergeHeads", [y], y.transpose(1, 2).flatten(2, 3), exact=True)
    z = rand(2, 1, 4, dtype=d)
    case("Concat", [x, z, x], torch.cat([x, z, x], 1), exact=True, axis=1)
    case("Concat", [x], x, exact=True, axis=0)
    case("Concat", [x, x[:, :0]], x, exact=True, axis=-2)
    case("Stack", [x, x.flip(0)], torch.stack([x, x.flip(0)], 1), exact=True, axis=1)
    case("Stack", [x, x], torch.stack([x, x], -1), exact=True, axis=-1)
    case("Split", [x], x.split([1, 3], 2), exact=True, axis=2, sizes=[1, 3])
    case("Split", [x], x.split([0, 3], 1), exact=True, axis=-2, sizes=[0, 3])
    case("Split", [x], [x], exact=True, axis=0, sizes=[2])
    case("Chunk", [x], x.chunk(2, 2), exact=True, axis=2, n=2)
    case("Chunk", [x], x.chunk(3, 1), exact=True, axis=1, n=3)
    case("Chunk", [x], [x], exact=True, axis=1, n=1)
    case("ZerosLike", [x], torch.zeros_like(x), exact=True)
    case("OnesLike", [x], torch.ones_like(x), exact=True)
e = rand(2, 0, 4)
case("Flatten", [e], e.flatten(0, 1), exact=True, **{"from": 0, "to": 1})
case("Flatten", [e], e.flatten(1, 2), exact=True, **{"from": 1, "to": 2})
case("Heads", [e], e.unflatten(2, (2, 2)).transpose(1, 2), exact=True, n=2)

for d in FLOATS + INTS + [torch.bool]:
    x = rand(2, 4, 5, dtype=d)
    for k in (-2, 0, 1, 9):
        case("Triu", [x], x.triu(k), exact=True, k=k)
        case("Tril", [x], x.tril(k), exact=True, k=k)
    for t in FLOATS + INTS + [torch.bool]:
        y = x.abs() if d != torch.bool else x
        case("Cast", [y], y.to(t), dtype=TORCH[t])
    case("Float", [x], x.float())
    case("Long", [x], x.long())
x = torch.tensor([[nan, 1], [inf, -inf]])
case("Tril", [x], x.tril(0), exact=True, k=0)
case("Triu", [x], x.triu(1), exact=True, k=1)
x = torch.tensor([-1.9, -0.5, 0.5, 1.9, -0.0, nan, inf])
case("Long", [x[:5]], x[:5].long())
case("Cast", [x], x.bool(), dtype="bool")
case("Cast", [x], x.half(), dtype="float16")
case("Cast", [x * 1.001], (x * 1.001).bfloat16(), dtype="bfloat16")

for d in [torch.float32, torch.bfloat16, torch.bool, torch.int8]:
    x = rand(3, 4, 5, dtype=d)
    i = torch.randint(0, 4, (2, 3, 5))
    case("Gather", [x, i], x.gather(1, i), exact=True, axis=1)
    case("Gather", [x, i - 4], x.gather(1, i), exact=True, axis=-2)
    j = torch.tensor([2, 0, 2])
    case("IndexSelect", [x, j], x.index_select(2, j), exact=True, axis=2)
    case("IndexSelect", [x, j.int() - 3], x.index_select(0, j), exact=True, axis=0)
    case("IndexSelect", [x, torch.tensor([[1, 0], [3, 3]])], x[:, torch.tensor([[1, 0], [3, 3]])], exact=True, axis=1)
    case("IndexSelect", [x, torch.tensor(1)], x[:, 1], exact=True, axis=1)
    case("IndexSelect", [x, j[:0]], x[:, :, :0], exact=True, axis=2)
    p = torch.stack([torch.randperm(4) for _ in range(10)]).reshape(2, 5, 4).transpose(1, 2)[:, :3].contiguous()
    s = rand(2, 3, 5, dtype=d)
    case("Scatter", [x, p, s], x.scatter(1, p, s), exact=True, axis=1)

# Indexing. An index is given as the attribute's text, the operands for its "$".
INDEX = [
    "", ":", "...", "0", "-1", ":,-1", ":,2", "...,0", "...,-1", "0,...,-1", "1,2,3", "-1,-1,-1",
    "1:", ":1", ":-1", "-1:", "-2:", ":,1:3", ":,1:3,2", ":,:2,:3", ":,-3:-1", ":,3:1", ":,2:2", ":,0:0", "5:", ":,:99", ":,-99:2",
    "::2", ":,::2", ":,1::2", ":,1:4:2", ":,::-1", ":,3:0:-1", ":,-1:-4:-2", ":,:1:-1", "...,::-2", ":,:,1:3", ":,:,-2:", ":,:,:-2", ":,:,2:",
    ":,:,1:-1", ":,:,-3:3", ":,1:-1", "0,1:3", "1:,0,::2", ":,0,1:3", "...,4:1", "...,3:-3", "...,-2:2", "...,-1:", "...,:-9",
]


def parse(text, operands=()):
    operands = list(operands)

    def item(s):
        s = s.strip()
        if s == "...":
            return Ellipsis
        if s == "$":
            return operands.pop(0)
        if ":" in s:
            return slice(*[int(p) if p else None for p in s.split(":")])
        return int(s)

    return tuple(item(s) for s in text.split(",")) if text else ()


def at(x, text, operands=()):
    case("At", [x, *operands], np.array(x[parse(text, operands)]), exact=True, index=text)


def set_at(x, v, text, operands=()):
    y = x.copy()
    y[parse(text, operands)] = v
    case("SetAt", [x, v, *operands], y, exact=True, index=text)


x = rng.standard_normal((3, 4, 5)).astype(np.float32)
x[0, 0, 0], x[1, 1, 1], x[2, 2, 2] = nan, -0.0, inf
for text in INDEX:
    at(x, text)
    region = x[parse(text)].shape
    set_at(x, np.array(nan, np.float32), text)
    v = rng.standard_normal(region).astype(np.float32)
    set_at(x, v, text)
    if region and region[-1] > 0:
        set_at(x, rng.standard_normal(region[-1:]).astype(np.float32), text)
    if len(region) > 1 and 0 not in region:
        set_at(x, rng.standard_normal((region[0],) + (1,) * (len(region) - 1)).astype(np.float32), text)
    if len(region) == 3 and 0 not in region:
        set_at(x, rng.standard_normal((1, region[1], 1)).astype(np.float32), text)
for text in ["-1", "0", "1:3", "::2", ":-1"]:
    y = np.arange(6, dtype=np.int64)
    at(y, text)
    set_at(y, np.array(-7), text)
for dtype in [np.float16, np.float64, np.int8, np.uint8, np.int32, np.int64, np.bool_]:
    y = (rng.integers(0, 5, (3, 4, 5)) > 2) if dtype == np.bool_ else rng.integers(0, 5, (3, 4, 5)).astype(dtype)
    for text in [":,-1", ":,1:3", ":,:,1:3", "...,0", "::2", "-1"]:
        at(y, text)
        set_at(y, y[parse(text)][..., ::-1].copy(), text)
        set_at(y, np.array(1).astype(dtype), text)
b = rand(3, 4, 5, dtype=torch.bfloat16)
for text in [":,-1", ":,1:3", ":,:,1:3", "...,0", "::2"]:
    case("At", [b], b[parse(text)], exact=True, index=text)
    v = rand(*b[parse(text)].shape, dtype=torch.bfloat16)
    y = b.clone()
    y[parse(text)] = v
    case("SetAt", [b, v], y, exact=True, index=text)
    z = b.clone()
    z[parse(text)] = 1.5
    case("SetAt", [b, scalar(1.5)], z, exact=True, index=text)

# Index operands: torch treats a scalar tensor as an integer, whatever stands between.
i64 = lambda *v: np.array(v, np.int64)
for text, ops in [("$", [np.int64(1)]), (":,$", [np.int64(-1)]), (":,$", [np.int64(3)]), (":,$", [np.int64(-4)]), ("$,$,1:3", [np.int64(0), np.int64(2)]), ("...,$", [np.int64(4)])]:
    ops = [np.array(o) for o in ops]
    ints = [int(o) for o in ops]
    key = parse(text, ints)
    case("At", [x, *ops], np.array(x[key]), exact=True, index=text)
    for v in (rng.standard_normal(x[key].shape).astype(np.float32), np.array(0.25, np.float32)):
        y = x.copy()
        y[key] = v
        case("SetAt", [x, v, *ops], y, exact=True, index=text)
tx = torch.from_numpy(x)
for text, ops in [("$", [i64(2, 0)]), (":,$", [i64(-1, 0, 1)]), (":,$", [i64()]), ("...,$", [i64(1, 3)]), ("0,:,$", [i64(1, 4)]), ("1:,$,::2", [i64(3, 1)]), ("$,-1", [i64(2, 1)]), (":,$,-1", [i64(0, 2)])]:
    key = parse(text, [torch.from_numpy(o) for o in ops])
    case("At", [x, *ops], tx[key], exact=True, index=text)
    region = tx[key].shape
    y = tx.clone()
    v = rand(*region)
    y[key] = v
    case("SetAt", [x, v, *ops], y, exact=True, index=text)
    y = tx.clone()
    y[key] = 0.25
    case("SetAt", [x, scalar(0.25), *ops], y, exact=True, index=text)
g = i64(1, 0, 3, 3).reshape(2, 2)
case("At", [x, g], x[:, g], exact=True, index=":,$")
case("At", [x, np.array(1), g], x[1][:, g], exact=True, index="$,:,$")
case("At", [x, g.astype(np.int32)], x[:, g], exact=True, index=":,$")
for shape in [(3,), (3, 4), (3, 4, 5)]:
    m = rng.integers(0, 2, shape) > 0
    for text in ["$", "$,..."]:
        y = x.copy()
        y[m] = np.float32(0.5)
        case("SetAt", [x, np.array(0.5, np.float32), m], y, exact=True, index=text)
    if len(shape) < 3:
        v = rng.standard_normal(5).astype(np.float32)
        y = x.copy()
        y[m] = v
        case("SetAt", [x, v, m], y, exact=True, index="$")

# Row scopes, which have no counterpart: derived by hand with slices.
x = rng.standard_normal((6, 2)).astype(np.float32)
bounds = i64(0, 1, 3)
for axis in (0, 1):
    y = x if axis == 0 else x.T.copy()
    cut = lambda lo, hi: y[lo:hi] if axis == 0 else y[:, lo:hi]
    case("NarrowRows", [y, bounds], cut(0, 2), exact=True, invoke=0, axis=axis, scale=2)
    case("NarrowRows", [y, bounds], cut(2, 6), exact=True, invoke=1, axis=axis, scale=2)
    a, b2 = -cut(0, 2), -cut(2, 6)
    case("JoinRows", [y, bounds, a, b2], -y, exact=True, invokes=[0, 1], axis=axis, scale=2, total=2)
    case("JoinRows", [y, bounds, b2], np.concatenate([cut(0, 2), b2], axis), exact=True, invokes=[1], axis=axis, scale=2, total=2)
    case("JoinRows", [y, bounds, a], np.concatenate([a, cut(2, 6)], axis), exact=True, invokes=[0], axis=axis, scale=2, total=2)
    three = i64(0, 1, 4, 6)
    mid = -cut(1, 4)
    case("JoinRows", [y, three, mid], np.concatenate([cut(0, 1), mid, cut(4, 6)], axis), exact=True, invokes=[1], axis=axis, scale=1, total=3)

# The same where each row has three entries, together or with rows varying fastest; entries says that only the run knows how many.
x = np.arange(18, dtype=np.float32).reshape(9, 2)
for axis in (0, 1):
    y = x if axis == 0 else x.T.copy()
    for inner in (False, True):
        rows = [[r + 3 * j if inner else 3 * r + j for j in range(3)] for r in range(3)]
        first = sorted(rows[0])
        rest = sorted(rows[1] + rows[2])
        a, b2 = -np.take(y, first, axis), -np.take(y, rest, axis)
        for how in ({"scale": 3}, {"scale": 1, "entries": "d3"}):
            how = {**how, "order": "inner"} if inner else how
            case("NarrowRows", [y, bounds], -a, exact=True, invoke=0, axis=axis, **how)
            case("NarrowRows", [y, bounds], -b2, exact=True, invoke=1, axis=axis, **how)
            case("JoinRows", [y, bounds, a, b2], -y, exact=True, invokes=[0, 1], axis=axis, total=2, **how)
            for part, at, i in ((a, first, 0), (b2, rest, 1)):
                z = y.copy()
                z[(slice(None),) * axis + (at,)] *= -1
                case("JoinRows", [y, bounds, part], z, exact=True, invokes=[i], axis=axis, total=2, **how)

# Constants of the user's text.
NUMPY = {"float32": np.float32, "float64": np.float64, "float16": np.float16, "int64": np.int64, "int32": np.int32, "bool": np.bool_}
for dtype, value in (("float32", 0.1), ("float32", -2.0), ("float64", 0.1), ("float16", 0.5), ("int64", -7), ("int32", 3), ("bool", True), ("bool", False)):
    case("Const", [], np.array(value, NUMPY[dtype]), exact=True, dtype=dtype, value=value)
    case("Const", [], np.full((2, 3), value, NUMPY[dtype]), exact=True, dtype=dtype, value=value, dims=[2, 3])
case("Const", [], np.zeros((0, 2), np.float32), exact=True, dtype="float32", value=1.5, dims=[0, 2])

import golden_functions  # noqa: E402
import golden_further  # noqa: E402
import golden_index  # noqa: E402
import golden_shapes  # noqa: E402

golden_functions.add()
golden_further.add()
golden_shapes.add()
golden_index.add()
golden_shapes.products(golden_shapes.ONES)

path = pathlib.Path(__file__).with_name("golden.json.gz")
text = "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n"
path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
print(len(cases), "cases,", path.stat().st_size, "bytes")
