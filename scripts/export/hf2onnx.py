"""Export a Hugging Face model to ONNX so that nngen finds its modules again.

Attention is eager (fused attention hides its inside), scopes are kept, keys and
values are inputs and outputs, and tokenizer.json and config.json are put beside
the model.

    python hf2onnx.py openai-community/gpt2 gpt2/
    python hf2onnx.py HuggingFaceTB/SmolLM2-135M-Instruct smollm2/ --exporter optimum
    python hf2onnx.py ./my-llama out/ --no-cache --exporter dynamo
    python hf2onnx.py sentence-transformers/all-MiniLM-L6-v2 minilm/ --task encoder
    python hf2onnx.py ./folder out/ --gguf model.Q4_1.gguf

Then:  cd gpt2 && nngen spec model.onnx && nngen tree model.nnspec.yaml
"""

import argparse
import inspect
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoTokenizer, DynamicCache

import exporting


def load(args: argparse.Namespace):
    """The model in evaluation mode, float32, with eager attention."""
    extra = {"gguf_file": args.gguf} if args.gguf else {}
    task = args.task
    if task == "auto":
        names = AutoConfig.from_pretrained(args.model, **extra).architectures or [""]
        task = "causal-lm" if any(n.endswith(("CausalLM", "LMHeadModel")) for n in names) else "encoder"
    kind = AutoModelForCausalLM if task == "causal-lm" else AutoModel
    model = kind.from_pretrained(args.model, dtype=torch.float32, attn_implementation="eager", **extra)
    return task, model.eval().requires_grad_(False)


def inputs(model, task: str, cache: bool, sizes: tuple[int, int, int]) -> dict[str, torch.Tensor]:
    """Example inputs of (batch, sequence, past) sizes, by the names that optimum uses too."""
    batch, seq, past = sizes
    past = past if cache else 0
    takes = inspect.signature(type(model).forward).parameters
    gen = torch.Generator().manual_seed(0)
    given = {"input_ids": torch.randint(model.config.vocab_size, (batch, seq), generator=gen)}
    given["attention_mask"] = torch.ones(batch, past + seq, dtype=torch.int64)
    if task == "causal-lm" and "position_ids" in takes:
        given["position_ids"] = torch.arange(past, past + seq).expand(batch, seq).contiguous()
    if task == "encoder" and "token_type_ids" in takes:
        given["token_type_ids"] = torch.zeros(batch, seq, dtype=torch.int64)
    if cache:
        with torch.no_grad():
            layers = model(input_ids=given["input_ids"], past_key_values=DynamicCache(), use_cache=True).past_key_values.layers
        for i, layer in enumerate(layers):
            for name, like in (("key", layer.keys), ("value", layer.values)):
                shape = (batch, like.shape[1], past, like.shape[3])
                given[f"past_key_values.{i}.{name}"] = torch.randn(shape, generator=gen)
    return given


def axes(names) -> dict[str, dict[int, str]]:
    """Names of the dimensions that may vary."""
    out = {}
    for name in names:
        if name.startswith("past_key_values."):
            out[name] = {0: "batch", 2: "past_seq"}
        elif name.startswith("present."):
            out[name] = {0: "batch", 2: "past_seq + seq"}
        elif name == "pooler_output":
            out[name] = {0: "batch"}
        else:
            out[name] = {0: "batch", 1: "seq"}
    if any(n.startswith("past_key_values.") for n in names):
        out["attention_mask"] = {0: "batch", 1: "past_seq + seq"}
    return out


def outputs(model, task: str, given: dict) -> list[str]:
    """Names of the model's outputs, in order."""
    if task == "causal-lm":
        return ["logits"] + [n.replace("past_key_values", "present") for n in given if n.startswith("past_key_values.")]
    with torch.no_grad():
        pooled = getattr(model(**given), "pooler_output", None)
    return ["last_hidden_state"] + ([] if pooled is None else ["pooler_output"])


def compare(model, path: Path, task: str, cache: bool, names: list[str]) -> float:
    """The largest difference between torch and onnxruntime, relative to the largest value, over several sizes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    wanted = [i.name for i in session.get_inputs()]
    call = exporting.causal_lm if task == "causal-lm" else exporting.encoder
    far = 0.0
    for sizes in [(2, 5, 3), (1, 1, 4), (1, 7, 0)]:
        given = inputs(model, task, cache, sizes)
        with torch.no_grad():
            want = call(model, given)
        want = want if isinstance(want, tuple) else (want,)
        got = session.run(names, {k: v.numpy() for k, v in given.items() if k in wanted})
        far = max([far] + [float(np.abs(g - w.numpy()).max() / np.abs(g).max()) for g, w in zip(got, want[: len(names)], strict=True)])
    return far


def export(args: argparse.Namespace) -> None:
    """Exports, checks, and puts the tokenizer beside the model."""
    task, model = load(args)
    cache = task == "causal-lm" and not args.no_cache
    given = inputs(model, task, cache, (2, 5, 3))
    names = outputs(model, task, given)
    path = args.out / f"{args.name}.onnx"
    print(f"{type(model).__name__}: {sum(p.numel() for p in model.parameters()):,} parameters, exporting with {args.exporter}", flush=True)
    if args.exporter == "optimum":
        kind = {"causal-lm": "text-generation" + ("-with-past" if cache else ""), "encoder": "feature-extraction"}[task]
        exporting.optimum(model, kind, path, args.opset or 18)
        names = [n for n in names if n != "pooler_output"]
    else:
        opset = args.opset or {"torchscript": 17, "dynamo": 18}[args.exporter]
        original = model.forward
        exporting.flatten(model, list(given), exporting.causal_lm if task == "causal-lm" else exporting.encoder)
        sized = axes(list(given) + names)
        getattr(exporting, args.exporter)(
            model, given, path, {n: sized[n] for n in given}, {n: sized[n] for n in names}, opset
        )  # fmt: skip
        model.forward = original
    print(exporting.check(path))
    if not args.no_check:
        far = compare(model, path, task, cache, names)
        print(f"torch against onnxruntime: {far:.1e} of the largest value")
        if far > 1e-3:
            raise SystemExit("the exported model does not compute what the torch model computes")
    model.config.save_pretrained(args.out)
    if not args.no_tokenizer:
        tokenizer = AutoTokenizer.from_pretrained(args.model, **({"gguf_file": args.gguf} if args.gguf else {}))
        backend = tokenizer.backend_tokenizer
        backend.no_padding()  # some files pad every text to one length
        backend.no_truncation()
        backend.save(str(args.out / "tokenizer.json"))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model", help="name on the Hugging Face hub, or a local folder")
    p.add_argument("out", type=Path, help="folder to write into")
    p.add_argument("--name", default="model", help="the file is called NAME.onnx (default: model)")
    p.add_argument("--task", choices=["auto", "causal-lm", "encoder"], default="auto")
    p.add_argument("--exporter", choices=["torchscript", "dynamo", "optimum"], default="torchscript")
    p.add_argument("--opset", type=int, help="default: 17, 18 for dynamo and optimum")
    p.add_argument("--no-cache", action="store_true", help="no key-value cache: every step runs the whole sequence")
    p.add_argument("--gguf", help="file in the model folder to take the weights from")
    p.add_argument("--no-tokenizer", action="store_true", help="write no tokenizer.json")
    p.add_argument("--no-check", action="store_true", help="do not compare with torch")
    p.add_argument("--threads", type=int, default=0, help="torch threads (default: all)")
    return p


def main() -> None:
    args = parser().parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    export(args)


if __name__ == "__main__":
    main()
