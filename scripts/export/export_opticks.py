"""Export the trained character model: examples/demo/opticks/{opticks.onnx,tokenizer.json}.

    python export_opticks.py /tmp/opticks

The model has no cache; its context of 128 characters is a hard limit.
"""

import argparse
from pathlib import Path

import torch
from transformers import GPT2LMHeadModel

import exporting
import nets
import opticks_text
from export import ROOT, compare

OUT = ROOT / "examples/demo/opticks"


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", type=Path, help="folder that train_opticks.py wrote")
    p.add_argument("--out", type=Path, default=OUT)
    args = p.parse_args()
    torch.set_num_threads(1)
    model = GPT2LMHeadModel.from_pretrained(args.checkpoint, attn_implementation="eager").eval().requires_grad_(False)
    small = nets.NETS["gpt2"]
    net = nets.Net("opticks", lambda: model, 0, small.inputs, small.axes, small.outputs)
    exporting.flatten(model, list(net.example()), exporting.causal_lm)
    path = args.out / "opticks.onnx"
    exporting.torchscript(model, net.example(), path, net.axes, net.outputs)
    print(exporting.check(path))
    print(f"torch against onnxruntime: {compare(net, model, path):.1e}")
    (args.out / "tokenizer.json").write_text(opticks_text.tokenizer_json() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
