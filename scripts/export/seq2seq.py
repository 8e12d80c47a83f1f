"""A small T5: in one file, and as optimum exports it, an encoder, a decoder for the prompt, and a decoder for what follows."""

import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from transformers import EncoderDecoderCache, DynamicCache, T5Config, T5ForConditionalGeneration

import exporting

VOCAB = 64
WIDTH = 24
HEADS, SIZE = 3, 8

# Each net and the file that optimum gives it.
FILES = {"t5encoder": "encoder_model.onnx", "t5decoder": "decoder_model.onnx", "t5past": "decoder_with_past_model.onnx"}


def build() -> T5ForConditionalGeneration:
    """Two layers each; the same weights every time."""
    torch.manual_seed(311)
    config = T5Config(
        vocab_size=VOCAB, d_model=WIDTH, d_kv=SIZE, d_ff=48, num_layers=2, num_decoder_layers=2, num_heads=HEADS, dropout_rate=0.0,
        relative_attention_num_buckets=8, decoder_start_token_id=0, pad_token_id=0, eos_token_id=None, tie_word_embeddings=False,
        initializer_factor=1.3,
    )  # fmt: skip
    model = T5ForConditionalGeneration(config).eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() == 1:
                p.add_(torch.randn_like(p) * 0.1)
            elif name == "lm_head.weight":
                p.normal_(0, 0.35)
            p.requires_grad_(False)
    return model


def prompt(rows: int, length: int, seed: int, right_padding: tuple[int, ...] = ()) -> dict[str, torch.Tensor]:
    """What the encoder is given."""
    ids = torch.randint(1, VOCAB, (rows, length), generator=torch.Generator().manual_seed(seed))
    mask = torch.ones(rows, length, dtype=torch.int64)
    for row, n in enumerate(right_padding):
        mask[row, length - n :] = 0
        ids[row, length - n :] = 0
    return {"input_ids": ids, "attention_mask": mask}


def encoder_inputs(batch: int = 2, seq: int = 5) -> dict[str, torch.Tensor]:
    return prompt(batch, seq, 30, right_padding=(0, 2)[:batch])


def decoder_inputs(batch: int = 2, seq: int = 5, tokens: int = 3) -> dict[str, torch.Tensor]:
    return {
        "encoder_attention_mask": encoder_inputs(batch, seq)["attention_mask"],
        "input_ids": torch.randint(VOCAB, (batch, tokens), generator=torch.Generator().manual_seed(31)),
        "encoder_hidden_states": torch.randn(batch, seq, WIDTH, generator=torch.Generator().manual_seed(32)),
    }


def past_inputs(batch: int = 2, seq: int = 5, tokens: int = 3) -> dict[str, torch.Tensor]:
    given = decoder_inputs(batch, seq, 1)
    cache = {}
    for i in range(2):
        for side, length in (("decoder", tokens), ("encoder", seq)):
            for kv in ("key", "value"):
                shape = (batch, HEADS, length, SIZE)
                cache[f"past_key_values.{i}.{side}.{kv}"] = torch.randn(shape, generator=torch.Generator().manual_seed(40 + len(cache)))
    return {"encoder_attention_mask": given["encoder_attention_mask"], "input_ids": given["input_ids"], **cache}


def run(model, net: str, given: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What PyTorch gives for the outputs of a net's file."""
    with torch.no_grad():
        if net == "t5encoder":
            return {"last_hidden_state": model.encoder(**given).last_hidden_state}
        if net == "t5":
            return {"logits": model(**given, use_cache=False).logits}
        mask, ids = given["encoder_attention_mask"], given["input_ids"]
        if net == "t5decoder":
            states, cache = given["encoder_hidden_states"], EncoderDecoderCache(DynamicCache(), DynamicCache())
        else:
            states = torch.zeros(*mask.shape, WIDTH)  # its keys and values are in the cache
            cache = _cache(given)
        out = model(encoder_outputs=(states,), attention_mask=mask, decoder_input_ids=ids, past_key_values=cache, use_cache=True)
    result = {"logits": out.logits}
    sides = {"decoder": out.past_key_values.self_attention_cache}
    if net == "t5decoder":
        sides["encoder"] = out.past_key_values.cross_attention_cache
    for i in range(2):
        for side, layers in sides.items():
            result[f"present.{i}.{side}.key"], result[f"present.{i}.{side}.value"] = layers.layers[i].keys, layers.layers[i].values
    return result


def _cache(given):
    both = []
    for side in ("decoder", "encoder"):
        layers = [tuple(given[f"past_key_values.{i}.{side}.{kv}"].clone() for kv in ("key", "value")) for i in range(2)]
        both.append(DynamicCache(tuple(layers)))
    return EncoderDecoderCache(*both)


def whole_inputs(batch: int = 2, seq: int = 5, tokens: int = 3) -> dict[str, torch.Tensor]:
    return {**encoder_inputs(batch, seq), "decoder_input_ids": decoder_inputs(batch, seq, tokens)["input_ids"]}


INPUTS = {"t5encoder": encoder_inputs, "t5decoder": decoder_inputs, "t5past": past_inputs, "t5": whole_inputs}


def export(models: Path) -> None:
    """Writes and checks the three files."""
    from optimum.exporters.onnx import onnx_export_from_model

    _export_whole(models)
    model = build()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        onnx_export_from_model(build(), folder, task="text2text-generation-with-past", opset=18, do_validation=False)
        for net, name in FILES.items():
            path = models / net / "optimum.onnx"
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(Path(folder) / name, path)
            print(exporting.check(path))
            far = _compare(model, net, path)
            print(f"  torch against onnxruntime: {far:.1e}")
            if far > 2e-5:
                raise SystemExit(f"{path}: the exported model differs from the torch model")


def _export_whole(models: Path) -> None:
    """Encoder and decoder in one file, without cache."""
    model, path, given = build(), models / "t5" / "torchscript.onnx", whole_inputs()
    exporting.flatten(model, list(given), lambda original, values: original(**values, use_cache=False).logits)
    text = {0: "batch", 1: "seq"}
    axes = {"input_ids": text, "attention_mask": text, "decoder_input_ids": {0: "batch", 1: "tokens"}}
    exporting.torchscript(model, given, path, axes, {"logits": {0: "batch", 1: "tokens"}})
    print(exporting.check(path))
    far = _compare(build(), "t5", path)
    print(f"  torch against onnxruntime: {far:.1e}")
    if far > 2e-5:
        raise SystemExit(f"{path}: the exported model differs from the torch model")


def _compare(model, net: str, path: Path) -> float:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    far = 0.0
    for sizes in [(2, 5), (1, 1), (3, 9)]:
        given = INPUTS[net](*sizes)
        want = run(model, net, given)
        got = session.run(list(want), {k: v.numpy() for k, v in given.items()})
        far = max([far] + [float(np.abs(g - w.numpy()).max()) for g, w in zip(got, want.values(), strict=True)])
    return far
