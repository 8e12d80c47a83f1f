"""Golden cases of products, rearranging, making and scattering."""

from golden_base import *  # noqa: F403

EINSUM = [
    ("bqd,bkd->bqk", (2, 3, 4), (2, 5, 4)), ("ij,jk", (2, 3), (3, 4)), ("...d,d->...", (2, 3, 4), (4,)), ("bhqk,bhkd->bqhd", (2, 2, 3, 4), (2, 2, 4, 5)),
    ("i,j->ij", (3,), (4,)), ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)), ("ij->j", (3, 4)), ("ij->ji", (3, 4)), ("ijk->", (2, 3, 4)),
    ("a,a,a->a", (4,), (4,), (4,)), ("ij , jk -> ki", (2, 3), (3, 4)), ("b...->...b", (2, 3, 4)), ("i...,i...", (2, 3), (2, 3)), ("ij,ij->i", (0, 3), (0, 3)),
    ("ba,cb", (2, 3), (4, 2)), ("...,...->...", (2, 3), (3,)),
]

# A letter of size 1 goes with any other size of it.
ONES = [
    ("i,...i->...i", (1,), (4,)), ("i,i->i", (4,), (1,)), ("i,i->", (1,), (4,)), ("ij,jk->ik", (2, 1), (3, 4)), ("...i,...i->...", (1, 1), (5, 4)),
    ("i,i,i->i", (1,), (1,), (4,)), ("i,i->i", (1,), (1,)), ("...i,...i->...i", (2, 1, 3), (1, 4, 1)),
]


def products(equations):
    for eq, *shapes in equations:
        for d in FLOATS + [torch.int64, torch.int32, torch.int8]:
            xs = [rand(*s, dtype=d) for s in shapes]
            y = torch.einsum(eq, *[x.double() for x in xs]).to(d) if d in HALF else torch.einsum(eq, *xs).to(d)
            case("Einsum", xs, y, equation=eq)


def pairs():
    for d in FLOATS + INTS:
        x, o = rand(2, 3, dtype=d), rand(4, dtype=d)
        case("Outer", [x, o], x[..., :, None] * o[..., None, :], exact=True)
        case("Outer", [o, o], torch.outer(o, o), exact=True)
    for d in (torch.float32, torch.bfloat16, torch.bool, torch.int8):
        x = rand(2, 3, 4, 5, dtype=d)
        for i, j in ((0, 2), (-1, 1), (1, 1)):
            case("Transpose", [x], x.transpose(i, j), exact=True, axis1=i, axis2=j)
            case("MoveAxis", [x], x.movedim(i, j), exact=True, **{"from": i, "to": j})
        case("MoveAxis", [x], x.movedim(0, -1), exact=True, **{"from": 0, "to": -1})


def rearranging():
    for d in FLOATS + INTS + [torch.bool]:
        x = rand(2, 3, 4, dtype=d)
        for axes in ([], [0], [-1, 1], [0, 1, 2]):
            case("Flip", [x], x.flip(axes or [0, 1, 2]), exact=True, axes=axes)
        for by in (0, 1, -1, 2, 3, -7):
            case("Roll", [x], x.roll(by, 1), exact=True, by=by, axis=1)
        case("Repeat", [x], x.repeat(2, 1, 3), exact=True, times=[2, 1, 3])
        case("Repeat", [x], x.repeat(2, 1, 2, 1), exact=True, times=[2, 1, 2, 1])
        case("Repeat", [x], x.repeat(1, 0, 1), exact=True, times=[1, 0, 1])
        for axis in (0, 1, -1):
            case("RepeatInterleave", [x], x.repeat_interleave(3, axis), exact=True, n=3, axis=axis)
        case("RepeatInterleave", [x], x, exact=True, n=1, axis=0)
        v = 1 if d == torch.bool else 3
        for axis, pad in ((2, (1, 2)), (-1, (0, 3)), (1, (0, 0, 2, 0)), (0, (0, 0, 0, 0, 1, 1))):
            before, after = pad[-2:]
            y = F.pad(x.to(torch.int32) if d == torch.bool else x, pad, value=v).to(d)
            case("Pad", [x], y, exact=True, axis=axis, before=before, after=after, value=v)
        case("ExpandAs", [x[:, :1], x], x[:, :1].expand_as(x), exact=True)
        case("ExpandAs", [x[0, 0], x], x[0, 0].expand_as(x), exact=True)
        case("ExpandAs", [x, x], x, exact=True)
        for axis in (0, 1, -1):
            case("Size", [x], torch.tensor(x.shape[axis]), axis=axis)
            case("Positions", [x], torch.arange(x.shape[axis]), axis=axis)
        for axis in (0, -1):
            case("Unbind", [x], x.unbind(axis), exact=True, axis=axis)
    e = rand(2, 0, 4)
    case("Flip", [e], e, exact=True, axes=[1])
    case("Roll", [e], e, exact=True, by=1, axis=1)
    case("Repeat", [e], e.repeat(2, 2, 1), exact=True, times=[2, 2, 1])
    case("Size", [e], torch.tensor(0), axis=1)
    case("Positions", [e], torch.arange(0), axis=1)


def making():
    for d in (torch.int64, torch.int32):
        x = torch.tensor([[0, 2, 4], [1, 3, 0]]).to(d)
        case("OneHot", [x], F.one_hot(x.long(), 5), exact=True, classes=5)
        case("OneHot", [x[0, 0]], F.one_hot(x[0, 0].long(), 5), exact=True, classes=5)
        case("OneHot", [x[:0]], torch.zeros(0, 3, 5, dtype=torch.int64), exact=True, classes=5)
    case("OneHot", [torch.tensor([-1, 5, 2])], torch.tensor([[0, 0, 0], [0, 0, 0], [0, 0, 1]]), exact=True, classes=3)
    for lo, hi, step in ((0, 5, 1), (2, 9, 3), (5, 0, -2), (3, 3, 1), (4, 1, 1), (0, 5000, 1)):
        case("Arange", [], torch.from_numpy(np.arange(lo, hi, step)), exact=True, **{"from": lo, "to": hi, "step": step})
    for d in FLOATS + INTS + [torch.bool]:
        case("Full", [], torch.full((2, 3), 1, dtype=d), exact=True, dtype=TORCH[d], value=1, dims=[2, 3])
    case("Full", [], torch.full((), -2.5), exact=True, dtype="float32", value=-2.5, dims=[])
    case("Full", [], torch.full((0, 2), 1), exact=True, dtype="int64", value=1, dims=[0, 2])
    for n in (0, 1, 4):
        case("Eye", [], torch.eye(n), exact=True, n=n)


def scattering():
    for d in FLOATS + INTS:
        x, src = rand(3, 4, 5, dtype=d), rand(2, 3, 5, dtype=d)
        i = torch.randint(0, 4, (2, 3, 5))
        y = x.double().scatter_add(1, i, src.double()).to(d) if d in HALF else x.scatter_add(1, i, src)
        case("ScatterAdd", [x, i, src], y, axis=1)
        case("ScatterAdd", [x, i - 4, src], y, axis=-2)
        v, j, s = rand(6, dtype=d), torch.tensor([1, 1, 5]), rand(3, dtype=d)
        case("ScatterAdd", [v, j.int(), s], v.double().scatter_add(0, j, s.double()).to(d) if d in HALF else v.scatter_add(0, j, s), axis=0)
        case("ScatterAdd", [v, j[:0], s[:0]], v, axis=0)


def add():
    products(EINSUM)
    pairs()
    rearranging()
    making()
    scattering()
