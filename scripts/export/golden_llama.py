"""Goldens of the small Llama."""

import torch
from transformers import DynamicCache

import golden_source
import nets
from golden_gpt2 import NEW, margin
from recording import Golden, Rows, first, put

WIDTH = 48


def _prompt(rows: int, length: int, seed: int, left_padding: tuple[int, ...] = ()) -> dict[str, torch.Tensor]:
    ids = torch.randint(1, nets.VOCAB, (rows, length), generator=torch.Generator().manual_seed(seed))
    mask = torch.ones(rows, length, dtype=torch.int64)
    for row, n in enumerate(left_padding):
        mask[row, :n] = 0
        ids[row, :n] = 0
    return {"input_ids": ids, "attention_mask": mask, "position_ids": (mask.cumsum(1) - 1).clamp(min=0)}


def llama() -> Golden:
    g = Golden("llama", """LlamaForCausalLM, 2 layers, width 48, 4 heads, 2 key-value heads, vocabulary 96, eager attention:
        model.embed_tokens, model.layers.{0,1}.{input_layernorm, self_attn, post_attention_layernorm, mlp}, model.norm, lm_head (the first `model` is a child of the root).
        The ONNX inputs past_key_values.N.{key,value} [batch, 2, past_seq, 12] are empty (past_seq 0) except in `raw`; `logits` is lm_head.output.""")
    module = nets.NETS["llama"].build()
    model = Rows(module)
    one = _prompt(2, 6, 81)
    _raw(g, module)
    with torch.no_grad():
        raw = module(**one, use_cache=False).logits
    g.add("raw_empty", "the model as it is with an empty cache.", one, out={"logits": raw})
    _single(g, model, one, raw)
    _invokes(g, model, module)
    _greedy(g, model, module)
    golden_source.llama(g, model, one, raw)
    return g


def _raw(g, module):
    given = nets.NETS["llama"].example(2, 5, 3)
    past = [v for n, v in given.items() if n.startswith("past")]
    rest = {n: v for n, v in given.items() if not n.startswith("past")}
    cache = DynamicCache(tuple((k.clone(), v.clone()) for k, v in zip(past[0::2], past[1::2])))
    with torch.no_grad():
        out = module(**rest, past_key_values=cache, use_cache=True)
    result = {"logits": out.logits}
    for i, layer in enumerate(out.past_key_values.layers):
        result[f"present.{i}.key"], result[f"present.{i}.value"] = layer.keys, layer.values
    g.add("raw", "the model as it is, with a cache of three tokens: the logits and the present keys and values.", given, out=result)


def _single(g, model, one, raw):
    m = model.model
    with model.trace(**one, use_cache=False):
        embed = m.embed_tokens.output.clone().save()
        q = m.layers[0].self_attn.q_proj.output.clone().save()
        attn0 = first(m.layers[0].self_attn.output).clone().save()
        mlp0 = m.layers[0].mlp.output.clone().save()
        h0 = first(m.layers[0].output).clone().save()
        h1 = first(m.layers[1].output).clone().save()
        norm = m.norm.output.clone().save()
        logits = model.lm_head.output.clone().save()
    g.add("get", """reads model.embed_tokens.output, model.layers.0.self_attn.q_proj.output, model.layers.0.self_attn.output as `attn0`, model.layers.0.mlp.output
          as `mlp0`, model.layers.N.output as `hN`, model.norm.output and lm_head.output.""", one,
          out={"embed": embed, "q": q, "attn0": attn0, "mlp0": mlp0, "h0": h0, "h1": h1, "norm": norm, "logits": logits}, same=[("logits", raw)])  # fmt: skip

    with model.trace(**one, use_cache=False):
        m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) * 1.5)
        logits = model.lm_head.output.clone().save()
    g.add("set_layer0", "model.layers.0.output = model.layers.0.output * 1.5.", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one, use_cache=False):
        first(m.layers[1].output)[:, -1] = 0
        first(m.layers[1].output)[:, -1, 3] = 2
        logits = model.lm_head.output.clone().save()
    g.add("inplace_last", "model.layers.1.output[:, -1] = 0, then model.layers.1.output[:, -1, 3] = 2, in place.", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one, use_cache=False):
        m.layers[1].mlp.input = m.layers[1].mlp.input * 0.25
        logits = model.lm_head.output.clone().save()
    g.add("input_mlp", "model.layers.1.mlp.input = model.layers.1.mlp.input * 0.25.", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one, use_cache=False):
        m.layers[0].self_attn.output = put(m.layers[0].self_attn.output, first(m.layers[0].self_attn.output) * 0)
        logits = model.lm_head.output.clone().save()
    g.add("zero_attn", "model.layers.0.self_attn.output = model.layers.0.self_attn.output * 0.", one, out={"logits": logits}, moved=[("logits", raw)])

    v, alpha = _vector(), torch.tensor(2.0)
    with model.trace(**one, use_cache=False):
        m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v * alpha)
        logits = model.lm_head.output.clone().save()
    g.add("steer", "model.layers.0.output = model.layers.0.output + v * alpha.", one, args={"v": v, "alpha": alpha}, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one, use_cache=False):
        lens = model.lm_head(m.norm(first(m.layers[0].output))).clone().save()
        gate = m.layers[1].mlp(first(m.layers[0].output)).clone().save()
        logits = model.lm_head.output.clone().save()
    g.add("call_lens", """lens = lm_head called on (model.norm called on model.layers.0.output); `mlp` = model.layers.1.mlp called on model.layers.0.output;
          reads lm_head.output, unchanged.""", one, out={"lens": lens, "mlp": gate, "logits": logits}, same=[("logits", raw)], moved=[("lens", raw)])  # fmt: skip


def _vector(seed: int = 79) -> torch.Tensor:
    return torch.randn(WIDTH, generator=torch.Generator().manual_seed(seed))


def _invokes(g, model, module):
    m = model.model
    two, three = _prompt(2, 6, 82), _prompt(3, 6, 83, left_padding=(0, 2, 4))
    with torch.no_grad():
        raw2, raw3 = module(**two, use_cache=False).logits, module(**three, use_cache=False).logits
    g.add("raw_padded", "the model as it is with an empty cache and rows padded on the left.", three, out={"logits": raw3})
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**two):
            h0 = first(m.layers[0].output).clone().save()
            logits0 = model.lm_head.output.clone().save()
        with tracer.invoke(**three):
            m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) * 1.5)
            first(m.layers[1].output)[:, 2] = 0
            logits1 = model.lm_head.output.clone().save()
    g.add("two_invokes", """invoke 0 (2 rows) reads model.layers.0.output as `h0_0` and lm_head.output as `logits0`; invoke 1 (3 rows, padded on the left by 0, 2 and 4)
          sets model.layers.0.output = model.layers.0.output * 1.5 and model.layers.1.output[:, 2] = 0, and reads lm_head.output as `logits1`.""", [two, three],
          out={"h0_0": h0, "logits0": logits0, "logits1": logits1}, moved=[("logits1", raw3)])  # fmt: skip
    assert torch.allclose(logits0, raw2, atol=1e-4)

    clean, corrupt = _prompt(1, 6, 84), _prompt(1, 6, 85)
    with torch.no_grad():
        raw_corrupt = module(**corrupt, use_cache=False).logits
    with model.trace(use_cache=False) as tracer:
        ready = tracer.barrier(2)
        with tracer.invoke(**clean):
            h = first(m.layers[0].output)[:, -1]
            ready()
            logits0 = model.lm_head.output.clone().save()
        with tracer.invoke(**corrupt):
            ready()
            first(m.layers[0].output)[:, -1] = h
            logits1 = model.lm_head.output.clone().save()
    g.add("patch_barrier", """barrier(2); invoke 0 (clean, 1 row) takes h = model.layers.0.output[:, -1], waits, reads lm_head.output as `logits0`;
          invoke 1 (corrupt, 1 row) waits, sets model.layers.0.output[:, -1] = h, reads lm_head.output as `logits1`.""", [clean, corrupt],
          out={"logits0": logits0, "logits1": logits1}, moved=[("logits1", raw_corrupt)])  # fmt: skip


def _greedy(g, model, module):
    m = model.model
    v, alpha = _vector(80), torch.tensor(1.0)
    settings = {"max_new_tokens": NEW, "do_sample": False, "use_cache": True, "pad_token_id": 0}
    for seed in range(86, 200):
        prompt = _prompt(2, 6, seed)
        given = {"input_ids": prompt["input_ids"], "attention_mask": prompt["attention_mask"]}
        with torch.no_grad():
            plain = module.generate(**given, **settings)
        with model.trace(fn="generate", **given, **settings) as tracer:
            for _ in tracer.iter[:NEW]:
                m.layers[0].output = put(m.layers[0].output, first(m.layers[0].output) + v * alpha)
            steered = tracer.result.save()
        steps = (margin(module, plain, 6), margin(module, steered, 6, module.model.layers[0], v * alpha))
        if min(steps) > 0.01:
            break
    assert torch.equal(steered[:, :6], prompt["input_ids"])
    assert not torch.equal(steered, plain)
    print("  distinct tokens", [len(set(r.tolist())) for r in (*plain[:, 6:], *steered[:, 6:])])
    g.add("greedy", f"""transformers' generate(max_new_tokens={NEW}, do_sample=False) with its cache, no intervention: `ids` are the new tokens.
          The best logit leads by {steps[0]:.2g} at least.""", prompt, out={"ids": plain[:, 6:]})  # fmt: skip
    g.add("greedy_steer", f"""the same under model.layers.0.output = model.layers.0.output + v * alpha at each of the {NEW} steps: at the first one the whole prompt,
          then the new token alone. The best logit leads by {steps[1]:.2g} at least.""", prompt, args={"v": v, "alpha": alpha}, out={"ids": steered[:, 6:]})  # fmt: skip
