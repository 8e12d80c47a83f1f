"""The models of the gallery under nnsight, their inputs, and what they give without interventions."""

import functools
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

import nets
import opticks_text
import train_opticks
from recording import Rows

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def load(name: str) -> Rows:
    """opticks (its weights are read out of the committed ONNX file), or a fixture of nets.py."""
    if name != "opticks":
        return Rows(nets.NETS[name].build())
    file = onnx.load(str(ROOT / "examples/demo/opticks/opticks.onnx"))
    weights = {i.name: torch.tensor(numpy_helper.to_array(i)) for i in file.graph.initializer}
    model = train_opticks.new_model()
    model.set_attn_implementation("eager")
    missing = model.load_state_dict(weights, strict=False)
    assert missing.missing_keys == ["lm_head.weight"] and not missing.unexpected_keys, missing  # tied
    return Rows(model.eval().requires_grad_(False))


def text(*rows: str, copies: int = 1) -> dict[str, torch.Tensor]:
    """Inputs of opticks: rows of one length, each so many times."""
    ids = torch.tensor([opticks_text.encode(row) for row in rows])
    return {"input_ids": ids.repeat_interleave(copies, 0)}


def token(char: str) -> torch.Tensor:
    """A character's id, as an argument."""
    return torch.tensor(opticks_text.encode(char)[0])


def words(rows: int, length: int, seed: int) -> dict[str, torch.Tensor]:
    """Inputs of llama: random tokens."""
    ids = torch.randint(1, nets.VOCAB, (rows, length), generator=torch.Generator().manual_seed(seed))
    mask = torch.ones_like(ids)
    return {"input_ids": ids, "attention_mask": mask, "position_ids": mask.cumsum(1) - 1}


def sentence(rows: int, length: int, seed: int) -> dict[str, torch.Tensor]:
    """Inputs of bert: random tokens in two segments."""
    ids = torch.randint(1, nets.VOCAB, (rows, length), generator=torch.Generator().manual_seed(seed))
    kinds = (torch.arange(length) >= length // 2).long().expand(rows, length).contiguous()
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": kinds}


def values(*shape: int, seed: int) -> torch.Tensor:
    """Normal random numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def raw_next(module, ins, _) -> torch.Tensor:
    """The next token's logits."""
    return module(**ins).logits[:, -1]


def raw_chance(module, ins, args) -> torch.Tensor:
    """The chance of args' token."""
    return module(**ins).logits[:, -1].softmax(-1)[:, args["token"]]


def raw_pooled(module, ins, _) -> torch.Tensor:
    """BERT's pooled vector."""
    return module(**ins).pooler_output


def residuals(ins) -> list[torch.Tensor]:
    """What each block of opticks gives, from raw hooks: used to fit probes and lenses."""
    out = []
    hooks = [b.register_forward_hook(lambda _m, _i, o: out.append(o[0] if isinstance(o, tuple) else o)) for b in load("opticks")._module.transformer.h]
    with torch.no_grad():
        load("opticks")._module(**ins)
    for h in hooks:
        h.remove()
    return out


# Windows of Newton's Opticks, each 64 characters.
PROSE = [
    "My Design in this Book is not to explain the Properties of Light",
    " by Hypotheses, but to propose and prove them by Reason and Expe",
    "riments: In order to which I shall premise the following Definit",
    "By the Rays of Light I understand its least Parts, and those as ",
    "well Successive in the same Lines, as Contemporary in several Li",
    "Refrangibility of the Rays of Light, is their Disposition to be ",
    "refracted or turned out of their Way in passing out of one trans",
    "parent Body or Medium into another. And a greater or less Refran",
    "The Light whose Rays are all alike Refrangible, I call Simple, H",
    "omogeneal and Similar; and that whose Rays are some more Refrang",
    "The Colours of Homogeneal Lights, I call Primary, Homogeneal and",
    " Simple; and those of Heterogeneal Lights, Heterogeneal and Comp",
    "I took a black oblong stiff Paper terminated by Parallel Sides, ",
    "and with a Perpendicular right Line drawn cross from one Side to",
    "In a very dark Chamber, at a round Hole, about one third Part of",
    " an Inch broad, made in the Shut of a Window, I placed a Glass P",
]
