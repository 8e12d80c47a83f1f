"""Goldens of the nets that are not transformers."""

import torch

import nets
from recording import Golden, Rows


def _rows(net: str, name: str, *shape: int, seed: int) -> dict[str, torch.Tensor]:
    return {name: torch.randn(*shape, generator=torch.Generator().manual_seed(seed))}


def _raw(g: Golden, module, ins: dict, case: str = "raw") -> torch.Tensor:
    with torch.no_grad():
        out = module(*ins.values())
    g.add(case, "the model as it is, no intervention.", ins, out={"out": out})
    return out


def twolinear() -> Golden:
    g = Golden("twolinear", "x [batch, 4] → fc1 Linear(4, 8) → relu → fc2 Linear(8, 3) → out [batch, 3].")
    module = nets.NETS["twolinear"].build()
    model = Rows(module)
    one, two = _rows("twolinear", "x", 2, 4, seed=31), _rows("twolinear", "x", 3, 4, seed=32)
    corrupt = _rows("twolinear", "x", 2, 4, seed=33)
    raw, raw2, raw_corrupt = _raw(g, module, one), module(two["x"]), module(corrupt["x"])

    with model.trace(one["x"]):
        x = model.fc1.input.clone().save()
        fc1 = model.fc1.output.clone().save()
        relu = model.relu.output.clone().save()
        out = model.output.clone().save()
    g.add("get_fc1", "reads fc1.input, fc1.output, relu.output and the root's output.", one,
          out={"x": x, "fc1": fc1, "relu": relu, "out": out}, same=[("out", raw)])  # fmt: skip

    with model.trace(one["x"]):
        model.fc1.output = model.fc1.output * 2
        out = model.output.clone().save()
    g.add("set_fc1", "fc1.output = fc1.output * 2; reads the root's output.", one, out={"out": out}, moved=[("out", raw)])

    with model.trace(one["x"]):
        model.fc1.output[:, 0] = 0
        model.fc1.output[:, 5] = 3
        after = model.fc1.output.clone().save()
        out = model.output.clone().save()
    g.add("inplace", "fc1.output[:, 0] = 0 and fc1.output[:, 5] = 3 in place; reads fc1.output after both as `after`, and the root's output.", one,
          out={"after": after, "out": out}, moved=[("out", raw)])  # fmt: skip

    with model.trace(one["x"]):
        model.fc2.input = model.fc2.input * 0.5
        relu_after = model.fc2.input.clone().save()
        out = model.output.clone().save()
    g.add("input_edit", "fc2.input = fc2.input * 0.5; reads fc2.input again as `fc2_in`, and the root's output.", one,
          out={"fc2_in": relu_after, "out": out}, moved=[("out", raw)])  # fmt: skip

    with model.trace() as tracer:
        with tracer.invoke(one["x"]):
            a = model.fc1.output.clone().save()
            out0 = model.output.clone().save()
        with tracer.invoke(two["x"]):
            model.fc1.output = model.fc1.output * 0
            b = model.fc1.output.clone().save()
            out1 = model.output.clone().save()
    g.add("two_invokes", """invoke 0 (2 rows) reads fc1.output as `fc1_0` and the root's output as `out0`; invoke 1 (3 rows) sets
          fc1.output = fc1.output * 0, then reads fc1.output as `fc1_1` and the root's output as `out1`.""", [one, two],
          out={"fc1_0": a, "out0": out0, "fc1_1": b, "out1": out1}, moved=[("out1", raw2)])  # fmt: skip
    assert torch.allclose(out0, raw, atol=1e-6)

    with model.trace() as tracer:
        ready = tracer.barrier(2)
        with tracer.invoke(one["x"]):
            h = model.fc1.output
            ready()
            out0 = model.output.clone().save()
        with tracer.invoke(corrupt["x"]):
            ready()
            model.fc1.output = h
            out1 = model.output.clone().save()
    g.add("patch_barrier", """barrier(2); invoke 0 (clean, 2 rows) takes h = fc1.output, waits, reads the root's output as `out0`;
          invoke 1 (corrupt, 2 rows) waits, sets fc1.output = h, reads the root's output as `out1` (= `out0`).""", [one, corrupt],
          out={"out0": out0, "out1": out1}, moved=[("out1", raw_corrupt)])  # fmt: skip

    with model.trace(one["x"]):
        value = model.fc2(model.fc1.output * 3).clone().save()
        out = model.output.clone().save()
    g.add("call", "value = fc2 called on fc1.output * 3 (no relu between); reads the root's output, which is unchanged.", one,
          out={"value": value, "out": out}, same=[("out", raw)], moved=[("value", raw)])  # fmt: skip

    scale = torch.tensor(-1.5)
    shift = torch.linspace(-1, 1, 8)
    with model.trace(one["x"]):
        model.fc1.output = model.fc1.output * scale + shift
        out = model.output.clone().save()
    g.add("params", "fc1.output = fc1.output * scale + shift, with scale a number and shift a vector of 8 given at run time; reads the root's output.",
          one, args={"scale": scale, "shift": shift}, out={"out": out}, moved=[("out", raw)])  # fmt: skip
    return g


def loopnet() -> Golden:
    g = Golden("loopnet", "x [batch, 6] → block (x + tanh(fc(x))), the same module called five times → head Linear(6, 3) → out [batch, 3].")
    module = nets.NETS["loopnet"].build()
    model = Rows(module)
    ins = _rows("loopnet", "x", 2, 6, seed=34)
    raw = _raw(g, module, ins)

    with model.trace(ins["x"]):
        block = model.block.output.clone().save()
    g.add("get_first", "reads block.output: the first visit.", ins, out={"block": block}, moved=[("block", ins["x"])])

    with model.trace(ins["x"]):
        model.block.output = model.block.output * 2
        out = model.output.clone().save()
    g.add("set_first", "block.output = block.output * 2 at the first visit; reads the root's output.", ins, out={"out": out}, moved=[("out", raw)])

    with model.trace(ins["x"]) as tracer:
        seen, inner = [].save(), [].save()
        for _ in tracer.iter[:5]:
            inner.append(model.block.fc.output.clone())
            seen.append(model.block.output.clone())
    g.add("visits", "for each of the five visits reads block.fc.output and block.output, stacked along a new first axis.", ins,
          out={"fc": torch.stack(list(inner)), "block": torch.stack(list(seen))})  # fmt: skip

    with model.trace(ins["x"]) as tracer:
        for _ in tracer.iter[3]:
            model.block.output = model.block.output * 2
        out = model.output.clone().save()
    g.add("set_fourth", "block.output = block.output * 2 at visit 3 (the fourth call) alone; reads the root's output.", ins,
          out={"out": out}, moved=[("out", raw)])  # fmt: skip

    with model.trace(ins["x"]) as tracer:
        for _ in tracer.iter[:5]:
            model.block.output = model.block.output * 0.5
        out = model.output.clone().save()
    g.add("set_all", "block.output = block.output * 0.5 at each of the five visits; reads the root's output.", ins,
          out={"out": out}, moved=[("out", raw)])  # fmt: skip
    return g


def looplm() -> Golden:
    g = Golden("looplm", "input_ids [batch, seq] → embed → block (x + tanh(fc(x))), the same module called three times → head Linear(12, vocab) → logits [batch, seq, vocab].")
    module = nets.NETS["looplm"].build()
    model = Rows(module)
    ids = torch.randint(nets.VOCAB, (2, 5), generator=torch.Generator().manual_seed(134))
    ins = {"input_ids": ids}
    with torch.no_grad():
        raw = module(ids)
    g.add("raw", "the model as it is, no intervention.", ins, out={"logits": raw})

    with model.trace(ids) as tracer:
        seen = [].save()
        for _ in tracer.iter[:3]:
            seen.append(model.block.output.clone())
    g.add("visits", "for each of the three visits reads block.output, as h_0, h_1 and h_2.", ins, out={f"h_{i}": h for i, h in enumerate(seen)})

    with model.trace(ids) as tracer:
        for _ in tracer.iter[1]:
            model.block.output = model.block.output * 3
        logits = model.output.clone().save()
    g.add("set_second", "block.output = block.output * 3 at visit 1 alone; reads the root's output.", ins, out={"logits": logits}, moved=[("logits", raw)])
    return g


def branchnet() -> Golden:
    g = Golden("branchnet", """x [batch, 4] → stem Linear(4, 6) → fork → head Linear(6, 3) → out. fork runs its child left
        (Linear, ReLU, Linear as left.0, left.1, left.2) where the sum of its whole input is positive, else right (Linear, Tanh, Linear).
        In the ONNX files fork is an If, left and right lie in its branches. Every case exists for both: `*_left` has inputs with a positive sum, `*_right` a negative.""")
    module = nets.NETS["branchnet"].build()
    model = Rows(module)
    for side, sign in (("left", 1), ("right", -1)):
        for seed in range(40, 200):
            ins = _rows("branchnet", "x", 2, 4, seed=seed)
            if (module.stem(ins["x"]).sum() * sign).item() > 1:
                break
        child = getattr(model.fork, side)
        raw = _raw(g, module, ins, f"raw_{side}")

        with model.trace(ins["x"]):
            stem = model.stem.output.clone().save()
            inner = child[0].output.clone().save()
            taken = child.output.clone().save()
            fork = model.fork.output.clone().save()
            out = model.output.clone().save()
        g.add(f"get_{side}", f"reads stem.output, fork.{side}.0.output, fork.{side}.output, fork.output and the root's output.", ins,
              out={"stem": stem, "inner": inner, "taken": taken, "fork": fork, "out": out}, same=[("out", raw)])  # fmt: skip

        with model.trace(ins["x"]):
            model.fork.output = model.fork.output * 2
            out = model.output.clone().save()
        g.add(f"set_fork_{side}", "fork.output = fork.output * 2; reads the root's output.", ins, out={"out": out}, moved=[("out", raw)])

        with model.trace(ins["x"]):
            child[0].output = child[0].output + 1
            out = model.output.clone().save()
        g.add(f"set_inner_{side}", f"fork.{side}.0.output = fork.{side}.0.output + 1, inside the branch; reads the root's output.", ins,
              out={"out": out}, moved=[("out", raw)])  # fmt: skip
    return g


def cnn() -> Golden:
    g = Golden("cnn", """image [batch, 3, 8, 8] → conv1 (8 channels) → bn1 → relu1 → conv2 (12 channels, stride 2) → bn2 → relu2 →
        pool (mean) → flatten → fc Linear(12, 5) → out.""")
    module = nets.NETS["cnn"].build()
    model = Rows(module)
    one, two = _rows("cnn", "image", 2, 3, 8, 8, seed=51), _rows("cnn", "image", 1, 3, 8, 8, seed=52)
    raw, raw2 = _raw(g, module, one), module(two["image"])

    with model.trace(one["image"]):
        conv1 = model.conv1.output.clone().save()
        bn1 = model.bn1.output.clone().save()
        relu2 = model.relu2.output.clone().save()
        pool = model.pool.output.clone().save()
        out = model.output.clone().save()
    g.add("get_bn1", "reads conv1.output, bn1.output, relu2.output, pool.output and the root's output.", one,
          out={"conv1": conv1, "bn1": bn1, "relu2": relu2, "pool": pool, "out": out}, same=[("out", raw)])  # fmt: skip

    with model.trace(one["image"]):
        model.conv1.output[:, 3] = 0
        out = model.output.clone().save()
    g.add("ablate_channel", "conv1.output[:, 3] = 0 in place; reads the root's output.", one, out={"out": out}, moved=[("out", raw)])

    with model.trace(one["image"]):
        model.bn2.output = model.bn2.output * 2 - 0.5
        out = model.output.clone().save()
    g.add("set_bn2", "bn2.output = bn2.output * 2 - 0.5; reads the root's output.", one, out={"out": out}, moved=[("out", raw)])

    with model.trace() as tracer:
        with tracer.invoke(one["image"]):
            a = model.relu1.output.clone().save()
            out0 = model.output.clone().save()
        with tracer.invoke(two["image"]):
            model.relu1.output = model.relu1.output * 0.5
            out1 = model.output.clone().save()
    g.add("two_invokes", """invoke 0 (2 rows) reads relu1.output as `relu1_0` and the root's output as `out0`; invoke 1 (1 row) sets
          relu1.output = relu1.output * 0.5 and reads the root's output as `out1`.""", [one, two],
          out={"relu1_0": a, "out0": out0, "out1": out1}, moved=[("out1", raw2)])  # fmt: skip
    assert torch.allclose(out0, raw, atol=1e-5)
    return g


def timemajor() -> Golden:
    """By hand: nnsight takes the first axis for the rows, and here it is time."""
    g = Golden("timemajor", """x [seq, batch, 6] → block → h + 0.2 h.cumsum(0) → pair [seq, 2*batch, 6] → both → guided → head [seq, batch, 3]. Worked out by hand: the
        rows of an invoke are run by themselves, with hooks of PyTorch.""")
    module = nets.NETS["timemajor"].build()

    def run(x, edit=None):
        kept = {}

        def hook(_module, _args, h):
            kept["before"] = h.clone()
            kept["block"] = edit(h.clone()) if edit else h
            return kept["block"]

        handle = module.block.register_forward_hook(hook)
        with torch.no_grad():
            out = module(x)
        handle.remove()
        return out, kept["before"]

    one, two, three = (_rows("timemajor", "x", 4, n, 6, seed=s) for n, s in ((1, 51), (2, 52), (3, 53)))
    g.add("raw", "the model as it is.", two, out={"out": run(two["x"])[0]})
    plain0, h0 = run(one["x"])
    plain1, _ = run(two["x"])
    plain2, h2 = run(three["x"])
    doubled, _ = run(two["x"], lambda h: h * 2)
    g.add("three_invokes", "invoke 0 (1 row) and invoke 2 (3 rows) read block.output; invoke 1 (2 rows) doubles it.", [one, two, three],
          out={"h0": h0, "out0": plain0, "out1": doubled, "h2": h2, "out2": plain2}, moved=[("out1", plain1)])

    def patch(h):
        h[-1] = h0[-1]
        return h

    patched, _ = run(two["x"], patch)
    g.add("patch", "the last step of invoke 0's block.output (1 row) is written into both rows of invoke 1.", [one, two], out={"out0": plain0, "out1": patched},
          moved=[("out1", plain1)])
    return g
