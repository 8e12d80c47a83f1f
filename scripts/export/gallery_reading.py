"""Statistics of activations that leave the run as small arrays."""

import torch

from gallery import entry
from gallery_models import PROSE, residuals, text, words
from recording import first


def whitening() -> dict[str, torch.Tensor]:
    """Mean and ZCA matrix of block 3's residual stream over PROSE."""
    h = residuals(text(*PROSE))[3].flatten(0, 1).double()
    mean = h.mean(0)
    values, vectors = torch.linalg.eigh((h - mean).T @ (h - mean) / len(h))
    w = vectors @ torch.diag((values + 0.1).rsqrt()) @ vectors.T
    return {"mean": mean.float(), "w": w.float()}


@entry("opticks", lambda: text("the Light is more tha", "of the Sun's Light by"))
def residual_norms(model, prompt):
    with model.trace(**prompt):
        norms = torch.stack([first(block.output).norm(dim=-1) for block in model.transformer.h], 1).save()
    return {"norms": norms}


@entry("llama", lambda: words(3, 7, 301))
def layer_cosine(model, prompt):
    out = []
    with model.trace(**prompt, use_cache=False):
        for layer in model.model.layers:
            h = layer.input
            out.append(torch.cosine_similarity(h, first(layer.output), dim=-1).mean(1))
        cosine = torch.stack(out, 1).save()
    return {"cosine": cosine}


@entry("opticks", lambda: [text("the Light is more tha"), text("the Light is from tha")])
def prompt_difference(model, a, b):
    h = model.transformer.h
    with model.trace() as tracer:
        with tracer.invoke(**a):
            one = [first(block.output) for block in h].save()
        with tracer.invoke(**b):
            two = [first(block.output) for block in h].save()
    return {"apart": torch.stack([(y - x).norm(dim=-1) / x.norm(dim=-1) for x, y in zip(one, two)], 1)}


@entry("opticks", lambda: text(*PROSE[:4]))
def neuron_statistics(model, prompt):
    with model.trace(**prompt):
        act = model.transformer.h[2].mlp.act.output
        mean, largest = act.mean((0, 1)).save(), act.amax((0, 1)).save()
        fires = (act > 0.05).float().mean((0, 1)).save()
    return {"mean": mean, "largest": largest, "fires": fires}


@entry("opticks", lambda: text("the violet and", "the yellow and", "of the Angle o"), whitening)
def whiten(model, prompt, mean, w):
    with model.trace(**prompt):
        white = ((first(model.transformer.h[3].output)[:, -1] - mean) @ w).save()
        unit = white / white.norm(dim=-1, keepdim=True)
        cosine = (unit @ unit.T).save()
    return {"white": white, "cosine": cosine}
