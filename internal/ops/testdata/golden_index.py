"""Golden cases of indices that hold lists, index tensors, masks, new axes and ends of ranges."""

from golden_base import *  # noqa: F403

i64 = lambda *v: torch.tensor(v, dtype=torch.int64)  # noqa: E731


def key(text, operands):
    operands = list(operands)

    def end(s):
        if s == "$":
            return int(operands.pop(0))
        return int(s) if s else None

    def item(s):
        if s == "...":
            return Ellipsis
        if s == "new":
            return None
        if s == "$":
            return operands.pop(0)
        if s.startswith("["):
            return torch.tensor([int(v) for v in s[1:-1].split()], dtype=torch.int64)
        if ":" in s:
            return slice(*[end(p) for p in s.split(":")])
        return int(s)

    return tuple(item(s) for s in text.split(","))


def both(x, text, *operands, values=True):
    """At, and SetAt with values of the part's shape, of its last axis and of none."""
    k = key(text, [o.long() if o.dtype == torch.int32 and o.dim() else o for o in operands])
    part = x[k]
    case("At", [x, *operands], part, exact=True, index=text)
    if not values:
        return
    for v in (rand(*part.shape, dtype=x.dtype), torch.ones((), dtype=x.dtype), rand(*part.shape[-1:], dtype=x.dtype)):
        y = x.clone()
        y[k] = v
        case("SetAt", [x, v, *operands], y, exact=True, index=text)


def lists(x):
    for text in ("[0 2]", ":,[0 -1 1]", "...,[4 0]", "[0 1],[3 2]", "[0 1],:,[3 2]", ":,[3 0],[1 1]", "0,[1 2]", "1:,[1 2],::2", "[2 0],-1", "[]", ":,[]", "[0 2],...,[1 0]"):
        both(x, text)


def tensors(x):
    rows, pos = torch.arange(3), i64(3, -1, 0)
    for text, operands in {
        "$,$": (rows, pos), "$,$,1:3": (rows, pos), "$,:,$": (rows, i64(4, 0, -5)), ":,$,$": (pos, i64(0, 1, 2)), "$,[3 1 0]": (rows,),
        "$,$,$": (rows, pos, i64(0, 4, 2)), "$,$,0": (rows, pos), "...,$,$": (pos, i64(0, 1, 2)),
    }.items():
        both(x, text, *operands)
    both(x, "$,$", rows.int(), pos.int())
    both(x, "$,$", rows.reshape(3, 1), i64(1, 3))  # a grid
    both(x, "$,:,$", i64(0, 2).reshape(2, 1), i64(1, 3, 4))
    both(x, ":,$", i64(1, 0, 3, 2).reshape(2, 2))
    both(x, "$,$", torch.tensor(2), pos[:2].abs() * 0 + i64(1, 3))
    both(x, "1:,$,$", i64(0, 3), i64(4, 1))
    both(x, "$,$", rows[:0], pos[:0])
    case("At", [x, i64(1, 1), i64(2, 2)], x[i64(1, 1), i64(2, 2)], exact=True, index="$,$")


def masks(x):
    for dims in (1, 2, 3):
        m = torch.rand(x.shape[:dims]) > 0.4
        both(x, "$", m)
        both(x, "$,...", m, values=dims < 3)
    m = torch.rand(4) > 0.4
    both(x, ":,$", m)
    both(x, "0,$", m)
    both(x, "...,$", torch.rand(5) > 0.5)
    both(x, ":,$", torch.rand(4, 5) > 0.5)
    both(x, "$,:,[2]", torch.rand(3) > 0.3)
    both(x, "$", torch.zeros(3, dtype=torch.bool))


def new_axes(x):
    for text in ("new", ":,new", "...,new", "0,new,1:3", "new,...,-1", "new,[0 2]", "[0 2],new,[1 3]", ":,1,new,::2", "new,1,new"):
        both(x, text)


def ends(x):
    n = torch.tensor
    for text, operands in {
        "$:": (n(1),), ":,$:": (n(-2),), ":,:$": (n(2),), "...,$:$": (n(1), n(4)), ":,$:3:2": (n(0),), "$:$,1:,0": (n(0), n(2)), ":,:$,[1 2]": (n(3),),
        ":,$:$": (n(2), n(2)), "0,$:9": (n(2),), "...,:$": (n(-1, dtype=torch.int32),), ":,$:,$": (n(1), n(-1)),
    }.items():
        both(x, text, *operands)


def add():
    x = rand(3, 4, 5)
    x[0, 0, 0], x[1, 1, 1], x[2, 2, 2] = nan, -0.0, inf
    for part in (lists, tensors, masks, new_axes, ends):
        part(x)
    for d in (torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.int32, torch.int8, torch.uint8, torch.bool):
        y = rand(3, 4, 5, dtype=d)
        both(y, "$,$", torch.arange(3), i64(3, -1, 0))
        both(y, ":,[0 2]", values=d != torch.uint8)
        both(y, "$", torch.rand(3, 4) > 0.5)
    z = rand(7)
    both(z, "[0 -1]")
    both(z, "$", i64(3, 5))
    both(z, "new,$:", torch.tensor(2))
    both(z, "$", z > 0)
    case("At", [torch.tensor(2.5)], torch.tensor([2.5]), exact=True, index="new")
