"""Attention: patterns, scores of heads, knockouts, temperature, keys and values."""

import torch

from gallery import entry
from gallery_models import PROSE, raw_next, text, words
from gallery_patching import CLEAN, CORRUPT


def repeated() -> dict[str, torch.Tensor]:
    """Random characters, twice in a row."""
    ids = torch.randint(34, 90, (4, 16), generator=torch.Generator().manual_seed(331))
    return {"input_ids": torch.cat([ids, ids], 1)}


@entry("opticks", lambda: text("of the Sun's Li"))
def attention_pattern(model, prompt):
    with model.trace(**prompt):
        pattern = model.transformer.h[1].attn.attn_dropout.output.save()
    return {"pattern": pattern}


@entry("opticks", lambda: text(*PROSE[:2]))
def previous_token(model, prompt):
    with model.trace(**prompt):
        patterns = torch.stack([block.attn.attn_dropout.output for block in model.transformer.h])
        heads = patterns.diagonal(-1, -2, -1).mean((1, -1)).save()
    return {"heads": heads}


@entry("opticks", repeated)
def induction(model, prompt):
    with model.trace(**prompt):
        patterns = torch.stack([block.attn.attn_dropout.output for block in model.transformer.h])
        heads = patterns.diagonal(1 - 16, -2, -1).mean((1, -1)).save()
    return {"heads": heads}


@entry("opticks", lambda: text(*PROSE[:2]))
def attention_entropy(model, prompt):
    with model.trace(**prompt):
        patterns = torch.stack([block.attn.attn_dropout.output for block in model.transformer.h], 1)
        bits = (patterns * -(patterns + 1e-9).log2()).sum(-1).mean(-1).save()
    return {"bits": bits}


def cut() -> dict[str, torch.Tensor]:
    edges = torch.zeros(15, 15, dtype=torch.bool)
    edges[-1, 7:11] = True  # the last character may not look at "Sun'"
    return {"cut": edges}


@entry("opticks", lambda: text("of the Sun's Li"), cut, {"logits": raw_next})
def attention_knockout(model, prompt, cut):
    with model.trace(**prompt):
        for block in model.transformer.h[1:4]:
            softmax = block.attn.source.attention_interface_2.source.nn_functional_softmax_0
            softmax.input = softmax.input.masked_fill(cut, -1e9)
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text("of the Sun's Li"), lambda: {"temperature": torch.tensor(2.0)}, {"logits": raw_next})
def attention_temperature(model, prompt, temperature):
    with model.trace(**prompt):
        for block in model.transformer.h:
            softmax = block.attn.source.attention_interface_2.source.nn_functional_softmax_0
            softmax.input = softmax.input / temperature
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: [text(CLEAN), text(CORRUPT)], lambda: {"head": torch.tensor(1)}, {"logits": raw_next})
def patch_pattern(model, clean, corrupt, head):
    pattern = model.transformer.h[3].attn.attn_dropout
    with model.trace() as tracer:
        with tracer.invoke(**clean):
            source = pattern.output[:, head]
        with tracer.invoke(**corrupt):
            own = pattern.output
            own[:, head] = source
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("llama", lambda: words(2, 7, 334), lambda: {"head": torch.tensor(1)}, {"logits": raw_next})
def llama_head_ablation(model, prompt, head):
    with model.trace(**prompt, use_cache=False):
        model.model.layers[0].self_attn.o_proj.input[:, :, head * 12 : (head + 1) * 12] = 0
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text("of the Sun's Li"), lambda: {"pos": torch.tensor(13)}, {"logits": raw_next})
def value_knockout(model, prompt, pos):
    with model.trace(**prompt):
        for block in model.transformer.h:
            block.attn.c_attn.output[:, pos, 2 * 96 :] = 0
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("llama", lambda: [words(2, 7, 332), words(2, 7, 333)], lambda: {"pos": torch.tensor(4)}, {"logits": raw_next})
def key_value_patch(model, source, prompt, pos):
    keys, values = [None] * 2, [None] * 2
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**source):
            for i, layer in enumerate(model.model.layers):
                keys[i] = layer.self_attn.k_proj.output[:, pos]
                values[i] = layer.self_attn.v_proj.output[:, pos]
        with tracer.invoke(**prompt):
            for i, layer in enumerate(model.model.layers):
                k = layer.self_attn.k_proj.output
                k[:, pos] = keys[i]
                v = layer.self_attn.v_proj.output
                v[:, pos] = values[i]
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}
