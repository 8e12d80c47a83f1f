"""Goldens of the net whose rows are folded into other axes.

nnsight cannot give them: it takes the first axis for the rows, and hands an invoke a tensor with another number of entries there as a whole
(differs() holds it to that). So the goldens are PyTorch's own: the rows of an invoke are run by themselves, with hooks.
"""

import torch

import nets
from recording import Golden, Rows, first

FOLDED = ("tokens", "steps", "guide", "twice")


def _rows(n: int, seed: int) -> dict[str, torch.Tensor]:
    return {"x": torch.randn(n, 4, 6, generator=torch.Generator().manual_seed(seed))}


def _run(module, x, path=None, edit=None):
    """The results of one invoke, and what the module at path gave before the edit."""
    kept = {}

    def hook(_module, _args, out):
        kept["out"] = out
        return edit(out) if edit else out

    handle = module.get_submodule(path).register_forward_hook(hook) if path else None
    with torch.no_grad():
        out, flat = module(x)
    if handle:
        handle.remove()
    return out, flat, kept.get("out")


def differs(module, ins) -> dict[str, bool]:
    """Whether nnsight gives invokes of several rows something else than PyTorch gives their rows alone."""
    model, wrong = Rows(module), {}
    for path in FOLDED:
        got = []
        with model.trace() as tracer:
            for one in ins:
                with tracer.invoke(one["x"]):
                    got.append(first(model.get(path).output).clone().save())
        want = [_run(module, one["x"], path)[2] for one in ins]
        wrong[path] = any(g.shape != w.shape or not torch.allclose(g, w, atol=1e-5) for g, w in zip(got, want, strict=True))
    return wrong


def folded() -> Golden:
    g = Golden("folded", """x [batch, seq, 6] → tokens [batch*seq, 6] → steps [seq*batch, 6] → nest (a tree of outputs) → guide [2*batch, 6] → twice
        [2*batch, 6] → out [batch, 3], and flat [seq*batch, 3]. By PyTorch alone: the rows of an invoke are run by themselves, with hooks. nnsight
        gives an invoke the rows of all invokes at each of tokens, steps, guide and twice.""")
    module = nets.NETS["folded"].build()
    one, two, three = (_rows(n, s) for n, s in ((1, 71), (2, 72), (3, 73)))
    wrong = differs(module, [one, two, three])
    if wrong != {"tokens": True, "steps": True, "guide": True, "twice": True}:
        raise ValueError(f"nnsight does otherwise now: {wrong}")

    out, flat, _ = _run(module, two["x"])
    g.add("raw", "the model as it is: out and flat.", two, out={"out": out, "flat": flat})
    plain = [_run(module, one["x"]) for one in (one, two, three)]
    for path in FOLDED:
        h0, h2 = (_run(module, v["x"], path)[2] for v in (one, three))
        out1, flat1, _ = _run(module, two["x"], path, lambda h: h * 3)
        moved = [("out1", plain[1][0])] + ([("flat1", plain[1][1])] if path in ("tokens", "steps") else [])
        g.add(path, f"invoke 0 (1 row) and invoke 2 (3 rows) read {path}.output; invoke 1 (2 rows) multiplies it by 3.", [one, two, three],
              out={"h0": h0, "out0": plain[0][0], "out1": out1, "flat1": flat1, "h2": h2, "out2": plain[2][0]}, moved=moved)  # fmt: skip

    for path in FOLDED:
        other = _rows(2, 74)
        given = _run(module, other["x"], path)[2]
        out1, flat1, _ = _run(module, two["x"], path, lambda h: given)  # noqa: B023
        g.add(f"patch_{path}", f"{path}.output of invoke 0 (2 rows) is written into invoke 1 (2 rows).", [other, two],
              out={"out0": _run(module, other["x"])[0], "out1": out1, "flat1": flat1}, moved=[("out1", plain[1][0])])  # fmt: skip

    def halves(h):
        (half, tokens), more = h
        return (half * 3, tokens), more

    leaves = [_run(module, v["x"], "nest")[2] for v in (one, two)]
    out2, _, _ = _run(module, three["x"], "nest", halves)
    named = {}
    for i, ((half, tokens), more) in enumerate(leaves):
        flat = {"mean": more["mean"], "steps": more["pair"]["steps"], "half": half, "tokens": tokens, "both": more["pair"]["both"]}
        named |= {f"{name}{i}": value for name, value in flat.items()}
    g.add("nest", """invokes 0 and 1 (1 and 2 rows) read every leaf of nest.output = ((half, tokens), {mean, pair: {both, steps}}); invoke 2 (3 rows)
          multiplies half, its first leaf, by 3.""", [one, two, three],
          out={**named, "out0": plain[0][0], "out1": plain[1][0], "out2": out2}, moved=[("out2", plain[2][0])])  # fmt: skip

    def leaf(h):
        (half, tokens), more = h
        return (half, tokens), {**more, "pair": {**more["pair"], "both": more["pair"]["both"] * 3, "steps": more["pair"]["steps"] * -1}}

    out1, flat1, _ = _run(module, two["x"], "nest", leaf)
    g.add("leaves", "invoke 1 (2 rows) of three (1, 2 and 3 rows) multiplies the leaf both of nest.output by 3 and steps by -1.", [one, two, three],
          out={"out0": plain[0][0], "flat0": plain[0][1], "out1": out1, "flat1": flat1, "out2": plain[2][0], "flat2": plain[2][1]},
          moved=[("out1", plain[1][0]), ("flat1", plain[1][1])])  # fmt: skip
    return g
