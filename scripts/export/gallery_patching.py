"""Activation patching: residual stream, attention, MLP, heads, tokens, paths."""

import torch

from gallery import entry
from gallery_models import raw_chance, raw_next, text, token
from recording import first, put

CLEAN, CORRUPT = "the Light is more tha", "the Light is from tha"  # the clean one wants an n, the other a t
FROM = 13  # where they first differ
CELLS = 6 * (len(CLEAN) - FROM)
WIDTH = 24  # of a head


def cells() -> torch.Tensor:
    """One layer and position set for each row, none in the last: [6, rows, seq, 1]."""
    mask = torch.zeros(6, CELLS + 1, len(CLEAN), 1, dtype=torch.bool)
    for row in range(CELLS):
        mask[row % 6, row, FROM + row // 6] = True
    return mask


def table():
    return {"ins": lambda: [text(CLEAN), text(CORRUPT, copies=CELLS + 1)], "args": lambda: {"cells": cells(), "token": token("n")}, "moves": {"chance": raw_chance}}


def pair(**args):
    return {"ins": lambda: [text(CLEAN), text(CORRUPT)], "args": lambda: {k: torch.tensor(v) for k, v in args.items()}, "moves": {"logits": raw_next}}


@entry("opticks", **table())
def patch_residual(model, clean, corrupt, cells, token):
    h = model.transformer.h
    source = [None] * len(h)
    with model.trace() as tracer:
        with tracer.invoke(**clean):
            for i, block in enumerate(h):
                source[i] = first(block.output)
        with tracer.invoke(**corrupt):
            for i, block in enumerate(h):
                own = first(block.output)
                block.output = put(block.output, torch.where(cells[i], source[i], own))
            chance = model.lm_head.output[:, -1].softmax(-1)[:, token].save()
    return {"chance": chance}


@entry("opticks", **pair(pos=20))
def patch_attention(model, clean, corrupt, pos):
    attn = model.transformer.h[4].attn
    with model.trace() as tracer:
        with tracer.invoke(**clean):
            source = first(attn.output)[:, pos]
        with tracer.invoke(**corrupt):
            own = first(attn.output)
            own[:, pos] = source
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", **table())
def patch_mlp(model, clean, corrupt, cells, token):
    h = model.transformer.h
    source = [None] * len(h)
    with model.trace() as tracer:
        with tracer.invoke(**clean):
            for i, block in enumerate(h):
                source[i] = block.mlp.output
        with tracer.invoke(**corrupt):
            for i, block in enumerate(h):
                own = block.mlp.output
                block.mlp.output = torch.where(cells[i], source[i], own)
            chance = model.lm_head.output[:, -1].softmax(-1)[:, token].save()
    return {"chance": chance}


@entry("opticks", **pair(head=1))
def patch_head(model, clean, corrupt, head):
    proj = model.transformer.h[3].attn.c_proj
    part = slice(head * WIDTH, (head + 1) * WIDTH)
    with model.trace() as tracer:
        with tracer.invoke(**clean):
            source = proj.input[:, :, part]
        with tracer.invoke(**corrupt):
            own = proj.input
            own[:, :, part] = source
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", ins=lambda: [text(CLEAN, copies=4), text(CORRUPT, copies=4)], args=lambda: {"pos": torch.tensor([13, 15, 16, 20])}, moves={"logits": raw_next})
def patch_tokens(model, clean, corrupt, pos):
    block = model.transformer.h[1]
    rows = torch.arange(len(pos))
    with model.trace() as tracer:
        with tracer.invoke(**clean):
            source = first(block.output)[rows, pos]
        with tracer.invoke(**corrupt):
            own = first(block.output)
            own[rows, pos] = source
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", ins=lambda: [text(CLEAN), text(CORRUPT), text(CLEAN), text(CLEAN)], moves={"logits": raw_next})
def path_patch(model, clean, corrupt, held, final):
    h, begin, to, part = model.transformer.h, 1, 4, slice(2 * WIDTH, 3 * WIDTH)
    attn, mlp = [None] * len(h), [None] * len(h)
    with model.trace() as tracer:
        with tracer.invoke(**clean):
            for i, block in enumerate(h):
                attn[i] = first(block.attn.output).clone()
                mlp[i] = block.mlp.output.clone()
        with tracer.invoke(**corrupt):
            sender = h[begin].attn.c_proj.input[:, :, part]
        with tracer.invoke(**held):
            own = h[begin].attn.c_proj.input
            own[:, :, part] = sender
            for i in range(begin, to):
                own = h[i].mlp.output
                own[:] = mlp[i]
                own = first(h[i + 1].attn.output)
                own[:] = attn[i + 1]
            received = h[to].mlp.input.clone()
        with tracer.invoke(**final):
            own = h[to].mlp.input
            own[:] = received
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}
