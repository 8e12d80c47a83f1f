"""Goldens of the small GPT-2."""

import torch

import golden_source
import nets
from recording import Golden, Rows, first, put

NEW = 24


def _ids(rows: int, length: int, seed: int) -> dict[str, torch.Tensor]:
    return {"input_ids": torch.randint(1, nets.VOCAB, (rows, length), generator=torch.Generator().manual_seed(seed))}


def _vector(seed: int = 77) -> torch.Tensor:
    return torch.randn(48, generator=torch.Generator().manual_seed(seed))


def gpt2() -> Golden:
    g = Golden("gpt2", """GPT2LMHeadModel, 2 layers, width 48, 4 heads, vocabulary 96, 64 positions, eager attention, no cache:
        transformer.wte, transformer.wpe, transformer.h.{0,1}.{ln_1, attn, ln_2, mlp}, transformer.ln_f, lm_head. `logits` is lm_head.output.""")
    module = nets.NETS["gpt2"].build()
    model = Rows(module)
    t = model.transformer
    one = _ids(2, 6, 61)
    with torch.no_grad():
        raw = module(**one).logits
    g.add("raw", "the model as it is, no intervention.", one, out={"logits": raw})
    _reads(g, model, t, one, raw)
    _writes(g, model, t, one, raw)
    _invokes(g, model, t, module)
    _calls(g, model, t, one, raw)
    _sweep(g, model, t, module)
    _greedy(g, model, t, module)
    _inside(g, model, t, module, one, raw)
    return g


def _inside(g, model, t, module, one, raw):
    two = [_ids(2, 6, 91), _ids(3, 6, 92)]
    with torch.no_grad():
        raw_two = module(**two[1]).logits
    golden_source.gpt2(g, model, t, one, two, raw, raw_two)


def _reads(g, model, t, one, raw):
    with model.trace(**one):
        wte = t.wte.output.clone().save()
        ln_1 = t.h[0].ln_1.output.clone().save()
        c_attn = t.h[0].attn.c_attn.output.clone().save()
        attn0 = first(t.h[0].attn.output).clone().save()
        mlp0 = t.h[0].mlp.output.clone().save()
        h0 = first(t.h[0].output).clone().save()
        h1_in = t.h[1].input.clone().save()
        attn1 = first(t.h[1].attn.output).clone().save()
        mlp1 = t.h[1].mlp.output.clone().save()
        h1 = first(t.h[1].output).clone().save()
        ln_f = t.ln_f.output.clone().save()
        logits = model.lm_head.output.clone().save()
    g.add("get", """reads transformer.wte.output, h.0.ln_1.output, h.0.attn.c_attn.output, h.N.attn.output as `attnN`, h.N.mlp.output as `mlpN`,
          h.N.output as `hN`, h.1.input, transformer.ln_f.output and lm_head.output.""", one,
          out={"wte": wte, "ln_1": ln_1, "c_attn": c_attn, "attn0": attn0, "mlp0": mlp0, "h0": h0, "h1_in": h1_in, "attn1": attn1,
               "mlp1": mlp1, "h1": h1, "ln_f": ln_f, "logits": logits}, same=[("logits", raw), ("h1_in", h0)])  # fmt: skip


def _writes(g, model, t, one, raw):
    with model.trace(**one):
        t.h[0].output = put(t.h[0].output, first(t.h[0].output) * 1.5)
        logits = model.lm_head.output.clone().save()
    g.add("set_block0", "h.0.output = h.0.output * 1.5.", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one):
        first(t.h[1].output)[:, -1] = 0
        logits = model.lm_head.output.clone().save()
    g.add("inplace_last", "h.1.output[:, -1] = 0 in place.", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one):
        t.h[1].mlp.input = t.h[1].mlp.input * 0
        logits = model.lm_head.output.clone().save()
    g.add("input_mlp", "h.1.mlp.input = h.1.mlp.input * 0.", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one):
        t.h[1].input = t.h[1].input * 0.5
        logits = model.lm_head.output.clone().save()
    g.add("input_block", "h.1.input = h.1.input * 0.5: attention and residual stream inside h.1 both see it.", one,
          out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip

    with model.trace(**one):
        t.h[0].mlp.output = t.h[0].mlp.output * -1
        logits = model.lm_head.output.clone().save()
    g.add("set_mlp", "h.0.mlp.output = h.0.mlp.output * -1.", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one):
        t.h[1].attn.output = put(t.h[1].attn.output, first(t.h[1].attn.output) * 3)
        logits = model.lm_head.output.clone().save()
    g.add("set_attn", "h.1.attn.output = h.1.attn.output * 3.", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one):
        t.h[0].attn.c_proj.input[:, :, 24:36] = 0
        logits = model.lm_head.output.clone().save()
    g.add("ablate_head", "head 2 of h.0 off: h.0.attn.c_proj.input[:, :, 24:36] = 0 in place.", one, out={"logits": logits}, moved=[("logits", raw)])

    v, alpha = _vector(), torch.tensor(0.7)
    with model.trace(**one):
        t.h[0].output = put(t.h[0].output, first(t.h[0].output) + v * alpha)
        logits = model.lm_head.output.clone().save()
    g.add("steer", "h.0.output = h.0.output + v * alpha.", one, args={"v": v, "alpha": alpha}, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one):
        mean = first(t.h[0].output).mean(1, keepdim=True)
        t.h[0].output = put(t.h[0].output, first(t.h[0].output) - mean)
        t.h[1].mlp.output = t.h[1].mlp.output + mean
        logits = model.lm_head.output.clone().save()
    g.add("carry", """mean = h.0.output.mean(1, keepdim=True); h.0.output = h.0.output - mean; h.1.mlp.output = h.1.mlp.output + mean:
          a value that is read at one point and used at two.""", one, out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip


def _invokes(g, model, t, module):
    two, three = _ids(2, 6, 62), _ids(3, 6, 63)
    with torch.no_grad():
        raw2, raw3 = module(**two).logits, module(**three).logits
    with model.trace() as tracer:
        with tracer.invoke(**two):
            a = first(t.h[0].output).clone().save()
            logits0 = model.lm_head.output.clone().save()
        with tracer.invoke(**three):
            t.h[0].output = put(t.h[0].output, first(t.h[0].output) * 1.5)
            first(t.h[1].output)[:, 2] = 0
            logits1 = model.lm_head.output.clone().save()
    g.add("two_invokes", """invoke 0 (2 rows) reads h.0.output as `h0_0` and lm_head.output as `logits0`; invoke 1 (3 rows) sets
          h.0.output = h.0.output * 1.5 and h.1.output[:, 2] = 0, and reads lm_head.output as `logits1`.""", [two, three],
          out={"h0_0": a, "logits0": logits0, "logits1": logits1}, moved=[("logits1", raw3)])  # fmt: skip
    assert torch.allclose(logits0, raw2, atol=1e-4)

    clean, corrupt = _ids(1, 6, 64), _ids(1, 6, 65)
    with torch.no_grad():
        raw_clean, raw_corrupt = module(**clean).logits, module(**corrupt).logits
    with model.trace() as tracer:
        ready = tracer.barrier(2)
        with tracer.invoke(**clean):
            h = first(t.h[0].output)[:, -1]
            ready()
            logits0 = model.lm_head.output.clone().save()
        with tracer.invoke(**corrupt):
            ready()
            first(t.h[0].output)[:, -1] = h
            logits1 = model.lm_head.output.clone().save()
    g.add("patch_barrier", """barrier(2); invoke 0 (clean, 1 row) takes h = h.0.output[:, -1], waits, reads lm_head.output as `logits0`;
          invoke 1 (corrupt, 1 row) waits, sets h.0.output[:, -1] = h, reads lm_head.output as `logits1`.""", [clean, corrupt],
          out={"logits0": logits0, "logits1": logits1}, moved=[("logits1", raw_corrupt)])  # fmt: skip
    assert torch.allclose(logits0, raw_clean, atol=1e-4)

    with model.trace() as tracer:
        barrier = tracer.barrier(2)
        with tracer.invoke(**clean):
            embeddings = t.wte.output
            barrier()
            wte0 = t.wte.output.clone().save()
            logits0 = model.lm_head.output.clone().save()
        with tracer.invoke(**corrupt):
            barrier()
            t.wte.output = embeddings
            wte1 = t.wte.output.clone().save()
            logits1 = model.lm_head.output.clone().save()
    g.add("wte_barrier", """the example of nnsight's Barrier documentation in one forward: barrier(2); invoke 0 (1 row) takes
          embeddings = transformer.wte.output, waits, reads wte.output as `wte0` and lm_head.output as `logits0`; invoke 1 (1 row) waits, sets
          transformer.wte.output = embeddings, reads wte.output as `wte1` and lm_head.output as `logits1`.""", [clean, corrupt],
          out={"wte0": wte0, "logits0": logits0, "wte1": wte1, "logits1": logits1}, same=[("wte1", wte0)], moved=[("logits1", raw_corrupt)])  # fmt: skip
    assert torch.allclose(logits0, raw_clean, atol=1e-4)


def _calls(g, model, t, one, raw):
    with model.trace(**one):
        lens = model.lm_head(t.ln_f(first(t.h[0].output))).clone().save()
        logits = model.lm_head.output.clone().save()
    g.add("call_lens", "the logit lens: lens = lm_head called on (transformer.ln_f called on h.0.output); reads lm_head.output, unchanged.", one,
          out={"lens": lens, "logits": logits}, same=[("logits", raw)], moved=[("lens", raw)])  # fmt: skip

    with model.trace(**one):
        block = first(t.h[1](first(t.h[0].output) * 2)).clone().save()
        h1 = first(t.h[1].output).clone().save()
        logits = model.lm_head.output.clone().save()
    g.add("call_block", "block = h.1 called on h.0.output * 2; reads h.1.output as `h1` and lm_head.output, both unchanged.", one,
          out={"block": block, "h1": h1, "logits": logits}, same=[("logits", raw)], moved=[("block", h1)])  # fmt: skip

    with model.trace(**one):
        value = t.h[0].mlp(t.h[0].ln_2.output[:, :2] * -1).clone().save()
        t.h[0].mlp.output = t.h[0].mlp.output * 0
        logits = model.lm_head.output.clone().save()
    g.add("call_mlp", """value = h.0.mlp called on h.0.ln_2.output[:, :2] * -1 (another sequence length); then h.0.mlp.output = h.0.mlp.output * 0:
          the call fires no point, so the write acts on the run alone.""", one,
          out={"value": value, "logits": logits}, moved=[("logits", raw)])  # fmt: skip


def _sweep(g, model, t, module):
    clean, corrupt = _ids(1, 6, 75), _ids(1, 6, 76)
    with torch.no_grad():
        raw = module(**corrupt).logits
    rows = []
    for layer in range(2):
        for pos in range(6):
            with model.trace() as tracer:
                ready = tracer.barrier(2)
                with tracer.invoke(**clean):
                    h = first(t.h[layer].output)[:, pos]
                    ready()
                with tracer.invoke(**corrupt):
                    ready()
                    first(t.h[layer].output)[:, pos] = h
                    logits = model.lm_head.output.clone().save()
            rows.append(logits)
    sweep = torch.stack(rows).reshape(2, 6, 6, 96)
    g.add("patch_sweep", """activation patching over layers and positions, one run a cell: invoke 0 (clean, 1 row) takes h = h.LAYER.output[:, POS], invoke 1
          (corrupt, 1 row) sets h.LAYER.output[:, POS] = h after a barrier; `sweep`[LAYER, POS] is its lm_head.output.""", [clean, corrupt],
          out={"sweep": sweep}, moved=[("sweep", raw.expand(2, 6, 6, 96))])  # fmt: skip


def _greedy(g, model, t, module):
    v, alpha = _vector(78), torch.tensor(1.5)
    settings = {"max_new_tokens": NEW, "do_sample": False, "use_cache": False, "pad_token_id": 0}
    for seed in range(66, 200):
        prompt = _ids(2, 6, seed)
        with torch.no_grad():
            plain = module.generate(**prompt, **settings)
        with model.trace(fn="generate", **prompt, **settings) as tracer:
            for _ in tracer.iter[:NEW]:
                t.h[0].output = put(t.h[0].output, first(t.h[0].output) + v * alpha)
            steered = tracer.result.save()
        steps = (margin(module, plain, 6), margin(module, steered, 6, module.transformer.h[0], v * alpha))
        if min(steps) > 0.01:
            break
    assert torch.equal(steered[:, :6], prompt["input_ids"])
    assert not torch.equal(steered, plain)
    g.add("greedy", f"""transformers' generate(max_new_tokens={NEW}, do_sample=False, use_cache=False), no intervention: `ids` are the new tokens.
          The best logit leads by {steps[0]:.2g} at least.""", prompt, out={"ids": plain[:, 6:]})  # fmt: skip
    g.add("greedy_steer", f"""the same under h.0.output = h.0.output + v * alpha at each of the {NEW} steps (every step runs the whole sequence).
          The best logit leads by {steps[1]:.2g} at least.""", prompt, args={"v": v, "alpha": alpha}, out={"ids": steered[:, 6:]})  # fmt: skip


def margin(module, ids, prompt: int, steered=None, vector=None) -> float:
    """By how much the chosen tokens lead at least: a near tie could turn with rounding."""
    hook = None
    if steered is not None:
        hook = steered.register_forward_hook(lambda _, __, out: put(out, first(out) + vector))
    with torch.no_grad():
        logits = module(input_ids=ids, use_cache=False).logits[:, prompt - 1 : -1]
    if hook:
        hook.remove()
    chosen = logits.gather(-1, ids[:, prompt:, None])
    others = logits.scatter(-1, ids[:, prompt:, None], float("-inf"))
    return (chosen[..., 0] - others.max(-1).values).min().item()
