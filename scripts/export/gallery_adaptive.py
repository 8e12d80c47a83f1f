"""Interventions that decide while the model runs, and ones that are told where to act."""

import math

import torch

from gallery import entry
from gallery_models import raw_next, text, token, values
from gallery_patching import CLEAN, CORRUPT, WIDTH
from gallery_probes import PROBE
from gallery_steering import COLOURS, MEASURES, PROMPT, mean
from recording import first, put


@entry("opticks", lambda: text("of the Sun's Li"), lambda: {"sure": torch.tensor(0.6)})
def early_exit(model, prompt, sure):
    t = model.transformer
    with model.trace(**prompt) as tracer:
        for i, block in enumerate(t.h[:-1]):
            logits = model.lm_head(t.ln_f(first(block.output)[:, -1])).save()
            layer = torch.tensor(i).save()
            if logits.softmax(-1).max() > sure:
                tracer.stop()
        logits, layer = model.lm_head.output[:, -1].save(), torch.tensor(i + 1).save()
    return {"logits": logits, "layer": layer}


@entry("opticks", lambda: text(PROMPT), lambda: {"limit": torch.tensor(80.0)}, {"logits": raw_next})
def limit_norms(model, prompt, limit):
    with model.trace(**prompt):
        hot = torch.tensor(0).save()
        for block in model.transformer.h:
            h = first(block.output)
            if h.norm() > limit:
                hot += 1
                block.output = put(block.output, h * (limit / h.norm()))
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits, "hot": hot}


@entry("opticks", lambda: text(PROMPT), lambda: {"v": mean(*COLOURS) - mean(*MEASURES)}, {"logits": raw_next}, PROBE)
def steer_by_policy(model, prompt, vowels, v):
    block = model.transformer.h[3]
    with model.trace(**prompt):
        h = first(block.output)
        score = vowels(h[0, -1])[0].save()
        alpha = 2 + 2 * math.tanh(score.item())
        block.output = put(block.output, h + v * alpha)
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits, "score": score}


@entry("opticks", lambda: [text(CLEAN), text(CORRUPT)], lambda: {"layer": torch.tensor(2), "pos": torch.tensor(20)}, {"logits": raw_next})
def patch_at(model, clean, corrupt, layer, pos):
    block = model.transformer.h[layer]
    with model.trace() as tracer:
        with tracer.invoke(**clean):
            source = first(block.output)[:, pos]
        with tracer.invoke(**corrupt):
            own = first(block.output)
            own[:, pos] = source
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text(PROMPT), lambda: {"layer": torch.tensor(4), "v": values(96, seed=361), "alpha": torch.tensor(2.0)}, {"logits": raw_next})
def steer_at(model, prompt, layer, v, alpha):
    block = model.transformer.h[layer]
    with model.trace(**prompt):
        block.output = put(block.output, first(block.output) + alpha * v)
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text("of the Sun's Li"), lambda: {"layer": torch.tensor(0), "head": torch.tensor(3)}, {"logits": raw_next})
def ablate_head_at(model, prompt, layer, head):
    with model.trace(**prompt):
        proj = model.transformer.h[layer].attn.c_proj
        proj.input[:, :, head * WIDTH : (head + 1) * WIDTH] = 0
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text("of the Sun's Li"), lambda: {"layer": torch.tensor(3)})
def lens_at(model, prompt, layer):
    t = model.transformer
    with model.trace(**prompt):
        logits = model.lm_head(t.ln_f(first(t.h[layer].output)[:, -1])).save()
    return {"logits": logits}


def sweeps(g, model) -> None:
    """The four above at every layer, and position or head, of the same prompts: what one session gives in Go."""
    v, prompt, pair = values(96, seed=361), text("of the Sun's Li"), (text(CLEAN), text(CORRUPT))
    at = range(13, 21)
    grid = lambda f, *axes: torch.stack([torch.stack([f(i, j)["logits"] for j in axes[1]]) for i in axes[0]])  # noqa: E731
    with torch.no_grad():
        g.add("patch_sweep", "`patch_at` at every layer (axis 0) and the positions 13 to 20 (axis 1).", list(pair), None,
              {"logits": grid(lambda i, j: patch_at(model, *pair, i, j), range(6), at)})
        g.add("head_sweep", "`ablate_head_at` of every layer (axis 0) and head (axis 1).", prompt, None,
              {"logits": grid(lambda i, j: ablate_head_at(model, prompt, i, j), range(6), range(4))})
        g.add("steer_sweep", "`steer_at` at every layer (axis 0) with the strengths -2, 0 and 2 (axis 1).", prompt, {"v": v},
              {"logits": grid(lambda i, a: steer_at(model, prompt, i, v, a), range(6), (-2.0, 0.0, 2.0))})
        g.add("lens_sweep", "`lens_at` at every layer (axis 0).", prompt, None, {"logits": torch.stack([lens_at(model, prompt, i)["logits"] for i in range(6)])})


@entry("opticks", lambda: text("of the Sun's Li"), lambda: {"first_layer": torch.tensor(2), "last_layer": torch.tensor(3)}, {"logits": raw_next})
def skip_range(model, prompt, first_layer, last_layer):
    with model.trace(**prompt):
        for block in model.transformer.h[first_layer : last_layer + 1]:
            block.skip((block.input,))
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text(PROMPT), lambda: {"token": token("r")})
def rank_by_layer(model, prompt, token):
    t, ranks = model.transformer, []
    with model.trace(**prompt):
        for block in t.h:
            logits = model.lm_head(t.ln_f(first(block.output)[0, -1]))
            ranks.append((logits > logits[token]).sum())
        ranks = torch.stack(ranks).save()
    return {"ranks": ranks}
