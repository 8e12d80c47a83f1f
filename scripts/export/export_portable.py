"""Export the small GPT-NeoX of the example of one intervention for several families, and write the example's goldens:
examples/portable/neox/neox.onnx and examples/portable/testdata/portable.npz.

    python export_portable.py
"""

import torch
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

import exporting
import nets
from export import ROOT, compare
from recording import Golden, Rows, first, put

OUT = ROOT / "examples/portable"


def neox() -> torch.nn.Module:
    """A GPT-NeoX of two layers without cache."""
    config = GPTNeoXConfig(
        vocab_size=nets.VOCAB, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96, max_position_embeddings=64,
        initializer_range=0.15, attention_dropout=0.0, hidden_dropout=0.0, bos_token_id=0, eos_token_id=None, use_cache=False,
    )  # fmt: skip
    return GPTNeoXForCausalLM._from_config(config, attn_implementation="eager")


SMALL = nets.NETS["gpt2"]
NEOX = nets.Net("neox", neox, 108, SMALL.inputs, SMALL.axes, SMALL.outputs)

# What each family calls its parts: layers, attention of a layer, final norm, head.
FAMILIES = {
    "gpt2": (nets.NETS["gpt2"], lambda m: m.transformer.h, "attn", lambda m: (m.transformer.ln_f, m.lm_head)),
    "llama": (nets.NETS["llama"], lambda m: m.model.layers, "self_attn", lambda m: (m.model.norm, m.lm_head)),
    "neox": (NEOX, lambda m: m.gpt_neox.layers, "attention", lambda m: (m.gpt_neox.final_layer_norm, m.embed_out)),
    "bert": (nets.NETS["bert"], lambda m: m.encoder.layer, "attention", None),
}


def goldens() -> Golden:
    g = Golden("portable", "one intervention for several families")
    v = torch.randn(48, generator=torch.Generator().manual_seed(5))
    for name, (net, layers, attention, head) in FAMILIES.items():
        module = net.build()
        model = Rows(module)
        ids = torch.randint(1, nets.VOCAB, (2, 6), generator=torch.Generator().manual_seed(7))
        given = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        if name != "bert":
            given["use_cache"] = False
        with model.trace(**given):
            plain = first(layers(model)[1].output).clone().save()
        with model.trace(**given):
            layer = layers(model)[0]
            layer.output = put(layer.output, first(layer.output) + 2 * v)
            last = first(layers(model)[1].output).clone().save()
        ins = {"input_ids": ids}
        g.add(f"{name}_steer", "layers.0.output += 2 v; the output of layers.1 as `last`.", ins, args={"v": v}, out={"last": last}, moved=[("last", plain)])
        with model.trace(**given):
            attn = getattr(layers(model)[0], attention)
            attn.output = put(attn.output, first(attn.output) * 0)
            last = first(layers(model)[1].output).clone().save()
        g.add(f"{name}_ablate", "the output of the attention of layers.0 is 0; the output of layers.1 as `last`.", ins, out={"last": last}, moved=[("last", plain)])
        if head is None:
            continue
        with model.trace(**given):
            early = first(layers(model)[0].output).clone().save()
        norm, unembed = head(module)
        with torch.no_grad():
            logits = unembed(norm(early))
        g.add(f"{name}_lens", "the head on the final norm of layers.0's output.", ins, out={"logits": logits})
    return g


def main() -> None:
    torch.set_num_threads(1)
    model = NEOX.build()
    exporting.flatten(model, list(NEOX.example()), exporting.causal_lm)
    path = OUT / "neox" / "neox.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    exporting.torchscript(model, NEOX.example(), path, NEOX.axes, NEOX.outputs)
    print(exporting.check(path))
    print(f"torch against onnxruntime: {compare(NEOX, model, path):.1e}")
    goldens().write(OUT / "testdata")


if __name__ == "__main__":
    main()
