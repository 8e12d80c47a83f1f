"""Probes and sparse autoencoders on the residual stream after block 3."""

import torch

from gallery import entry
from gallery_models import PROSE, raw_next, residuals, text
from gallery_steering import COLOURS, MEASURES, mean
from recording import first, put

PROMPTS = "My Design in this Book", "the violet and indigo,", "Angle of Incidence, th"
IN = lambda: text(*PROMPTS)  # noqa: E731


def probe() -> dict[str, torch.Tensor]:
    """Ridge regression on whether the next character is a vowel, +1 or -1."""
    ins = text(*PROSE)["input_ids"]
    vowels = text("aeiouy")["input_ids"][0]
    y = torch.isin(ins[:, 1:], vowels).double().mul(2).sub(1).flatten()
    h = residuals({"input_ids": ins[:, :-1]})[3].flatten(0, 1).double()
    x = torch.cat([h, torch.ones(len(h), 1, dtype=torch.double)], 1)
    w = torch.linalg.solve(x.T @ x + 30 * torch.eye(97, dtype=torch.double), x.T @ y).float()
    return {"w": w[:-1], "b": w[-1]}


def probed(**more: float):
    return lambda: probe() | {k: torch.tensor(v) for k, v in more.items()}


@entry("opticks", IN, probed(threshold=0.0))
def probe_last(model, prompt, w, b, threshold):
    with model.trace(**prompt) as tracer:
        score = (first(model.transformer.h[3].output)[:, -1] @ w + b).save()
        tracer.stop()
    return {"chances": score.sigmoid(), "flagged": (score > threshold).sum()}


@entry("opticks", IN, probed(threshold=0.6))
def probe_max(model, prompt, w, b, threshold):
    with model.trace(**prompt) as tracer:
        best = (first(model.transformer.h[3].output) @ w + b).amax(1).save()
        tracer.stop()
    return {"best": best, "flagged": best > threshold}


@entry("opticks", IN, probe)
def probe_average(model, prompt, w, b):
    with model.trace(**prompt) as tracer:
        scores = first(model.transformer.h[3].output) @ w + b
        average = scores.unfold(1, 5, 1).mean(-1).save()
        tracer.stop()
    return {"average": average, "best": average.amax(1)}


@entry("opticks", IN, probe)
def probe_top_k(model, prompt, w, b):
    with model.trace(**prompt) as tracer:
        top, tokens = (first(model.transformer.h[3].output) @ w + b).topk(3, 1)
        mean, tokens = top.mean(1).save(), tokens.save()
        tracer.stop()
    return {"mean": mean, "tokens": tokens}


@entry("opticks", IN, lambda: probed(threshold=0.0)() | {"v": mean(*COLOURS) - mean(*MEASURES)}, {"logits": raw_next})
def probe_steer(model, prompt, w, v, b, threshold):
    block = model.transformer.h[3]
    with model.trace(**prompt):
        h = first(block.output)
        flagged = (h[:, -1:] @ w + b > threshold)[..., None]
        block.output = put(block.output, torch.where(flagged, h + v, h))
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


FEATURES = 128


def autoencoder() -> dict[str, torch.Tensor]:
    """A sparse autoencoder of block 3's residual stream over PROSE, trained for 400 steps."""
    h = residuals(text(*PROSE))[3].flatten(0, 1)
    gen = torch.Generator().manual_seed(341)
    dec = torch.nn.functional.normalize(torch.randn(FEATURES, 96, generator=gen), dim=1)
    p = {"enc": dec.T.clone(), "bias": torch.zeros(FEATURES), "centre": h.mean(0), "dec": dec}
    p = {k: v.requires_grad_() for k, v in p.items()}
    opt = torch.optim.Adam(p.values(), lr=3e-3)
    with torch.enable_grad():
        for _ in range(400):
            f = torch.relu((h - p["centre"]) @ p["enc"] + p["bias"])
            loss = (f @ p["dec"] + p["centre"] - h).square().mean() + 0.02 * f.mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
    return {k: v.detach() for k, v in p.items()}


def encoder() -> dict[str, torch.Tensor]:
    return {k: v for k, v in autoencoder().items() if k != "dec"}


@entry("opticks", lambda: text(PROMPTS[1]), encoder)
def sae_read(model, prompt, enc, bias, centre):
    with model.trace(**prompt) as tracer:
        f = torch.relu((first(model.transformer.h[3].output) - centre) @ enc + bias)
        strength, features = f.topk(3, -1)
        strength, features = strength.save(), features.save()
        tracer.stop()
    return {"strength": strength, "features": features}


@entry("opticks", lambda: text(PROMPTS[1]), lambda: autoencoder() | {"feature": torch.tensor(5), "value": torch.tensor(12.0)}, {"logits": raw_next})
def sae_clamp(model, prompt, enc, bias, centre, dec, feature, value):
    block = model.transformer.h[3]
    with model.trace(**prompt):
        h = first(block.output)
        f = torch.relu((h - centre) @ enc + bias)
        change = torch.zeros_like(f)
        change[..., feature] = value - f[..., feature]
        block.output = put(block.output, h + change @ dec)
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}
