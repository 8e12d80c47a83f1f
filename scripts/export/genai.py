"""A small Llama as onnxruntime-genai's builder writes it: attention, norms and rotary embedding are fused nodes, and the mask alone says what the positions are.

What nnsight does with it is golden_genai.py's: once imported, nnsight gives every object a method `save`, which PyTorch's exporter then calls in place of its own.
"""

import contextlib
import io
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from tokenizers import Tokenizer, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

import nets

WIDTH = 32  # two heads of 16: the fused attention takes multiples of 16 alone


def build() -> LlamaForCausalLM:
    """Two layers with grouped keys and values; the same weights every time."""
    torch.manual_seed(421)
    config = LlamaConfig(
        vocab_size=nets.VOCAB, hidden_size=WIDTH, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
        max_position_embeddings=128, initializer_range=0.2, tie_word_embeddings=False, bos_token_id=0, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    config.architectures = ["LlamaForCausalLM"]
    model = LlamaForCausalLM._from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() == 1:
                p.add_(torch.randn_like(p) * 0.1)
            p.requires_grad_(False)
    return model


def export(path: Path) -> None:
    """Writes and checks the file."""
    from onnxruntime_genai.models.builder import create_model

    model = build()
    # The builder needs a tokenizer beside the weights; nothing of it is in the graph.
    words = Tokenizer(models.WordLevel({str(i): i for i in range(nets.VOCAB)}, unk_token="0"))
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        model.save_pretrained(f"{folder}/hf")
        PreTrainedTokenizerFast(tokenizer_object=words, unk_token="0", eos_token="1").save_pretrained(f"{folder}/hf")
        create_model(None, f"{folder}/hf", f"{folder}/out", "fp32", "cpu", f"{folder}/cache")
        built = onnx.load(f"{folder}/out/model.onnx")
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(built, str(path))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    far = 0.0
    for rows, tokens in [(2, 5), (1, 1), (3, 9)]:
        given = inputs(rows, tokens)
        got = session.run(["logits"], {k: v.numpy() for k, v in {**given, **_empty(rows)}.items()})[0]
        with torch.no_grad():
            far = max(far, float(np.abs(got - model(**given, use_cache=False).logits.numpy()).max()))
    print(f"{path}: {path.stat().st_size} bytes\n  torch against onnxruntime: {far:.1e}")
    if far > 2e-5:
        raise SystemExit(f"{path}: the exported model differs from the torch model")


def inputs(rows: int = 2, tokens: int = 5, seed: int = 440) -> dict[str, torch.Tensor]:
    ids = torch.randint(2, nets.VOCAB, (rows, tokens), generator=torch.Generator().manual_seed(seed))
    return {"input_ids": ids, "attention_mask": torch.ones(rows, tokens, dtype=torch.int64)}


def _empty(rows: int) -> dict[str, torch.Tensor]:
    return {f"past_key_values.{i}.{kv}": torch.zeros(rows, 1, 0, 16) for i in range(2) for kv in ("key", "value")}
