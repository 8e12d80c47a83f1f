"""Goldens of the small BERT."""

import torch

import nets
from recording import Golden, Rows, first, put


def _text(lengths: tuple[int, ...], seed: int) -> dict[str, torch.Tensor]:
    width = max(lengths)
    ids = torch.randint(1, nets.VOCAB, (len(lengths), width), generator=torch.Generator().manual_seed(seed))
    mask = torch.zeros(len(lengths), width, dtype=torch.int64)
    kinds = torch.zeros(len(lengths), width, dtype=torch.int64)
    for row, n in enumerate(lengths):
        mask[row, :n] = 1
        kinds[row, n // 2 : n] = 1
    return {"input_ids": ids * mask, "attention_mask": mask, "token_type_ids": kinds}


def bert() -> Golden:
    g = Golden("bert", """BertModel, 2 layers, width 48, 4 heads, vocabulary 96, eager attention, with pooler: embeddings,
        encoder.layer.{0,1}.{attention.self, attention.output, intermediate, output}, pooler. The second row of every input is padded on the right.
        `last_hidden_state` is encoder.layer.1's output and a model output, `pooler_output` is pooler.output and a model output.
        encoder.layer.N.attention and encoder.layer.N each have a child module named `output` (nnsight mounts it as `E_output`): every output named here is the module's own, not that child.""")
    module = nets.NETS["bert"].build()
    model = Rows(module)
    one = _text((7, 4), 91)
    with torch.no_grad():
        out = module(**one)
    raw, pooled = out.last_hidden_state, out.pooler_output
    g.add("raw", "the model as it is, no intervention.", one, out={"last_hidden_state": raw, "pooler_output": pooled})
    layers = model.encoder.layer

    with model.trace(**one):
        embeddings = model.embeddings.output.clone().save()
        self0 = first(layers[0].attention.self.output).clone().save()
        attn0 = first(layers[0].attention.output).clone().save()
        mid0 = layers[0].intermediate.output.clone().save()
        layer0 = first(layers[0].output).clone().save()
        layer1 = first(layers[1].output).clone().save()
        pooler = model.pooler.output.clone().save()
    g.add("get", """reads embeddings.output, encoder.layer.0.attention.self.output as `self0`, the output of encoder.layer.0.attention as `attn0`,
          encoder.layer.0.intermediate.output as `mid0`, the output of encoder.layer.N as `layerN`, and pooler.output.""", one,
          out={"embeddings": embeddings, "self0": self0, "attn0": attn0, "mid0": mid0, "layer0": layer0, "layer1": layer1, "pooler": pooler},
          same=[("layer1", raw), ("pooler", pooled)])  # fmt: skip

    with model.trace(**one):
        layers[0].attention.output = put(layers[0].attention.output, first(layers[0].attention.output) * 0.5)
        last = first(layers[1].output).clone().save()
        pooler = model.pooler.output.clone().save()
    g.add("set_attention", "the output of encoder.layer.0.attention *= 0.5 (set); reads both model outputs.", one,
          out={"last_hidden_state": last, "pooler_output": pooler}, moved=[("last_hidden_state", raw), ("pooler_output", pooled)])  # fmt: skip

    with model.trace(**one):
        layers[1].input = layers[1].input * 2 - 1
        last = first(layers[1].output).clone().save()
        pooler = model.pooler.output.clone().save()
    g.add("input_edit", "encoder.layer.1.input = encoder.layer.1.input * 2 - 1, the padded row too; reads both model outputs.", one,
          out={"last_hidden_state": last, "pooler_output": pooler}, moved=[("last_hidden_state", raw), ("pooler_output", pooled)])  # fmt: skip

    with model.trace(**one):
        first(layers[0].output)[:, 0] = 1
        last = first(layers[1].output).clone().save()
        pooler = model.pooler.output.clone().save()
    g.add("inplace_first", "encoder.layer.0's output[:, 0] = 1 in place; reads both model outputs.", one,
          out={"last_hidden_state": last, "pooler_output": pooler}, moved=[("last_hidden_state", raw), ("pooler_output", pooled)])  # fmt: skip

    two, three = _text((7, 5), 92), _text((7, 3, 6), 93)
    with torch.no_grad():
        raw2, raw3 = module(**two), module(**three)
    with model.trace() as tracer:
        with tracer.invoke(**two):
            layer0 = first(layers[0].output).clone().save()
            pooler0 = model.pooler.output.clone().save()
        with tracer.invoke(**three):
            layers[0].output = put(layers[0].output, first(layers[0].output) * -1)
            pooler1 = model.pooler.output.clone().save()
    g.add("two_invokes", """invoke 0 (2 rows) reads encoder.layer.0's output as `layer0_0` and pooler.output as `pooler0`; invoke 1 (3 rows) sets encoder.layer.0's
          output = the layer's output * -1 and reads pooler.output as `pooler1`.""", [two, three],
          out={"layer0_0": layer0, "pooler0": pooler0, "pooler1": pooler1}, moved=[("pooler1", raw3.pooler_output)])  # fmt: skip
    assert torch.allclose(pooler0, raw2.pooler_output, atol=1e-4)

    with model.trace(**one):
        early = model.pooler(first(layers[0].output)).clone().save()
        pooler = model.pooler.output.clone().save()
    g.add("call_pooler", "early = pooler called on encoder.layer.0's output; reads pooler.output, unchanged.", one,
          out={"early": early, "pooler_output": pooler}, same=[("pooler_output", pooled)], moved=[("early", pooled)])  # fmt: skip
    return g
