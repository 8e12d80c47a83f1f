"""Goldens of sessions: several traces, with values passed on between them."""

import torch

import nets
from recording import Golden, Rows, first, put


def session() -> Golden:
    g = Golden("session", "GPT-2 and Llama fixtures: several traces in one session(), values passed on without being saved.")
    module = nets.NETS["gpt2"].build()
    model = Rows(module)
    clean = {"input_ids": torch.randint(nets.VOCAB, (1, 6), generator=torch.Generator().manual_seed(131))}
    corrupt = {"input_ids": torch.randint(nets.VOCAB, (1, 8), generator=torch.Generator().manual_seed(132))}
    with torch.no_grad():
        raw = module(**corrupt).logits
    with model.session():
        with model.trace(**clean):
            h = first(model.transformer.h[0].output)[:, -1]
            scale = h.norm()
        with model.trace(**corrupt):
            block = model.transformer.h[1]
            given = first(block.output).clone()
            given[:, -1] = h * (10 / scale)
            block.output = put(block.output, given)
            logits = model.lm_head.output.clone().save()
    g.add("patch", """trace 1 (6 tokens) takes h = transformer.h.0.output[:, -1] and scale = h.norm(); trace 2 (8 tokens) sets transformer.h.1.output[:, -1] = h * (10 / scale)
          and reads lm_head.output.""", [clean, corrupt], out={"logits": logits}, moved=[("logits", raw)])  # fmt: skip

    with model.session():
        total = torch.zeros(nets.VOCAB)
        for layer in range(2):
            with model.trace(**corrupt):
                block = model.transformer.h[layer]
                block.output = put(block.output, first(block.output) * 0.5)
                total = total + model.lm_head.output[0, -1]
        total.save()
    g.add("loop", """for each layer a trace that halves transformer.h.layer.output; total is the sum of lm_head.output[0, -1].""", corrupt, out={"total": total})
    _empty(g, model, module)
    return g


def _empty(g, model, module):
    a = {"input_ids": torch.randint(nets.VOCAB, (1, 6), generator=torch.Generator().manual_seed(133))}
    b = {"input_ids": torch.randint(nets.VOCAB, (2, 6), generator=torch.Generator().manual_seed(134))}
    blocks = model.transformer.h
    with torch.no_grad():
        raw = module(torch.cat([a["input_ids"], b["input_ids"]])).logits
    with model.trace() as tracer:
        with tracer.invoke(**a):
            mine = first(blocks[0].output).clone().save()
            blocks[1].output = put(blocks[1].output, first(blocks[1].output) * 3)
        with tracer.invoke():
            blocks[0].output = put(blocks[0].output, first(blocks[0].output) * 0.5)
            everyone = first(blocks[1].output).clone().save()
            logits = model.lm_head.output.clone().save()
        with tracer.invoke(**b):
            theirs = first(blocks[0].output).clone().save()
    g.add("empty", """invoke 0 (1 row) reads transformer.h.0.output as `mine` and sets transformer.h.1.output = … * 3; an empty invoke sets transformer.h.0.output = … * 0.5,
          reads transformer.h.1.output as `everyone` and lm_head.output; invoke 2 (2 rows) reads transformer.h.0.output as `theirs`.""", [a, b],
          out={"mine": mine, "theirs": theirs, "everyone": everyone, "logits": logits}, moved=[("logits", raw)])  # fmt: skip
