"""Ablations: zero, mean, resample, heads, parts, neurons, layers."""

import torch

from gallery import entry
from gallery_models import PROSE, raw_chance, raw_next, raw_pooled, sentence, text, token, words
from recording import first, put

PROMPT = "of the Sun's Li"


def off(*shape: int) -> torch.Tensor:
    """Ones, a row for each element, in which that element is zero; the last row is whole."""
    n = torch.Size(shape).numel()
    keep = torch.ones(n + 1, n)
    keep[torch.arange(n), torch.arange(n)] = 0
    return keep.view(n + 1, *shape)


@entry("llama", lambda: words(2, 7, 321), moves={"logits": raw_next})
def zero_ablation(model, prompt):
    with model.trace(**prompt, use_cache=False):
        model.model.layers[1].mlp.output[:] = 0
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: [text(*PROSE[:4]), text(PROSE[5])], moves={"logits": raw_next})
def mean_ablation(model, data, prompt):
    attn = model.transformer.h[2].attn
    with model.trace() as tracer:
        with tracer.invoke(**data):
            mean = first(attn.output).mean((0, 1))
        with tracer.invoke(**prompt):
            own = first(attn.output)
            own[:] = mean
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text(*PROSE[:4]), lambda: {"other": torch.tensor([2, 3, 1, 0])}, {"logits": raw_next})
def resample_ablation(model, prompt, other):
    mlp = model.transformer.h[4].mlp
    with model.trace(**prompt):
        mlp.output = mlp.output[other]
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text(PROMPT, copies=25), lambda: {"keep": off(6, 4), "token": token("g")}, {"chance": raw_chance})
def ablate_heads(model, prompt, keep, token):
    with model.trace(**prompt):
        for i, block in enumerate(model.transformer.h):
            z = block.attn.c_proj.input.unflatten(-1, (4, 24))
            block.attn.c_proj.input = (z * keep[:, i, None, :, None]).flatten(-2)
        chance = model.lm_head.output[:, -1].softmax(-1)[:, token].save()
    return {"chance": chance}


@entry("opticks", lambda: text(PROMPT, copies=13), lambda: {"keep": off(6, 2), "token": token("g")}, {"chance": raw_chance})
def ablate_parts(model, prompt, keep, token):
    with model.trace(**prompt):
        for i, block in enumerate(model.transformer.h):
            block.attn.output = put(block.attn.output, first(block.attn.output) * keep[:, i, 0, None, None])
            block.mlp.output = block.mlp.output * keep[:, i, 1, None, None]
        chance = model.lm_head.output[:, -1].softmax(-1)[:, token].save()
    return {"chance": chance}


def fading() -> dict[str, torch.Tensor]:
    n = len(PROMPT)
    strength = torch.ones(n * 4, n, 1)
    for row in range(n * 4):
        strength[row, row // 4] = row % 4 / 4
    return {"strength": strength, "token": token("g")}


@entry("opticks", lambda: text(PROMPT, copies=4 * len(PROMPT)), fading, {"chance": lambda m, ins, a: raw_chance(m, ins, a).view(-1, 4).mean(1)})
def integrated_ablation(model, prompt, strength, token):
    wte = model.transformer.wte
    with model.trace(**prompt):
        wte.output = wte.output * strength
        chance = model.lm_head.output[:, -1].softmax(-1)[:, token].view(-1, 4).mean(1).save()
    return {"chance": chance}


@entry("opticks", lambda: text(PROMPT), lambda: {"neuron": torch.tensor(17), "value": torch.tensor(8.0)}, {"logits": raw_next})
def clamp_neuron(model, prompt, neuron, value):
    with model.trace(**prompt):
        model.transformer.h[2].mlp.act.output[:, :, neuron] = value
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text(PROMPT), moves={"logits": raw_next})
def skip_layer(model, prompt):
    block = model.transformer.h[3]
    with model.trace(**prompt):
        block.skip((block.input,))
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("bert", lambda: sentence(3, 7, 322), lambda: {"head": torch.tensor(2)}, {"pooled": raw_pooled})
def bert_head_ablation(model, sentences, head):
    attn = model.encoder.layer[1].attention.self
    with model.trace(**sentences):
        first(attn.output)[:, :, head * 12 : (head + 1) * 12] = 0
        pooled = model.pooler.output.save()
    return {"pooled": pooled}
