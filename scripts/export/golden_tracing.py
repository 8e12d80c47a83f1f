"""Goldens of the tracing system: visits, skip, stop, cache, edits, results, on the small Llama and GPT-2."""

import torch
from nnsight.intervention.tracer import ScanningTracer

import nets
from golden_llama import _prompt, _vector
from recording import Golden, Rows, first, put

STEPS = 5
SETTINGS = {"max_new_tokens": STEPS, "do_sample": False, "use_cache": True, "pad_token_id": 0}


def tracing() -> Golden:
    g = Golden("tracing", f"""The tracing system on the nets `llama` and `gpt2` of this page. Generation is transformers' generate with max_new_tokens={STEPS} and
        do_sample=False; `ids` are the new tokens; a step's arrays end in its number. Step 0 sees the whole prompt, later ones the new token alone.""")
    llama = nets.NETS["llama"].build()
    _visits(g, Rows(llama), llama)
    _invokes(g, Rows(llama), llama)
    _skip(g, Rows(llama), llama)
    _stop(g, Rows(llama), llama)
    _cache(g, Rows(llama), llama)
    _edit(g, Rows(llama), llama)
    _scan(g, Rows(llama))
    gpt2 = nets.NETS["gpt2"].build()
    _gpt2(g, Rows(gpt2), gpt2)
    return g


def _given(prompt):
    return {"input_ids": prompt["input_ids"], "attention_mask": prompt["attention_mask"]}


def _visits(g, model, module):
    m = model.model
    prompt = _prompt(2, 6, 91)
    v = _vector(92) * 2
    with torch.no_grad():
        plain = module.generate(**_given(prompt), **SETTINGS)[:, 6:]

    def steered(name, words, steps, loop):
        with model.trace(fn="generate", **_given(prompt), **SETTINGS) as tracer:
            reads = [].save()
            for _ in loop(tracer):
                m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v)
                reads.append(first(m.layers[1].output).clone())
            ids = tracer.result.save()
        assert len(reads) == len(steps), (name, len(reads))
        out = {"ids": ids[:, 6:], **{f"h1_{n}": h for n, h in zip(steps, reads)}}
        assert not torch.equal(out["ids"], plain), name
        g.add(name, words + " Each of these steps reads model.layers.1.output as `h1`.", prompt, args={"v": v}, out=out)

    steered("iter_range", "iter[1:3]: at steps 1 and 2 model.layers.0.output = model.layers.0.output + v.", [1, 2], lambda t: t.iter[1:3])
    steered("iter_list", "iter[[0, 3]]: the same at steps 0 and 3.", [0, 3], lambda t: t.iter[[0, 3]])
    steered("iter_one", "iter[2]: the same at step 2.", [2], lambda t: t.iter[2])
    steered("iter_from", f"iter[2:{STEPS}]: the same from step 2 on.", [2, 3, 4], lambda t: t.iter[2:STEPS])
    steered("all", "all(): the same at every step.", list(range(STEPS)), lambda t: t.iter[:STEPS])

    with model.trace(fn="generate", **_given(prompt), **SETTINGS) as tracer:
        m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v)
        h1 = first(m.layers[1].output).clone().save()
        ids = tracer.result.save()
    g.add("no_iter", "outside of a loop: at step 0 alone, model.layers.0.output = model.layers.0.output + v; reads model.layers.1.output as `h1_0`.", prompt, args={"v": v},
          out={"ids": ids[:, 6:], "h1_0": h1})  # fmt: skip

    with model.trace(fn="generate", **_given(prompt), **SETTINGS) as tracer:
        a, b = [].save(), [].save()
        for step in tracer.iter[0:2]:
            a.append(model.lm_head.output[:, -1].clone())
        for step in tracer.iter[2:4]:
            if step == 3:
                m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v)
            b.append(model.lm_head.output[:, -1].clone())
        ids = tracer.result.save()
    g.add("iter_twice", """two loops after each other: iter[0:2] reads lm_head.output[:, -1], iter[2:4] too, and at step 3 first sets
          model.layers.0.output = model.layers.0.output + v. What follows a loop runs: the result is read last.""", prompt, args={"v": v},
          out={"ids": ids[:, 6:], **{f"logits_{n}": x for n, x in enumerate([*a, *b])}})  # fmt: skip


def _invokes(g, model, module):
    m = model.model
    one, two = _prompt(1, 6, 93), _prompt(2, 6, 94)
    v = _vector(95) * 2
    with model.trace(fn="generate", **SETTINGS) as tracer:
        with tracer.invoke(**_given(one)):
            for _ in tracer.iter[0:2]:
                m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v)
            ids0 = tracer.result.save()
        with tracer.invoke(**_given(two)):
            for _ in tracer.iter[2:4]:
                m.layers[1].output = put(m.layers[1].output, first(m.layers[1].output) - v)
            ids1 = tracer.result.save()
    g.add("iter_invokes", """invoke 0 (1 row): iter[0:2] sets model.layers.0.output = model.layers.0.output + v; invoke 1 (2 rows): iter[2:4] sets
          model.layers.1.output = model.layers.1.output - v. The result is narrowed to each invoke's rows.""", [_given(one), _given(two)], args={"v": v},
          out={"ids0": ids0[:, 6:], "ids1": ids1[:, 6:]})  # fmt: skip

    other = _prompt(1, 6, 96)
    with model.trace(fn="generate", **SETTINGS) as tracer:
        ready = tracer.barrier(2)
        with tracer.invoke(**_given(one)):
            embedded = m.embed_tokens.output
            ready()
            ids0 = tracer.result.save()
        with tracer.invoke(**_given(other)):
            ready()
            m.embed_tokens.output = embedded
            ids1 = tracer.result.save()
    assert torch.equal(ids0[:, 6], ids1[:, 6])
    g.add("barrier_generate", """barrier(2) in a generation: invoke 0 takes model.embed_tokens.output of its prompt and waits; invoke 1 waits and sets its own to it.""",
          [_given(one), _given(other)], out={"ids0": ids0[:, 6:], "ids1": ids1[:, 6:]})  # fmt: skip


def _skip(g, model, module):
    m = model.model
    one, two = _prompt(2, 6, 97), _prompt(1, 6, 98)
    with torch.no_grad():
        raw = module(**one, use_cache=False).logits
    with model.trace(**one, use_cache=False):
        m.layers[1].skip(m.layers[1].input)
        h1 = first(m.layers[1].output).clone().save()
        logits = model.lm_head.output.clone().save()
    g.add("skip_layer", "model.layers.1.skip(model.layers.1.input); reads model.layers.1.output as `h1`, and lm_head.output.", one,
          out={"h1": h1, "logits": logits}, moved=[("logits", raw)])  # fmt: skip
    with model.trace(**one, use_cache=False):
        m.layers[0].mlp.skip(m.layers[0].mlp.input * 0.5)
        logits = model.lm_head.output.clone().save()
    g.add("skip_mlp", "model.layers.0.mlp.skip(model.layers.0.mlp.input * 0.5).", one, out={"logits": logits}, moved=[("logits", raw)])
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**one):
            m.layers[1].skip(m.layers[1].input)
            logits0 = model.lm_head.output.clone().save()
        with tracer.invoke(**two):
            m.layers[1].skip(m.layers[1].input * 2)
            logits1 = model.lm_head.output.clone().save()
    g.add("skip_invokes", "both invokes skip model.layers.1, invoke 0 with its input, invoke 1 with twice its input.", [one, two],
          out={"logits0": logits0, "logits1": logits1}, moved=[("logits0", raw)])  # fmt: skip


def _stop(g, model, module):
    m = model.model
    one = _prompt(2, 6, 99)
    ran = []
    hook = module.model.layers[1].register_forward_hook(lambda *_: ran.append(1))
    with model.trace(**one, use_cache=False) as tracer:
        h0 = first(m.layers[0].output).clone().save()
        tracer.stop()
    hook.remove()
    assert not ran, "the run did not stop"
    g.add("stop", "reads model.layers.0.output as `h0` and stops: model.layers.1 does not run.", one, out={"h0": h0})
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**one):
            a = first(m.layers[0].output).clone().save()
        with tracer.invoke(**_prompt(1, 6, 100)):
            m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) * 3)
            b = first(m.layers[0].output).clone().save()
            tracer.stop()
    g.add("stop_invokes", "invoke 0 reads model.layers.0.output as `a`; invoke 1 triples its own, reads it as `b` and stops the run for both.", [one, _prompt(1, 6, 100)],
          out={"a": a, "b": b})  # fmt: skip


def _cache(g, model, module):
    m = model.model
    one, two = _prompt(2, 6, 101), _prompt(1, 6, 102)
    with model.trace(**one, use_cache=False) as tracer:
        cache = tracer.cache(modules=[m.layers[0], m.layers[1].mlp, model.lm_head], include_inputs=True).save()
        m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) * 1.5)
    out = {
        "layers.0.output": first(cache["model.model.layers.0"].output),
        "layers.0.input": cache["model.model.layers.0"].input,
        "layers.1.mlp.output": cache.model.model.layers[1].mlp.output,
        "layers.1.mlp.input": cache.model.model.layers[1].mlp.input,
        "lm_head.output": cache["model.lm_head"].output,
    }
    g.add("cache", """cache(modules=[model.layers.0, model.layers.1.mlp, lm_head], include_inputs=True), then model.layers.0.output = model.layers.0.output * 1.5: entries hold
          what interventions have made of the values.""", one, out=out)  # fmt: skip
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**one):
            a = tracer.cache(modules=[m.layers[0]]).save()
        with tracer.invoke(**two):
            b = tracer.cache(modules=[m.layers[0]], dtype=torch.float16).save()
            m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) * 2)
        with tracer.invoke():
            c = tracer.cache(modules=[m.layers[0]]).save()
    path = "model.model.layers.0"
    assert b[path].output.dtype == torch.float16
    g.add("cache_invokes", """caches of model.layers.0 in invoke 0 (2 rows) as `a`, in invoke 1 (1 row), which doubles its own, as float16 as `b` (stored as float32), and in an empty invoke, which
          sees all rows, as `c`.""", [one, two], out={"a": first(a[path].output), "b": first(b[path].output).float(), "c": first(c[path].output)})  # fmt: skip
    with model.trace(fn="generate", **_given(one), **SETTINGS) as tracer:
        cache = tracer.cache(modules=[model.lm_head]).save()
        ids = tracer.result.save()
    entries = cache["model.lm_head"].output
    assert len(entries) == STEPS, entries
    g.add("cache_generate", "a cache of lm_head over a generation: one entry for each step, in order.", _given(one),
          out={"ids": ids[:, 6:], **{f"logits_{n}": e for n, e in enumerate(entries)}})  # fmt: skip


def _edit(g, model, module):
    m = model.model
    one = _prompt(2, 6, 103)
    with torch.no_grad():
        raw = module(**one, use_cache=False).logits
    with model.edit() as (_, edited):
        edited.model.layers[0].output = put(edited.model.layers[0].output, first(edited.model.layers[0].output) * 1.5)
    with edited.edit() as (_, twice):
        twice.model.layers[0].output = put(twice.model.layers[0].output, first(twice.model.layers[0].output) + 1)
    out = {}
    for name, net in {"one": edited, "both": twice, "none": model}.items():
        with net.trace(**one, use_cache=False):
            h0 = first(net.model.layers[0].output).clone().save()
            net.model.layers[1].mlp.output = net.model.layers[1].mlp.output * 0.5
            logits = net.lm_head.output.clone().save()
        out |= {f"h0_{name}": h0, f"logits_{name}": logits}
    g.add("edit", """an edit model.layers.0.output * 1.5 (`one`), with a second one on top that adds 1 (`both`), and the model without (`none`); each traced: reads
          model.layers.0.output as `h0`, halves model.layers.1.mlp.output, reads lm_head.output.""", one, out=out, moved=[("logits_one", raw), ("logits_both", raw)])  # fmt: skip


def _scan(g, model):
    m = model.model
    one = _prompt(2, 6, 104)
    with ScanningTracer(model, "__call__", **one, use_cache=False):  # what scan gives; plain NNsight models have no method for it
        shapes = {
            "q": list(m.layers[0].self_attn.q_proj.output.shape),
            "h0": list(first(m.layers[0].output).shape),
            "mean": list(first(m.layers[1].output).mean(1).shape),
            "logits": list(model.lm_head.output.shape),
        }.save()
    g.add("scan", """shapes, without a run: model.layers.0.self_attn.q_proj.output as `q`, model.layers.0.output as `h0`, the mean of model.layers.1.output over axis 1 as `mean`,
          lm_head.output as `logits`.""", one, out={k: torch.tensor(v) for k, v in shapes.items()})  # fmt: skip


def _gpt2(g, model, module):
    t = model.transformer
    ids = {"input_ids": torch.randint(1, nets.VOCAB, (2, 5), generator=torch.Generator().manual_seed(105))}
    with torch.no_grad():
        raw = module(**ids).logits
    with model.trace(**ids):
        t.h[1].skip((t.h[1].input,))
        logits = model.lm_head.output.clone().save()
    g.add("gpt2_skip", "GPT-2: transformer.h.1.skip(transformer.h.1.input).", ids, out={"logits": logits}, moved=[("logits", raw)])
    with model.trace(**ids) as tracer:
        cache = tracer.cache().save()
    paths = ["transformer.h.0", "transformer.h.1.attn", "transformer.h.1.mlp", "transformer.ln_f", "lm_head"]
    g.add("gpt2_cache", "GPT-2: a cache of all modules; the outputs of some, by path.", ids, out={p: first(cache[f"model.{p}"].output) for p in paths})
