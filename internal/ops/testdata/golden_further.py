"""Golden cases of running products and extremes, angles, and functions made of others."""

from golden_base import *  # noqa: F403
from golden_functions import exactly


def cumulative():
    shapes = [(3, 4, 5), (7,), (1, 2), (3, 0, 2), (0, 4)]
    for d in FLOATS:
        for shape in shapes:
            x = rand(*shape, dtype=d)
            for axis in range(-1, len(shape) - 1):
                case("CumProd", [x], exactly(lambda v: v.cumprod(axis), d, x), axis=axis)
                if shape[axis]:  # torch refuses them, a running extreme of nothing is nothing
                    case("CumMax", [x], x.cummax(axis), exact=True, axis=axis)
                    case("CumMin", [x], x.cummin(axis), exact=True, axis=axis)
                else:
                    nothing = [x, torch.zeros(shape, dtype=torch.int64)]
                    case("CumMax", [x], nothing, axis=axis)
                    case("CumMin", [x], nothing, axis=axis)
        sp = special(d)
        case("CumProd", [sp], sp.cumprod(0), axis=0)
        case("CumProd", [sp[3:]], sp[3:].cumprod(0), axis=0)
        for x in (sp, sp.flip(0), torch.tensor([-inf, -inf, 1, 1, 0, 1, nan, 2, nan, 3]).to(d), torch.tensor([inf, inf, 2, 3, 2, nan]).to(d)):
            case("CumMax", [x], x.cummax(0), axis=0)
            case("CumMin", [x], x.cummin(0), axis=0)
    for d in INTS + [torch.bool]:
        x = rand(3, 4, dtype=d)
        case("CumProd", [x], x.cumprod(1), exact=True, axis=1)
        if d != torch.bool:
            case("CumMax", [x], x.cummax(0), exact=True, axis=0)
            case("CumMin", [x], x.cummin(-1), exact=True, axis=-1)
    low, high = torch.iinfo(torch.int64).min, torch.iinfo(torch.int64).max
    x = torch.tensor([low, low, 3, high, high, 2])
    case("CumMax", [x], x.cummax(0), exact=True, axis=0)
    case("CumMin", [x.flip(0)], x.flip(0).cummin(0), exact=True, axis=0)


def angles():
    for d in FLOATS:
        for a, b in (((3, 4), (4,)), ((), (2, 2)), ((0, 3), (1, 3)), ((2, 1, 3), (4, 1))):
            x, o = rand(*a, dtype=d), rand(*b, dtype=d)
            case("Atan2", [x, o], exactly(torch.atan2, d, x, o))
        x = special(d)
        # Every pair of signs, zeros, infinities and NaN.
        case("Atan2", [x.reshape(-1, 1), x], exactly(torch.atan2, d, x.reshape(-1, 1), x), exact=False)
    z = torch.tensor([0.0, -0.0])
    case("Atan2", [z.reshape(2, 1), z.abs()], torch.atan2(z.reshape(2, 1), z.abs()), exact=True)
    for d in FLOATS:
        for op, f in (("Asinh", torch.asinh), ("Acosh", torch.acosh), ("Atanh", torch.atanh)):
            for x in (rand(2, 3, dtype=d), (rand(9) * 0.3).to(d), (rand(9) * 5).to(d), special(d), rand(0, 2, dtype=d), rand(dtype=d)):
                y = exactly(f, d, x)
                if d == torch.float64:  # the digits of float32
                    y = f(x.float()).double()
                case(op, [x], y)


def made():
    for d in FLOATS:
        x = torch.cat([rand(20, dtype=d) * 3, special(d)])
        for op, f in (("Selu", F.selu), ("Softsign", F.softsign)):
            y = exactly(f, d, x)
            keep = ~(torch.isnan(y) & ~torch.isnan(x))
            case(op, [x[keep]], y[keep])
        case("Celu", [x], exactly(lambda v: F.celu(v, 1.5), d, x), alpha=1.5)
        case("NanToNum", [x, scalar(0.5), scalar(7.0), scalar(-8.0)], x.nan_to_num(0.5, 7.0, -8.0), exact=True)
        case("NanToNum", [x, torch.tensor(0), torch.tensor(7), torch.tensor(-8)], x.nan_to_num(0, 7, -8), exact=True)
        a, b = rand(3, 4, dtype=d), rand(4, dtype=d)
        for w in (0.0, 1.0, 0.25, 0.75, -1.0, 2.0):
            case("Lerp", [a, b, scalar(w)], exactly(lambda x, y: torch.lerp(x, y.expand_as(x), w), d, a, b))
            case("Lerp", [b, a, scalar(w)], exactly(lambda x, y: torch.lerp(x.expand_as(y), y, w), d, b, a))
        sp = special(d)
        case("Lerp", [sp, sp.flip(0), scalar(0.25)], exactly(lambda x, y: torch.lerp(x, y, 0.25), d, sp, sp.flip(0)))
    for d in FLOATS + INTS:
        x = rand(3, 5, 2, dtype=d)
        for axis in (0, 1, -1):
            case("Diff", [x], x.diff(dim=axis), exact=True, axis=axis)
        case("Diff", [x[:, :1]], x[:, :1].diff(dim=1), exact=True, axis=1)
    x = torch.zeros(2, 0)
    case("Diff", [x], x.diff(dim=1), exact=True, axis=1)
    for d in FLOATS + INTS + [torch.bool]:
        for shape in ((4, 4), (2, 3, 5), (2, 5, 3), (1, 1), (2, 0, 3), (0, 3, 3)):
            x = rand(*shape, dtype=d)
            if d in (torch.float32, torch.int64, torch.bool):
                for k in (0, 1, -1, 2, -2, 7, -7):
                    rows, columns = shape[-2:]
                    if -rows <= k <= columns:
                        y = x.diagonal(k, -2, -1)
                    else:  # as NumPy: no such diagonal has no places
                        y = torch.zeros(*shape[:-2], 0, dtype=d)
                    case("Diagonal", [x], y, exact=True, k=k)
            else:
                case("Diagonal", [x], x.diagonal(0, -2, -1), exact=True, k=0)
    for lo, hi, n in ((0.0, 1.0, 5), (-3.0, 2.5, 12), (2.0, -2.0, 3), (1.5, 9.0, 1)):
        case("Linspace", [], torch.linspace(lo, hi, n, dtype=torch.float64).float(), n=n, **{"from": lo, "to": hi})


def add():
    cumulative()
    angles()
    made()
