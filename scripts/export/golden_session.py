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
    return g
