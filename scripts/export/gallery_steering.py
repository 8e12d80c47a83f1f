"""Steering: vectors added to, or taken out of, the residual stream."""

import torch

from gallery import entry
from gallery_models import raw_next, residuals, text, values, words
from recording import first, put

COLOURS = "the red, the yellow, the green, ", "of a deep red, orange, yellow, g", "the violet and indigo, and then "
MEASURES = "the Angle of Incidence, the Sine", "the distance of the Glass was si", "the thickness of the Plate was t"
PROMPT = "Then I looked upon the thin and "


def mean(*texts: str) -> torch.Tensor:
    """The mean residual stream after block 3."""
    return residuals(text(*texts))[3].mean((0, 1))


@entry("opticks", lambda: [text(*COLOURS), text(*MEASURES), text(PROMPT)], lambda: {"alpha": torch.tensor(2.0)}, {"logits": raw_next})
def contrast_steer(model, plus, minus, prompt, alpha):
    block = model.transformer.h[3]
    with model.trace() as tracer:
        with tracer.invoke(**plus):
            up = first(block.output).mean((0, 1))
        with tracer.invoke(**minus):
            down = first(block.output).mean((0, 1))
        with tracer.invoke(**prompt):
            first(block.output)[:] += alpha * (up - down)
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


def many() -> dict[str, torch.Tensor]:
    colour = mean(*COLOURS) - mean(*MEASURES)
    return {"vectors": torch.stack([colour, -colour, values(96, seed=311)]), "which": torch.tensor([0, 1, 2, 0]), "strength": torch.tensor([1.0, 1.0, 0.5, 2.0])}


@entry("opticks", lambda: text(PROMPT, copies=4), many, {"logits": raw_next})
def steer_rows(model, prompt, vectors, which, strength):
    block = model.transformer.h[3]
    with model.trace(**prompt):
        v = vectors[which] * strength[:, None]
        block.output = put(block.output, first(block.output) + v[:, None])
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: [text("the yellow"), text("the matter", "the middle", "the motion"), text("I saw the ")], lambda: {"alpha": torch.tensor(3.0), "begin": torch.tensor(2)}, {"logits": raw_next})
def inject_concept(model, concept, baseline, prompt, alpha, begin):
    block = model.transformer.h[2]
    with model.trace() as tracer:
        with tracer.invoke(**concept):
            present = first(block.output)[:, -1]
        with tracer.invoke(**baseline):
            absent = first(block.output)[:, -1].mean(0, keepdim=True)
        with tracer.invoke(**prompt):
            first(block.output)[:, begin:] += alpha * (present - absent)[:, None]
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: [text("red: blue; ", "one: two;  ", "up: down;  "), text("long: short")], moves={"logits": raw_next})
def function_vector(model, shots, query):
    block = model.transformer.h[2]
    with model.trace() as tracer:
        with tracer.invoke(**shots):
            task = first(block.output)[:, -1].mean(0)
        with tracer.invoke(**query):
            first(block.output)[:, -1] += task
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("llama", lambda: words(2, 7, 312), moves={"logits": raw_next}, attached={"refusal": lambda: values(48, seed=313)})
def ablate_direction(model, prompt, refusal):
    unit = refusal / refusal.norm()
    without = lambda x: x - (x @ unit)[..., None] * unit  # noqa: E731
    m = model.model
    with model.trace(**prompt, use_cache=False):
        m.embed_tokens.output = without(m.embed_tokens.output)
        for layer in m.layers:
            layer.self_attn.output = put(layer.self_attn.output, without(first(layer.self_attn.output)))
            layer.mlp.output = without(layer.mlp.output)
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("llama", lambda: [words(3, 7, 314), words(4, 7, 315), words(2, 7, 316)], lambda: {"alpha": torch.tensor(1.5)}, {"logits": raw_next})
def centre_mean(model, topic, anything, prompt, alpha):
    layer = model.model.layers[0]
    with model.trace(use_cache=False) as tracer:
        with tracer.invoke(**topic):
            about = first(layer.output).mean((0, 1))
        with tracer.invoke(**anything):
            of = first(layer.output).mean((0, 1))
        with tracer.invoke(**prompt):
            first(layer.output)[:] += alpha * (about - of)
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}


@entry("opticks", lambda: text(PROMPT), lambda: {"limit": torch.tensor(10.0)}, {"logits": raw_next})
def limit_token_norm(model, prompt, limit):
    with model.trace(**prompt):
        for block in model.transformer.h:
            h = first(block.output)
            block.output = put(block.output, h * (limit / h.norm(dim=-1, keepdim=True)).clamp(max=1))
        logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}
