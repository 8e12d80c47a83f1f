"""Goldens inside modules: nnsight's .source, for what both of it and a graph have a name."""

import torch

from recording import first, put


def knock(pattern, at: int):
    """Attention that no longer looks at one position, its weights brought to one again."""
    kept = pattern.clone()
    kept[..., at] = 0
    return kept / kept.sum(-1, keepdim=True)


def gpt2(g, model, t, one, two, raw, raw_two):
    """Cases of the small GPT-2; two are the inputs of two invokes."""
    with model.trace(**one):
        query = t.h[0].attn.source.transpose_4.output.clone().save()
        inner = t.h[0].attn.source.attention_interface_2.source
        scores = inner.attn_weights_1.output.clone().save()
        pattern = inner.nn_functional_softmax_0.output.clone().save()
        mixed = inner.torch_matmul_1.output.clone().save()
        tanh = t.h[1].mlp.act.source.torch_tanh_0.output.clone().save()
    g.add("source_get", """inside h.0.attn reads the queries by heads (source.transpose_4) and, in source.attention_interface_2.source, the scaled scores
          (attn_weights_1), the pattern (nn_functional_softmax_0) and what the heads make of the values (torch_matmul_1); in h.1.mlp.act source.torch_tanh_0.""", one,
          out={"query": query, "scores": scores, "pattern": pattern, "mixed": mixed, "tanh": tanh})  # fmt: skip
    assert torch.allclose(pattern.sum(-1), torch.ones(2, 4, 6))

    with model.trace(**one):
        op = t.h[0].attn.source.attention_interface_2.source.nn_functional_softmax_0
        op.output = knock(op.output, 1)
        after = op.output.clone().save()
        logits = model.lm_head.output.clone().save()
    g.add("source_knock", """h.0.attn no longer looks at position 1: column 1 of the pattern (softmax output inside source.attention_interface_2) set to 0, then each row
          divided by its sum; reads the pattern after it as `after`, and lm_head.output.""", one, out={"after": after, "logits": logits}, moved=[("logits", raw)])  # fmt: skip
    assert after[..., 1].abs().max() == 0

    with model.trace(**one):
        op = t.h[1].mlp.act.source.torch_tanh_0
        op.output = op.output * 0.5
        logits = model.lm_head.output.clone().save()
    g.add("source_act", "in h.1.mlp.act source.torch_tanh_0.output = source.torch_tanh_0.output * 0.5.", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace(**one):
        op = t.h[1].attn.source.attention_interface_2.source.torch_matmul_1
        op.input = op.input * 0.5
        logits = model.lm_head.output.clone().save()
    g.add("source_input", """in h.1.attn the first input of torch_matmul_1 (the pattern) * 0.5.""", one, out={"logits": logits}, moved=[("logits", raw)])

    with model.trace() as tracer:
        with tracer.invoke(**two[0]):
            pattern0 = t.h[0].attn.source.attention_interface_2.source.nn_functional_softmax_0.output.clone().save()
            logits0 = model.lm_head.output.clone().save()
        with tracer.invoke(**two[1]):
            op = t.h[0].attn.source.attention_interface_2.source.nn_functional_softmax_0
            op.output = knock(op.output, 1)
            t.h[0].output = put(t.h[0].output, first(t.h[0].output) * 1.5)
            logits1 = model.lm_head.output.clone().save()
    g.add("source_invokes", """invoke 0 (2 rows) reads the pattern of h.0.attn as `pattern0` and lm_head.output as `logits0`; invoke 1 (3 rows) knocks position 1 out of
          that pattern as in source_knock, then sets h.0.output = h.0.output * 1.5, and reads lm_head.output as `logits1`.""", two,
          out={"pattern0": pattern0, "logits0": logits0, "logits1": logits1}, moved=[("logits1", raw_two)])  # fmt: skip
    _chosen(g, model, t, one, two, raw, raw_two)


def _chosen(g, model, t, one, two, raw, raw_two):
    """Operations of a layer that a parameter names."""
    for layer in range(2):
        with model.trace(**one):
            inner = t.h[layer].attn.source.attention_interface_2.source
            scores = inner.attn_weights_1.output.clone().save()
            op = inner.nn_functional_softmax_0
            op.output = knock(op.output, 1)
            after = op.output.clone().save()
            logits = model.lm_head.output.clone().save()
        g.add(f"source_chosen_{layer}", "source_knock in h.LAYER.attn; reads its scaled scores (attn_weights_1) too.", one, args={"layer": layer},
              out={"scores": scores, "after": after, "logits": logits}, moved=[("logits", raw)])  # fmt: skip
        with model.trace(**one):
            inner = t.h[layer].attn.source.attention_interface_2.source
            inner.torch_matmul_1.input = inner.torch_matmul_1.input * 0.5
            tanh = t.h[layer].mlp.act.source.torch_tanh_0
            tanh.output = tanh.output * 0.5
            logits = model.lm_head.output.clone().save()
        g.add(f"source_chosen_act_{layer}", "source_input in h.LAYER.attn, then source_act in h.LAYER.mlp.act.", one, args={"layer": layer},
              out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip
        with model.trace() as tracer:
            with tracer.invoke(**two[0]):
                pattern0 = t.h[layer].attn.source.attention_interface_2.source.nn_functional_softmax_0.output.clone().save()
                logits0 = model.lm_head.output.clone().save()
            with tracer.invoke(**two[1]):
                op = t.h[layer].attn.source.attention_interface_2.source.nn_functional_softmax_0
                op.output = knock(op.output, 1)
                logits1 = model.lm_head.output.clone().save()
        g.add(f"source_chosen_invokes_{layer}", "invoke 0 (2 rows) reads the pattern of h.LAYER.attn as `pattern0`, invoke 1 (3 rows) knocks position 1 out of it.", two,
              args={"layer": layer}, out={"pattern0": pattern0, "logits0": logits0, "logits1": logits1}, moved=[("logits1", raw_two)])  # fmt: skip
    with model.trace(**one):
        pattern = t.h[0].attn.source.attention_interface_2.source.nn_functional_softmax_0.output
        t.h[1].attn.source.attention_interface_2.source.nn_functional_softmax_0.output = pattern
        logits = model.lm_head.output.clone().save()
    g.add("source_chosen_patch", "the pattern of h.SRC.attn in the place of that of h.DST.attn, for layers 0 and 1.", one, args={"src": 0, "dst": 1},
          out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip


def llama(g, model, one, raw):
    """Cases of the small Llama."""
    m = model.model
    with model.trace(**one, use_cache=False):
        query = m.layers[0].self_attn.source.apply_rotary_pos_emb_0.output[0].clone().save()
        inner = m.layers[0].self_attn.source.attention_interface_2.source
        scores = inner.attn_weights_0.output.clone().save()
        pattern = inner.nn_functional_softmax_0.output.clone().save()
        gated = m.layers[0].mlp.source.self_down_proj_0.input.clone().save()
    g.add("source_get", """inside layers.0.self_attn reads the rotated queries (source.apply_rotary_pos_emb_0) and, in source.attention_interface_2.source, the scaled scores
          (attn_weights_0) and the pattern (nn_functional_softmax_0); in layers.0.mlp what down_proj is given (source.self_down_proj_0.input) as `gated`.""", one,
          out={"query": query, "scores": scores, "pattern": pattern, "gated": gated})  # fmt: skip

    with model.trace(**one, use_cache=False):
        op = m.layers[0].self_attn.source.attention_interface_2.source.nn_functional_softmax_0
        op.output = knock(op.output, 1)
        logits = model.lm_head.output.clone().save()
    g.add("source_knock", """layers.0.self_attn no longer looks at position 1: column 1 of the pattern (softmax output inside source.attention_interface_2) set to 0, then each
          row divided by its sum.""", one, out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip

    with model.trace(**one, use_cache=False):
        op = m.layers[1].mlp.source.self_down_proj_0
        op.input = op.input.clamp(max=0)
        logits = model.lm_head.output.clone().save()
    g.add("source_act", "in layers.1.mlp what down_proj is given (source.self_down_proj_0.input) cut off at 0 from above.", one, out={"logits": logits}, moved=[("logits", raw)])
