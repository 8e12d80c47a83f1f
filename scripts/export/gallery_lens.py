"""Reading the residual stream in the vocabulary: lenses, attribution, contrasts, inspection."""

import torch

from gallery import entry
from gallery_models import PROSE, raw_next, residuals, text, token
from recording import first

PROMPTS = "of the Sun's Li", "Colours of the "
IN = lambda: text(*PROMPTS)  # noqa: E731


def translators() -> torch.nn.ModuleList:
    """The tuned lens by ridge regression of the last residual stream on each earlier one, over PROSE."""
    layers = [h.flatten(0, 1).double() for h in residuals(text(*PROSE))]
    lens = torch.nn.ModuleList()
    for h in layers:
        x = torch.cat([h, torch.ones(len(h), 1, dtype=torch.double)], 1)
        ridge = torch.eye(x.shape[1], dtype=torch.double) * 30
        w = torch.linalg.solve(x.T @ x + ridge, x.T @ (layers[-1] - h))
        linear = torch.nn.Linear(96, 96)
        linear.weight.data, linear.bias.data = w[:-1].T.float(), w[-1].float()
        lens.append(linear)
    return lens


@entry("opticks", IN)
def logit_lens(model, prompt):
    t = model.transformer
    with model.trace(**prompt):
        last = [first(block.output)[:, -1] for block in t.h]
        layers = model.lm_head(t.ln_f(torch.stack(last, 1))).save()
    return {"layers": layers}


@entry("opticks", IN, attached={"lens": translators})
def tuned_lens(model, prompt, lens):
    t = model.transformer
    with model.trace(**prompt):
        last = []
        for i, block in enumerate(t.h):
            h = first(block.output)[:, -1]
            last.append(h + lens[i](h))
        layers = model.lm_head(t.ln_f(torch.stack(last, 1))).save()
    return {"layers": layers}


@entry("opticks", IN, lambda: {"right": token("g"), "wrong": token("n")})
def direct_logit_attribution(model, prompt, right, wrong):
    t, vocab = model.transformer, model.lm_head._module.weight
    toward = (vocab[right] - vocab[wrong]) * t.ln_f._module.weight
    toward = toward - toward.mean()
    parts = []
    with model.trace(**prompt):
        for block in t.h:
            z = block.attn.c_proj.input[:, -1].unflatten(-1, (4, 24))
            w = block.attn.c_proj._module.weight.view(4, 24, 96) @ toward
            parts.append((z * w).sum(-1))
        scale = (t.ln_f.input[:, -1].var(-1, unbiased=False) + 1e-5).sqrt()
        heads = (torch.stack(parts, 1) / scale[:, None, None]).save()
    return {"heads": heads}


@entry("opticks", IN, lambda: {"token": token("g")})
def logit_parts(model, prompt, token):
    t, row = model.transformer, model.lm_head._module.weight[token]
    toward = row * t.ln_f._module.weight
    toward = toward - toward.mean()
    with model.trace(**prompt):
        writes = [t.h[0].input[:, -1]]
        for block in t.h:
            writes.append(first(block.attn.output)[:, -1])
            writes.append(block.mlp.output[:, -1])
        scale = (t.ln_f.input[:, -1].var(-1, unbiased=False) + 1e-5).sqrt()
        direct = torch.stack(writes, 1) @ toward / scale[:, None]
        bias = (t.ln_f._module.bias * row).sum().expand(len(direct), 1)
        parts = torch.cat([direct, bias], 1).save()
        logit = model.lm_head.output[:, -1, token].save()
    assert torch.allclose(parts.sum(1), logit, atol=1e-3)
    return {"parts": parts, "logit": logit}


@entry("opticks", IN)
def mlp_to_vocabulary(model, prompt):
    with model.trace(**prompt):
        out = [block.mlp.output[:, -1] for block in model.transformer.h]
        tokens = model.lm_head(torch.stack(out, 1)).topk(5, -1).indices.save()
    return {"tokens": tokens}


@entry("opticks", IN)
def do_la(model, prompt):
    t = model.transformer
    with model.trace(**prompt):
        last = [first(block.output)[:, -1] for block in t.h[:5]]
        early = model.lm_head(t.ln_f(torch.stack(last, 1))).log_softmax(-1)
        final = model.lm_head.output[:, -1:].log_softmax(-1)
        mean = (0.5 * (early.exp() + final.exp())).log()
        apart = [(p.exp() * (p - mean)).sum(-1) for p in (early, final)]
        chosen = (apart[0] + apart[1]).argmax(1).save()
        contrast = final[:, 0] - early[torch.arange(len(early)), chosen]
        p = final[:, 0].exp()
        scores = contrast.masked_fill(p < 0.1 * p.amax(-1, keepdim=True), -1000).save()
    return {"scores": scores, "chosen": chosen}


@entry("opticks", lambda: [text("the violet and indigo"), text("x yellow yellow x is ")], lambda: {"source_pos": torch.tensor(9), "to": torch.tensor(20)}, {"logits": raw_next})
def patchscope(model, source, target, source_pos, to):
    h = model.transformer.h
    with model.trace() as tracer:
        with tracer.invoke(**source):
            state = first(h[2].output)[:, source_pos]
        with tracer.invoke(**target):
            own = first(h[3].output)
            own[:, to] = state
            logits = model.lm_head.output[:, -1].save()
    return {"logits": logits}
