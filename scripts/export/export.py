"""Write the fixture models: testdata/models/<net>/{torchscript,dynamo,optimum}.onnx.

    python export.py                      # all
    python export.py twolinear gpt2       # some
"""

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
import torch

import exporting
import genai
import nets
import seq2seq

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "testdata/models"


# What has an exporter of its own.
OTHERS = {"t5": lambda: seq2seq.export(MODELS), "genai": lambda: genai.export(MODELS / "genai" / "genai.onnx")}


def prepared(net: nets.Net, exporter: str) -> torch.nn.Module:
    """The model with a forward that the exporter can follow."""
    model = net.build()
    if net.name == "branchnet":
        if exporter == "torchscript":
            return torch.jit.script(model)  # a trace would follow one side only
        else:
            fork = nets.CondFork()
            fork.load_state_dict(model.fork.state_dict())
            model.fork = fork.requires_grad_(False)
    if net.name in ("gpt2", "llama"):
        exporting.flatten(model, list(net.example()), exporting.causal_lm)
    if net.name == "bert":
        exporting.flatten(model, list(net.example()), exporting.encoder)
    return model


def compare(net: nets.Net, model: torch.nn.Module, path: Path) -> float:
    """The largest difference between torch and onnxruntime, over several sizes of batch, sequence and cache."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    far = 0.0
    for sizes in [(2, 5, 3), (1, 1, 7), (3, 9, 0), (1, 4, 0), (5, 1, 1)]:
        example = net.example(*sizes)
        with exporting.traceable_masks(), torch.no_grad():
            want = model(*example.values())
        want = want if isinstance(want, tuple) else (want,)
        got = session.run(list(net.outputs), {k: v.numpy() for k, v in example.items()})
        far = max([far] + [float(np.abs(g - w.numpy()).max()) for g, w in zip(got, want, strict=True)])
    return far


def export(net: nets.Net, exporter: str) -> None:
    """Writes and checks one file."""
    path = MODELS / net.name / f"{exporter}.onnx"
    if exporter == "optimum":
        exporting.optimum(net.build(), "text-generation-with-past", path)
    else:
        getattr(exporting, exporter)(prepared(net, exporter), net.example(), path, net.axes, net.outputs)
    print(exporting.check(path))
    far = compare(net, prepared(net, exporter), path)
    print(f"  torch against onnxruntime: {far:.1e}")
    if far > 2e-5:
        raise SystemExit(f"{path}: the exported model differs from the torch model")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("nets", nargs="*", default=[*nets.NETS, "t5", "genai"], help="nets to export (default: all)")
    p.add_argument("--exporter", choices=["torchscript", "dynamo", "optimum"], action="append", help="repeatable (default: those that the net has fixtures of)")
    args = p.parse_args()
    torch.set_num_threads(1)
    for name in args.nets:
        if name in OTHERS:
            OTHERS[name]()
            continue
        for exporter in args.exporter or nets.NETS[name].exporters:
            export(nets.NETS[name], exporter)


if __name__ == "__main__":
    main()
