"""Goldens of interventions that compute in Python while the model runs, on the small GPT-2."""

import torch

import nets
from golden_gpt2 import _ids
from recording import Golden, Rows, first, put


def hooks() -> Golden:
    g = Golden("hooks", """Python in mid-run on the net `gpt2` of this page: what a value of the run decides, makes or counts, and writes back. `logits` is
        lm_head.output. The functions stand in internal/golden/hooks/reference.go under the same names.""")
    module = nets.NETS["gpt2"].build()
    model = Rows(module)
    one = _ids(2, 6, 181)
    with torch.no_grad():
        plain = module(**one).logits
        _decide(g, model, one, plain)
        _make(g, model, one, plain)
        _carry(g, model, one, plain)
        _between(g, model, module)
    return g


def _decide(g, model, one, plain):
    t = model.transformer
    for name, limit in (("branch_over", 8.0), ("branch_under", 800.0)):
        with model.trace(**one):
            n = t.h[0].mlp.output.norm().item()
            if n > limit:
                t.h[1].mlp.output = t.h[1].mlp.output * (limit / n)
                side = torch.tensor(1).save()
            else:
                t.h[1].attn.c_proj.input = t.h[1].attn.c_proj.input * 0
                side = torch.tensor(2).save()
            logits = model.lm_head.output.save()
        g.add(name, f"""n = transformer.h.0.mlp.output.norm().item(); where n > {limit:g} the next MLP's output is scaled by {limit:g}/n (side 1), elsewhere the
              input of transformer.h.1.attn.c_proj is cleared (side 2).""", one, {"limit": torch.tensor(limit)}, {"logits": logits, "side": side}, [("logits", plain)])

    with model.trace(**one):
        hot = [0, 0].save()
        for i, block in enumerate(t.h):
            norms = first(block.output).norm(dim=-1).tolist()
            keep = torch.ones(2, 6, 1)
            for r, row in enumerate(norms):
                for c, n in enumerate(row):
                    if n > 11 + i:
                        keep[r, c] = 0.25
                        hot[i] += 1
            block.output = put(block.output, first(block.output) * keep)
        logits = model.lm_head.output.save()
    assert all(0 < n < 12 for n in hot), hot
    g.add("tokens_over", "after each block i, tokens whose norm exceeds 11+i are scaled by 0.25, one by one; `hot` counts them by block.", one,
          {"limit": torch.tensor(11.0)}, {"logits": logits, "hot": torch.tensor(hot)}, [("logits", plain)])

    with model.trace(**one):
        h = t.h[0].mlp.output
        n, halvings = h.norm().item(), torch.tensor(0).save()
        while n > 1.5:
            n /= 2
            halvings += 1
        t.h[0].mlp.output = h * 0.5 ** halvings.item()
        logits = model.lm_head.output.save()
    assert halvings > 1
    g.add("halve", "the first MLP's output is halved until its norm is at most 1.5; `halvings` counts.", one, {"limit": torch.tensor(1.5)},
          {"logits": logits, "halvings": halvings}, [("logits", plain)])


def _make(g, model, one, plain):
    t = model.transformer
    with model.trace(**one):
        xs = t.h[0].mlp.output[:, -1].tolist()
        for row in xs:
            for k in sorted(range(48), key=lambda k: -abs(row[k]))[:5]:
                row[k] = 0.0
        edited = t.h[0].mlp.output.clone()
        edited[:, -1] = torch.tensor(xs)
        t.h[0].mlp.output = edited
        logits = model.lm_head.output.save()
    g.add("largest_out", "the five largest of the first MLP's last token, by amount, are found in Python, cleared, and written back.", one,
          out={"logits": logits}, moved=[("logits", plain)])

    with model.trace(**one):
        h = first(t.h[0].output)
        order = sorted(range(6), key=lambda p: h[0, p].norm().item())
        t.h[0].output = put(t.h[0].output, h[:, order])
        logits = model.lm_head.output.save()
        order = torch.tensor(order).save()
    assert order.tolist() != list(range(6))
    g.add("reordered", "the tokens after the first block are put in the order of the first row's norms.", one, out={"logits": logits, "order": order}, moved=[("logits", plain)])

    with model.trace(**one):
        p = first(t.h[0].attn.output)[:, -1].softmax(-1).tolist()
        mask = torch.zeros(2, 48)
        for r, row in enumerate(p):
            total = 0.0
            for k in sorted(range(48), key=lambda k: -row[k]):
                total += row[k]
                mask[r, k] = 1
                if total > 0.6:
                    break
        t.h[1].mlp.output = t.h[1].mlp.output * mask[:, None]
        logits = model.lm_head.output.save()
        kept = mask.sum(1).long().save()
    g.add("nucleus", "features of the second MLP are kept that make up 0.6 of the softmax of the first attention's last token, row by row.", one,
          {"part": torch.tensor(0.6)}, {"logits": logits, "kept": kept}, [("logits", plain)])


def _carry(g, model, one, plain):
    t = model.transformer
    with model.trace(**one):
        running, trail = 0.0, [].save()
        for block in t.h:
            for part in (block.attn.c_proj, block.mlp):
                running = 0.9 * running + 0.1 * part.output.norm().item()
                part.output = part.output * (1 / (1 + running))
                trail.append(running)
        logits = model.lm_head.output.save()
    g.add("running", "a mean that runs over attention and MLP outputs of all blocks scales each of them by 1/(1+mean); `trail` are its values.", one,
          out={"logits": logits, "trail": torch.tensor(trail)}, moved=[("logits", plain)])

    with model.trace(**one):
        worst, at = -1.0, torch.tensor(0).save()
        for i, block in enumerate(t.h):
            n = block.mlp.output.abs().max().item()
            if n > worst:
                worst = n
                at = torch.tensor(i).save()
        t.ln_f.output = t.ln_f.output * worst
        logits = model.lm_head.output.save()
        worst = torch.tensor(worst).save()
    g.add("worst", "the largest amount in any MLP's output, and its layer; the final norm's output is scaled by it.", one,
          out={"logits": logits, "worst": worst, "at": at}, moved=[("logits", plain)])


def _between(g, model, module):
    t = model.transformer
    two = [_ids(1, 6, 182), _ids(2, 6, 183)]
    plain = module(**two[1]).logits
    with model.trace() as tracer:
        with tracer.invoke(**two[0]):
            mean = first(t.h[0].output)[0].mean(0).tolist()
            size = sum(x * x for x in mean) ** 0.5
            unit = [x / size for x in mean]
            size = torch.tensor(size).save()
        with tracer.invoke(**two[1]):
            h = first(t.h[1].output)
            along = (h * torch.tensor(unit)).sum(-1, keepdim=True)
            if along.abs().max().item() > 0.5:
                h = h - along * torch.tensor(unit)
            t.h[1].output = put(t.h[1].output, h)
            logits = model.lm_head.output.save()
    g.add("unit_from_another", """invoke 0: the mean of the first row's tokens after the first block, made a unit vector in Python; invoke 1: its part along
          that vector is taken out after the second block, where any is above 0.5.""", two, out={"logits": logits, "size": size}, moved=[("logits", plain)])
