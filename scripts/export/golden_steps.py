"""Goldens of what ends a loop over decoding steps, keeps its values or stays under it, on the small Llama."""

import torch

import nets
from golden_llama import _prompt, _vector
from golden_tracing import SETTINGS, STEPS, _given
from recording import Golden, Rows, first, put


def steps() -> Golden:
    g = Golden("steps", f"""Results, stops, caches and edits over the steps of a generation, on the net `llama` of this page, as in `tracing`: max_new_tokens={STEPS},
        do_sample=False; a step's arrays end in its number.""")
    module = nets.NETS["llama"].build()
    model = Rows(module)
    _result(g, model, module)
    _stop(g, model)
    _cache(g, model, module)
    _edit(g, Rows(module), module)
    _barrier(g, Rows(module), module)
    _calls(g)
    return g


def _plain(module, prompt):
    with torch.no_grad():
        return module.generate(**_given(prompt), **SETTINGS)


def _result(g, model, module):
    m = model.model
    one, two = _prompt(1, 6, 121), _prompt(2, 6, 122)
    v = _vector(123) * 2
    with model.trace(fn="generate", **SETTINGS) as tracer:
        with tracer.invoke(**_given(one)):
            for _ in tracer.iter[0:2]:
                m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v)
            ids0 = tracer.result.save()
        with tracer.invoke(**_given(two)):
            for _ in tracer.iter[2:4]:
                m.layers[1].output = put(m.layers[1].output, first(m.layers[1].output) - v)
            ids1 = tracer.result.save()
    assert not torch.equal(ids0, _plain(module, one)) and not torch.equal(ids1, _plain(module, two))
    g.add("result", """iter[0:2] in invoke 0: model.layers.0.output = model.layers.0.output + v; iter[2:4] in invoke 1: model.layers.1.output = model.layers.1.output - v;
          behind their loops both read the run's result, the ids of their rows, prompts included, as `ids0` and `ids1`.""", [_given(one), _given(two)], args={"v": v},
          out={"ids0": ids0, "ids1": ids1})  # fmt: skip


def _stop(g, model):
    m = model.model
    prompt = _prompt(2, 6, 124)
    v = _vector(125)
    with model.trace(fn="generate", **_given(prompt), **SETTINGS) as tracer:
        reads, norms = [].save(), [].save()
        for step in tracer.iter[:STEPS]:
            m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v)
            reads.append(first(m.layers[1].output).clone())
            norms.append(reads[-1].norm().item())
            if step == 2:
                tracer.stop()
    assert len(reads) == 3, len(reads)
    g.add("stop", """over all steps model.layers.0.output = model.layers.0.output + v, then model.layers.1.output is read as `h1`; at step 2 the run is stopped there. `norm` is
          the norm of what was read.""", _given(prompt), args={"v": v}, out={f"h1_{n}": h for n, h in enumerate(reads)} | {"norm": torch.tensor(norms)})  # fmt: skip


def _cache(g, model, module):
    m = model.model
    prompt = _prompt(2, 6, 126)
    v = _vector(127) * 2
    with model.trace(fn="generate", **_given(prompt), **SETTINGS) as tracer:
        cache = tracer.cache(modules=[m.layers[0], model.lm_head], include_inputs=True).save()
        for _ in tracer.iter[1:3]:
            m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v)
        ids = tracer.result.save()
    assert not torch.equal(ids, _plain(module, prompt))
    layer, head = cache["model.model.layers.0"], cache["model.lm_head"]
    assert len(head.output) == STEPS, head
    out = {"ids": ids}
    for n in range(STEPS):
        out |= {f"h0_{n}": first(layer.output[n]), f"in0_{n}": layer.input[n], f"logits_{n}": head.output[n]}
    g.add("cache", """a cache of model.layers.0 (`h0`, its input `in0`) and lm_head (`logits`), with inputs, over all steps; iter[1:3]: model.layers.0.output =
          model.layers.0.output + v, which the entries of these steps have in them. The result is read last.""", _given(prompt), args={"v": v}, out=out)  # fmt: skip


def _edit(g, model, module):
    m = model.model
    prompt = _prompt(2, 6, 128)
    v = _vector(129) * 2
    with model.edit() as (tracer, edited):
        for _ in tracer.iter[1:3]:
            m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v)
    with edited.trace(fn="generate", **_given(prompt), **SETTINGS) as tracer:
        reads = [].save()
        for _ in tracer.iter[:STEPS]:
            reads.append(first(edited.model.layers[1].output).clone())
        ids = tracer.result.save()
    assert not torch.equal(ids, _plain(module, prompt))
    g.add("edit", """an edit with a loop of its own, iter[1:3]: model.layers.0.output = model.layers.0.output + v; a trace over all steps reads model.layers.1.output as `h1`.""",
          _given(prompt), args={"v": v}, out={"ids": ids, **{f"h1_{n}": h for n, h in enumerate(reads)}})  # fmt: skip


def _barrier(g, model, module):
    m = model.model
    one, two = _prompt(1, 6, 130), _prompt(1, 6, 131)
    with model.trace(fn="generate", **SETTINGS) as tracer:
        ready = tracer.barrier(2)
        with tracer.invoke(**_given(one)):
            for _ in tracer.iter[1:3]:
                embedded = m.embed_tokens.output
                ready()
            ids0 = tracer.result.save()
        with tracer.invoke(**_given(two)):
            for _ in tracer.iter[1:3]:
                ready()
                m.embed_tokens.output = embedded
            ids1 = tracer.result.save()
    assert torch.equal(ids0, _plain(module, one)) and not torch.equal(ids1, _plain(module, two))
    g.add("barrier", """barrier(2) in loops over iter[1:3] of both invokes: invoke 0 takes model.embed_tokens.output and waits; invoke 1 waits and sets its own to it. Behind
          their loops both read the run's result, as `ids0` and `ids1`.""", [_given(one), _given(two)], out={"ids0": ids0, "ids1": ids1})  # fmt: skip


def _calls(g):
    module = nets.NETS["looplm"].build()
    ids = torch.randint(nets.VOCAB, (2, 4), generator=torch.Generator().manual_seed(132))
    v = torch.randn(12, generator=torch.Generator().manual_seed(133)) * 8
    model = Rows(module)
    with torch.no_grad():
        plain = module.generate(ids, STEPS)

    def calls(name, words, visits, only=()):
        with model.trace(input_ids=ids, max_new_tokens=STEPS, fn="generate") as tracer:
            reads, logits = [].save(), [].save()
            for n in tracer.iter[visits]:
                if not only or n in only:
                    model.block.output = model.block.output + v
                reads.append(model.block.output.clone())
            result = tracer.result.save()
        assert not torch.equal(result, plain), name
        first = visits[0] if isinstance(visits, list) else visits.start
        which = visits if isinstance(visits, list) else range(first, first + len(reads))
        g.add(name, words, {"input_ids": ids}, args={"v": v}, out={"ids": result, **{f"h_{n}": h for n, h in zip(which, reads)}})

    calls("calls_range", """on the net `looplm`, which calls its block three times in a step: iter[2:7]: block.output = block.output + v, and it is read as `h`: the last call of
          step 0, those of step 1, the first of step 2.""", slice(2, 7))  # fmt: skip
    calls("calls_list", "on `looplm`: the same at the visits 1, 5 and 9 of the block.", [1, 5, 9])
    calls("calls_all", "on `looplm`: the block is read at every visit, and changed at the visits 4 and 8.", slice(0, 3 * STEPS), (4, 8))
