"""Probes and sparse autoencoders on the residual stream after block 3."""

import torch

from gallery import entry
from gallery_models import PROSE, raw_next, residuals, text
from gallery_steering import COLOURS, MEASURES, mean
from recording import first, put

PROMPTS = "My Design in this Book", "the violet and indigo,", "Angle of Incidence, th"
IN = lambda: text(*PROMPTS)  # noqa: E731


def vowels() -> torch.nn.Linear:
    """Ridge regression on whether the next character is a vowel, +1 or -1."""
    ins = text(*PROSE)["input_ids"]
    y = torch.isin(ins[:, 1:], text("aeiouy")["input_ids"][0]).double().mul(2).sub(1).flatten()
    h = residuals({"input_ids": ins[:, :-1]})[3].flatten(0, 1).double()
    x = torch.cat([h, torch.ones(len(h), 1, dtype=torch.double)], 1)
    w = torch.linalg.solve(x.T @ x + 30 * torch.eye(97, dtype=torch.double), x.T @ y).float()
    linear = torch.nn.Linear(96, 1)
    linear.weight.data, linear.bias.data = w[None, :-1].clone(), w[-1:].clone()
    return linear


PROBE = {"vowels": vowels}


def above(threshold: float):
    return lambda: {"threshold": torch.tensor(threshold)}


@entry("opticks", IN, above(0.0), attached=PROBE)
def probe_last(model, prompt, vowels, threshold):
    with model.trace(**prompt) as tracer:
        score = vowels(first(model.transformer.h[3].output)[:, -1])[:, 0].save()
        tracer.stop()
    return {"chances": score.sigmoid(), "flagged": (score > threshold).sum()}


@entry("opticks", IN, above(0.6), attached=PROBE)
def probe_max(model, prompt, vowels, threshold):
    with model.trace(**prompt) as tracer:
        best = vowels(first(model.transformer.h[3].output)).amax((1, 2)).save()
        tracer.stop()
    return {"best": best, "flagged": best > threshold}


@entry("opticks", IN, attached=PROBE)
def probe_average(model, prompt, vowels):
    with model.trace(**prompt) as tracer:
        scores = vowels(first(model.transformer.h[3].output))[..., 0]
        average = scores.unfold(1, 5, 1).mean(-1).save()
        tracer.stop()
    return {"average": average, "best": average.amax(1)}


@entry("opticks", IN, attached=PROBE)
def probe_top_k(model, prompt, vowels):
    with model.trace(**prompt) as tracer:
        top, tokens = vowels(first(model.transformer.h[3].output))[..., 0].topk(3, 1)
        mean, tokens = top.mean(1).save(), tokens.save()
        tracer.stop()
    return {"mean": mean, "tokens": tokens}


@entry("opticks", IN, lambda: above(0.0)() | {"v": mean(*COLOURS) - mean(*MEASURES)}, {"logits": raw_next}, PROBE)
def probe_steer(model, prompt, vowels, v, threshold):
    block = model.transformer.h[3]
    with model.trace(**prompt):
        h = first(block.output)
        flagged = vowels(h[:, -1:]) > threshold
        block.output = put(block.output, torch.where(flagged, h + v, h))
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


class SAE(torch.nn.Module):
    """A sparse autoencoder with SAELens' names."""

    def __init__(self, centre: torch.Tensor, features: int):
        super().__init__()
        dec = torch.nn.functional.normalize(torch.randn(features, len(centre), generator=torch.Generator().manual_seed(341)), dim=1)
        self.W_enc, self.W_dec = torch.nn.Parameter(dec.T.clone()), torch.nn.Parameter(dec)
        self.b_enc, self.b_dec = torch.nn.Parameter(torch.zeros(features)), torch.nn.Parameter(centre)

    def encode(self, x):
        return torch.relu((x - self.b_dec) @ self.W_enc + self.b_enc)

    def decode(self, f):
        return f @ self.W_dec + self.b_dec


def autoencoder() -> SAE:
    """An autoencoder of block 3's residual stream over PROSE, trained for 400 steps."""
    h = residuals(text(*PROSE))[3].flatten(0, 1)
    sae = SAE(h.mean(0), 128)
    opt = torch.optim.Adam(sae.parameters(), lr=3e-3)
    with torch.enable_grad():
        for _ in range(400):
            f = sae.encode(h)
            loss = (sae.decode(f) - h).square().mean() + 0.02 * f.mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
    return sae.requires_grad_(False)


@entry("opticks", lambda: text(PROMPTS[1]), attached={"sae": autoencoder})
def sae_read(model, prompt, sae):
    with model.trace(**prompt) as tracer:
        strength, features = sae.encode(first(model.transformer.h[3].output)).topk(3, -1)
        strength, features = strength.save(), features.save()
        tracer.stop()
    return {"strength": strength, "features": features}


@entry("opticks", lambda: text(PROMPTS[1]), lambda: {"feature": torch.tensor(5), "value": torch.tensor(12.0)}, {"logits": raw_next}, {"sae": autoencoder})
def sae_clamp(model, prompt, sae, feature, value):
    block = model.transformer.h[3]
    with model.trace(**prompt):
        h = first(block.output)
        f = sae.encode(h)
        error = h - sae.decode(f)
        f[..., feature] = value
        block.output = put(block.output, sae.decode(f) + error)
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text(*PROMPTS), moves={"logits": raw_next}, attached={"sae": autoencoder})
def sae_replace(model, prompt, sae):
    block = model.transformer.h[3]
    with model.trace(**prompt):
        h = first(block.output)
        y = sae.decode(sae.encode(h))
        loss = (y - h).square().mean((1, 2)).save()
        block.output = put(block.output, y)
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits, "loss": loss}
