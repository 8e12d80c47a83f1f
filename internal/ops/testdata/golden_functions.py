"""Golden cases of functions, integer division, reductions, sorting and noise."""

from golden_base import *  # noqa: F403

UNARY = {
    "Square": torch.square, "Rsqrt": torch.rsqrt, "Exp2": torch.exp2, "Expm1": torch.expm1, "Log1p": torch.log1p, "Log2": torch.log2,
    "Log10": torch.log10, "Tan": torch.tan, "Asin": torch.asin, "Acos": torch.acos, "Atan": torch.atan, "Sinh": torch.sinh,
    "Cosh": torch.cosh, "IsInf": torch.isinf, "IsFinite": torch.isfinite, "Softplus": F.softplus, "LogSigmoid": F.logsigmoid,
    "Mish": F.mish, "HardSigmoid": F.hardsigmoid, "HardSwish": F.hardswish, "QuickGelu": lambda x: x * torch.sigmoid(1.702 * x),
}


def exactly(f, d, *xs):
    """f in float64, rounded once: what half precision is held to."""
    if d in HALF:
        out = f(*[x.double() if x.is_floating_point() else x for x in xs])
        return out.to(d) if out.is_floating_point() else out
    return f(*xs)


def functions():
    for op, f in UNARY.items():
        for d in FLOATS:
            sp = special(d)
            if op in ("Tan", "Sinh", "Cosh"):
                sp = torch.where(sp.abs() > 50, torch.sign(sp) * 3, sp) if op == "Tan" else sp
            if op == "Tan":
                sp = sp[torch.isfinite(sp)]
            for x in (rand(2, 3, 5, dtype=d), sp, rand(0, 3, dtype=d), rand(dtype=d), (rand(7) * 1e-3).to(d)):
                y = exactly(f, d, x)
                if op in ("Mish", "HardSwish", "QuickGelu", "LogSigmoid", "Softplus"):
                    x, y = x[torch.isfinite(y)], y[torch.isfinite(y)]  # limits at infinity differ between versions of torch
                if op == "Tan":
                    keep = y.abs() < 50
                    x, y = x[keep], y[keep]
                case(op, [x], y)
    for d in FLOATS:
        x = torch.cat([rand(20, dtype=d) * 3, special(d)])
        case("Trunc", [x], torch.trunc(x), exact=True)
        case("LeakyRelu", [x], exactly(lambda v: F.leaky_relu(v, 0.125), d, x), slope=0.125)
        case("Elu", [x], exactly(lambda v: F.elu(v, 1.5), d, x), alpha=1.5)
        m = torch.rand(32) > 0.5
        for v in (-inf, 0.5):
            case("MaskedFill", [x, m, scalar(v)], x.masked_fill(m, v))
        y = rand(4, 8, dtype=d)
        case("MaskedFill", [y, m[:4].reshape(4, 1), torch.tensor(3)], y.masked_fill(m[:4].reshape(4, 1), 3), exact=True)
    for d in INTS[:4]:
        x = rand(3, 4, dtype=d)
        case("MaskedFill", [x, x > 0, torch.tensor(7)], x.masked_fill(x > 0, 7), exact=True)
    x, y = rand(3, 4, dtype=torch.bool), rand(4, dtype=torch.bool)
    case("Xor", [x, y], x ^ y)


def division():
    ops = {
        "TruncDiv": lambda x, o: torch.div(x, o, rounding_mode="trunc"), "FloorDiv": lambda x, o: torch.div(x, o, rounding_mode="floor"),
        "Rem": torch.fmod, "Mod": torch.remainder,
    }
    for op, f in ops.items():
        for d in INTS:
            x, o = rand(4, 6, dtype=d), rand(6, dtype=d)
            o[o == 0] = 3
            case(op, [x, o], f(x, o), exact=True)
            case(op, [x, torch.tensor(4)], f(x, torch.tensor(4).to(d)), exact=True)
            if d != torch.uint8:
                case(op, [x, torch.tensor(-4)], f(x, torch.tensor(-4).to(d)), exact=True)
        low = torch.iinfo(torch.int64).min
        x = torch.tensor([low, low, low + 1, 5, 7], dtype=torch.int64)
        o = torch.tensor([1, 3, -1, -1, -2])
        case(op, [x, o], f(x, o), exact=True)
        for d in FLOATS:
            x, o = (rand(4, 6) * 10).to(d), (rand(6) * 3).to(d)
            case(op, [x, o], exactly(f, d, x, o))
            # Exact multiples, signs of zero and infinities.
            x = torch.tensor([6.0, -6.0, 6.0, -6.0, 5.0, -5.0, 0.0, -0.0, 1.0, -1.0, inf, nan, 1.0, 0.0]).to(d)
            o = torch.tensor([3.0, 3.0, -3.0, -3.0, 3.0, 3.0, 2.0, 2.0, inf, inf, 2.0, 1.0, nan, 0.0]).to(d)
            case(op, [x, o], exactly(f, d, x, o))
    for d in FLOATS:
        x, o = rand(3, 4, dtype=d).abs(), (rand(4) * 2).to(d)
        case("PowTensor", [x, o], exactly(torch.pow, d, x, o))
        sp = special(d)
        a, b = sp.reshape(-1, 1), torch.tensor([0.0, 1.0, 2.0, -1.0, 0.5, nan]).to(d)
        case("PowTensor", [a, b], torch.from_numpy(np.power(a.double().numpy(), b.double().numpy())).to(d))
    for d in INTS:
        x, o = rand(3, 4, dtype=d), torch.tensor([0, 1, 2, 3]).to(d)
        case("PowTensor", [x % 5, o], torch.pow(x % 5, o), exact=True)
    for d in FLOATS + INTS:
        x, lo, hi = rand(3, 4, dtype=d), rand(4, dtype=d), rand(3, 1, dtype=d)
        case("Clamp", [x, lo, hi], torch.clamp(x, lo, hi), exact=True)
    x = special()
    case("Clamp", [x, torch.tensor(-1.0), torch.tensor(nan)], torch.clamp(x, torch.tensor(-1.0), torch.tensor(nan)))
    case("Clamp", [x, scalar(-1.0), scalar(2.0)], torch.clamp(x, -1.0, 2.0))
    case("Clamp", [x, scalar(3.0), scalar(2.0)], torch.clamp(x, 3.0, 2.0))


def folded(op, f, x, exact=False):
    for axes in ([], [0], [-1], [0, 2], [1]):
        dims = tuple(axes) or tuple(range(x.dim()))
        case(op, [x], f(x, dims, False), exact=exact, axes=axes)
        case(op + "Keep", [x], f(x, dims, True), exact=exact, axes=axes)


def several(f):
    """A reduction of one axis as one of several."""
    def over(x, dims, keep):
        for a in sorted((d % x.dim() for d in dims), reverse=True):
            x = f(x, a, keep)
        return x
    return over


def reductions():
    table = {
        "NormL1": lambda x, a, k: torch.linalg.vector_norm(x, 1, a, k), "NormMax": lambda x, a, k: torch.linalg.vector_norm(x, inf, a, k),
        "LogSumExp": lambda x, a, k: torch.logsumexp(x, a, k), "PopVar": lambda x, a, k: torch.var(x, a, correction=0, keepdim=k),
        "PopStd": lambda x, a, k: torch.std(x, a, correction=0, keepdim=k),
    }
    for op, f in table.items():
        for d in FLOATS:
            x = rand(2, 3, 4, dtype=d)
            if op == "NormL1" and d in HALF:
                folded(op, lambda v, a, k: f(v.double(), a, k).to(d), x)
                continue
            folded(op, lambda v, a, k: exactly(lambda w: f(w, a, k), d, v), x)
        x = torch.tensor([[1, nan, 3], [inf, 2, 5], [inf, 1, inf], [nan, 0, 0], [0, 0, nan]])
        case(op, [x], f(x, (1,), False), axes=[1])
        case(op, [x], f(x, (0,), False), axes=[0])
    case("LogSumExp", [torch.tensor([[1000.0, 1000.0], [-inf, -inf], [-inf, 0.0]])], torch.tensor([1000.0 + float(np.log(2)), -inf, 0.0]), axes=[1])
    case("NormL1", [rand(2, 0)], torch.zeros(2), axes=[1])
    for op, f in {"Any": several(torch.any), "All": several(torch.all)}.items():
        x = torch.rand(2, 3, 4) > (0.8 if op == "Any" else 0.2)
        folded(op, f, x, exact=True)
        case(op, [x[:, :0]], f(x[:, :0], (1,), False), exact=True, axes=[1])
    for d in FLOATS + INTS + [torch.bool]:
        x = rand(2, 3, 4, dtype=d) * (torch.rand(2, 3, 4) > 0.5).to(d)
        folded("CountNonzero", lambda v, a, k: (v != 0).sum(a, keepdim=k), x, exact=True)
    case("CountNonzero", [special()], torch.count_nonzero(special()), exact=True, axes=[])


def sorting():
    for d in FLOATS + INTS:
        x = rand(3, 4, 6, dtype=d)
        for axis in (0, -1, 1):
            for down in (False, True):
                v, i = torch.sort(x, dim=axis, descending=down, stable=True)
                case("Sort", [x], [v, i], exact=True, axis=axis, descending=down)
                case("ArgSort", [x], i, exact=True, axis=axis, descending=down)
        u = torch.stack([torch.randperm(9) for _ in range(4)]).to(d)
        case("BottomK", [u], torch.topk(u, 3, 1, largest=False), exact=True, axis=1, k=3)
    x = torch.tensor([[-inf, 5, inf, 5], [1, -inf, -5, 1]])
    case("Sort", [x], torch.sort(x, dim=1, stable=True), exact=True, axis=1, descending=False)
    case("Sort", [rand(0, 3)], [rand(0, 3), torch.zeros(0, 3, dtype=torch.int64)], exact=True, axis=1, descending=False)
    for shape in ((0, 3), (2, 0, 3), (0, 2, 3)):
        x = torch.zeros(shape)
        for axis in range(len(shape)):
            if shape[axis]:
                v, i = torch.topk(x, 2, axis)
                case("TopK", [x], [v, i], exact=True, axis=axis, k=2)
                case("ArgMax", [x], x.argmax(axis), exact=True, axis=axis)
                case("Median", [x], x.median(axis).values, exact=True, axis=axis)
                case("Quantile", [x], x.median(axis).values, exact=True, axis=axis, q=0.3)
            case("Sort", [x], list(x.sort(axis)), exact=True, axis=axis, descending=True)
            case("Normalize", [x], x, exact=True, axis=axis)
            if 0 not in shape[axis:]:
                case("LayerNorm", [x], x, exact=True, axis=axis, eps=1e-5)
            case("RMSNorm", [x], x, exact=True, axis=axis, eps=1e-5)
    for d in FLOATS:
        for n in (1, 4, 5):
            x = rand(3, n, 2, dtype=d)
            case("Median", [x], x.median(1).values, exact=True, axis=1)
            for q in (0.0, 0.25, 0.9, 1.0):
                case("Quantile", [x], torch.quantile(x.double(), q, dim=1).to(d), axis=-2, q=q)
    x = torch.tensor([[1, nan, 3], [inf, 2, -inf], [inf, 1, inf], [-inf, -inf, 0]])
    case("Median", [x], x.median(1).values, axis=1)
    case("Quantile", [x[[0, 2]]], torch.tensor([nan, inf]), axis=1, q=1.0)
    case("Quantile", [x[2:]], torch.tensor([inf, -inf]), axis=1, q=0.5)
    for d in FLOATS:
        x = rand(2, 3, 8, dtype=d)
        case("Normalize", [x], F.normalize(x.double(), dim=1).to(d), axis=1)
        case("Normalize", [x], F.normalize(x.double(), dim=-1).to(d), axis=-1)
    case("Normalize", [torch.zeros(2, 3)], torch.zeros(2, 3), axis=1)


# Noise: the function that internal/ops/noise.go describes, written once more.
WORD, STEP = float(2**25), 20737779.0


def wrap(x):
    return x - np.floor(x / WORD) * WORD


def words(seed, shape):
    rows = shape[0] if shape else 1
    n = int(np.prod(shape[1:], dtype=np.int64)) if shape else 1
    keys = [float(seed % 2**25), float((seed >> 25) % 2**25), float((seed >> 50) % 2**14)]
    j, r = np.arange(n, dtype=np.float64), np.arange(rows, dtype=np.float64)[:, None]
    a, b = np.broadcast_to(wrap(j), (rows, n)), wrap(r + np.floor(j / WORD) * 2.0**18) + np.zeros((rows, n))
    for i in range(8):
        s = a + wrap(keys[i % 3] + (i + 1) * STEP)
        a, b = wrap(b + np.floor(s * s / 2**12)), a
    return a.reshape(shape), b.reshape(shape)


def noise():
    digits = {torch.float32: 24, torch.float16: 11, torch.bfloat16: 8}
    for d in FLOATS:
        for seed, shapes in ((-1, [(3, 4, 5)]), (2**62 + 12345, [(6,), (), (0, 3), (2, 0), (1, 90)])):
            for shape in shapes[:6 if d == torch.float32 else 1]:
                a, b = words(seed, shape)
                u = (a + b / WORD) / WORD if d == torch.float64 else np.floor(a * 2.0**(digits[d] - 25)) * 2.0**-digits[d]
                z = np.sqrt(-2 * np.log((a + 1) / WORD)) * np.cos(2 * np.pi * b / WORD)
                x = torch.zeros(shape, dtype=d)
                case("RandLike", [x, torch.tensor(seed)], torch.from_numpy(np.asarray(u)).to(d), exact=True)
                case("RandnLike", [x, torch.tensor(seed)], torch.from_numpy(np.asarray(z)).to(d))


def add():
    functions()
    division()
    reductions()
    sorting()
    noise()
