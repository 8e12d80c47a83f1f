"""Embeddings: soft prompts, interpolation, noise, causal tracing, BERT's tables."""

import torch

from gallery import entry
from gallery_models import raw_chance, raw_next, raw_pooled, sentence, text, token, values, words
from recording import first, put

PROMPT = "of the Sun's Li"
SUBJECT = slice(12, 14)  # " L"
CELLS = 6 * 8


@entry("opticks", lambda: text(PROMPT, "Colours of the "), lambda: {"prompt": values(4, 96, seed=351) * 0.5}, {"logits": raw_next})
def soft_prompt(model, ins, prompt):
    with model.trace(**ins):
        model.transformer.wte.output[:, :4] = prompt
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("llama", lambda: [words(1, 7, 352), {k: v.repeat(5, 1) for k, v in words(1, 7, 353).items()}], lambda: {"share": torch.tensor([0.0, 0.25, 0.5, 0.75, 0.9])}, {"logits": raw_next})
def interpolate(model, a, b, share):
    embed = model.model.embed_tokens
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**a):
            begin = embed.output
        with tracer.invoke(**b):
            end = embed.output
            embed.output = begin + (end - begin) * share[:, None, None]
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


def uniform() -> dict[str, torch.Tensor]:
    noise = torch.rand(2, 15, 96, generator=torch.Generator().manual_seed(354)) * 2 - 1
    return {"noise": noise, "strength": torch.tensor(10.0)}


@entry("opticks", lambda: text(PROMPT, "Colours of the "), uniform, {"logits": raw_next})
def noisy_embeddings(model, prompt, noise, strength):
    wte = model.transformer.wte
    with model.trace(**prompt):
        wte.output = wte.output + noise * strength / (wte.output.shape[1] * 96) ** 0.5
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


def corruption() -> dict[str, torch.Tensor]:
    """Noise of three times the embeddings' deviation on the subject, and a cell for each block and each of the last eight tokens."""
    noise = torch.zeros(15, 96)
    noise[SUBJECT] = values(2, 96, seed=355) * 0.3
    mask = torch.zeros(6, CELLS + 1, 15, 1, dtype=torch.bool)
    for row in range(CELLS):
        mask[row % 6, row, 7 + row // 6] = True
    return {"noise": noise, "cells": mask, "token": token("g")}


@entry("opticks", lambda: [text(PROMPT), text(PROMPT, copies=CELLS + 1)], corruption, {"chance": raw_chance})
def causal_trace(model, clean, copies, noise, cells, token):
    t = model.transformer
    source = [None] * len(t.h)
    with model.trace() as tracer:
        with tracer.invoke(**clean):
            for i, block in enumerate(t.h):
                source[i] = first(block.output)
        with tracer.invoke(**copies):
            t.wte.output[:] += noise
            for i, block in enumerate(t.h):
                own = first(block.output)
                block.output = put(block.output, torch.where(cells[i], source[i], own))
            chance = model.lm_head.output[:, -1].softmax(-1)[:, token].save()
    return {"chance": chance}


def raw_words(module, ins, args):
    """The masked token's words, off the tied embeddings."""
    return module(**ins).last_hidden_state[:, args["masked"]] @ module.embeddings.word_embeddings.weight.T


@entry("bert", lambda: sentence(2, 7, 356), lambda: {"pos": torch.tensor(2), "word": torch.tensor(40), "masked": torch.tensor(4)}, {"words": raw_words})
def bert_token_swap(model, sentences, pos, word, masked):
    embed = model.embeddings.word_embeddings
    table = embed._module.weight
    with model.trace(**sentences):
        embed.output[:, pos] = table[word]
        words = (model.encoder.output.last_hidden_state[:, masked] @ table.T).save()
    return {"words": words}


@entry("bert", lambda: sentence(2, 7, 357), moves={"pooled": raw_pooled})
def bert_segment_swap(model, sentences):
    segment = model.embeddings.token_type_embeddings
    table = segment._module.weight
    with model.trace(**sentences):
        segment.output = table[0] + table[1] - segment.output
        pooled = model.pooler.output.save()
    return {"pooled": pooled}
