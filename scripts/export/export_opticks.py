"""Export the trained character model: examples/demo/opticks/{opticks.onnx,tokenizer.json}.

Also writes testdata/goldens/opticks.json: what transformers generates greedily
with the same weights, character for character.

    python export_opticks.py /tmp/opticks

The model has no cache; its context of 128 characters is a hard limit.
"""

import argparse
import json
from pathlib import Path

import torch
from transformers import GPT2LMHeadModel

import exporting
import nets
import opticks_text
from export import ROOT, compare

OUT = ROOT / "examples/demo/opticks"


def reference(model: GPT2LMHeadModel) -> list[dict]:
    """Greedy continuations whose every choice is clear, with the least lead of the best logit over the second."""
    out = []
    for prompt in ("And therefore the ", "In this Experiment the ", "I observed that the ", "of the Sun's Li"):
        ids = torch.tensor([opticks_text.encode(prompt)])
        done = model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=80, do_sample=False, use_cache=False,
            return_dict_in_generate=True, output_logits=True,
        )  # fmt: skip
        new = done.sequences[0, ids.shape[1] :].tolist()
        best = torch.cat(done.logits).topk(2, -1).values
        lead = (best[:, 0] - best[:, 1]).min().item()
        out.append({"prompt": prompt, "prompt_ids": ids[0].tolist(), "ids": new, "text": opticks_text.decode(new), "lead": round(lead, 4)})
        print(f"  {prompt!r} -> {out[-1]['text']!r} (lead {lead:.3f})")
    return out


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", type=Path, help="folder that train_opticks.py wrote")
    p.add_argument("--out", type=Path, default=OUT)
    args = p.parse_args()
    torch.set_num_threads(1)
    model = GPT2LMHeadModel.from_pretrained(args.checkpoint, attn_implementation="eager").eval().requires_grad_(False)
    small = nets.NETS["gpt2"]
    net = nets.Net("opticks", lambda: model, 0, small.inputs, small.axes, small.outputs)
    original = model.forward
    exporting.flatten(model, list(net.example()), exporting.causal_lm)
    path = args.out / "opticks.onnx"
    exporting.torchscript(model, net.example(), path, net.axes, net.outputs)
    print(exporting.check(path))
    print(f"torch against onnxruntime: {compare(net, model, path):.1e}")
    model.forward = original
    greedy = reference(model)
    golden = ROOT / "testdata/goldens/opticks.json"
    golden.write_text(json.dumps({"greedy": greedy}, indent=1) + "\n", encoding="utf-8")
    (args.out / "tokenizer.json").write_text(opticks_text.tokenizer_json() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
