"""What the golden scripts share: a batching NNsight model, and a recorder of cases."""

import re
from pathlib import Path

import numpy as np
import torch
from nnsight import NNsight

# An intervention that moves its output by less than this proves nothing.
EFFECT = 0.02


class Rows(NNsight):
    """NNsight with several invokes: every input tensor is joined along its rows."""

    def _batch_size(self, *inputs, **kwargs):
        tensors = [v for v in (*inputs, *kwargs.values()) if isinstance(v, torch.Tensor)]
        return tensors[0].shape[0] if tensors else 0

    def _batch(self, invokes, fn):
        if not invokes:
            return (), {}
        inputs = tuple(torch.cat(parts) for parts in zip(*(i for i, _ in invokes)))
        kwargs = {}
        for name, value in invokes[0][1].items():
            parts = [k[name] for _, k in invokes]
            kwargs[name] = torch.cat(parts) if isinstance(value, torch.Tensor) else value
        return inputs, kwargs


def first(value):
    """A module's main output: the first of a tuple."""
    return value[0] if isinstance(value, tuple) else value


def put(old, new):
    """new in the place of the first tensor of old."""
    return (new, *old[1:]) if isinstance(old, tuple) else new


class Golden:
    """Collects the cases of one net, checks that they say something, writes them."""

    def __init__(self, net: str, about: str):
        self.net, self.about = net, about
        self.arrays: dict[str, np.ndarray] = {}
        self.lines: list[str] = []

    def add(self, case: str, words: str, ins=None, args=None, out=None, moved=(), same=()) -> None:
        """Records one case.

        ins is one dict of inputs, or a list of them for several invokes.
        moved holds (name, value without the intervention) pairs that must
        differ, same holds pairs that must not.
        """
        if any(key.startswith(case + "/") for key in self.arrays):
            raise ValueError(f"{self.net}: two cases named {case}")
        names = []
        groups = [("in", ins)] if isinstance(ins, dict) else [(f"in{i}", one) for i, one in enumerate(ins or [])]
        for prefix, given in groups:
            names += [self._put(f"{case}/{prefix}.{k}", v) for k, v in given.items()]
        names += [self._put(f"{case}/arg.{k}", v) for k, v in (args or {}).items()]
        names += [self._put(f"{case}/{k}", v) for k, v in out.items()]
        effects = [f"{name} moves by {self._effect(case, name, out[name], base):.2g}" for name, base in moved]
        for name, base in same:
            if not torch.equal(out[name], base):
                raise ValueError(f"{self.net}/{case}: {name} should be what it is without the intervention")
        for array in out.values():
            if not np.isfinite(np.asarray(array)).all():
                raise ValueError(f"{self.net}/{case}: not finite")
        words = re.sub(r"\s+", " ", words).strip()
        effect = f" Effect: {'; '.join(effects)}." if effects else ""
        self.lines.append(f"- **{case}**: {words}{effect} Arrays: {', '.join(names)}.")

    def _effect(self, case: str, name: str, value: torch.Tensor, base: torch.Tensor) -> float:
        far = (value - base).abs().max().item()
        if far < EFFECT:
            raise ValueError(f"{self.net}/{case}: {name} moves by {far:.3g} only")
        return far

    def _put(self, key: str, value) -> str:
        array = np.array(value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value, order="C")
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        self.arrays[key] = array
        shape = "x".join(str(n) for n in array.shape) or "scalar"
        kind = "" if array.dtype == np.float32 else f" {array.dtype}"
        return f"`{key.split('/', 1)[1]}` {shape}{kind}"

    def write(self, folder: Path) -> str:
        """Writes <net>.npz; the result is the net's section of cases.md."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.net}.npz"
        np.savez(path, **self.arrays)
        print(f"{path}: {len(self.lines)} cases, {path.stat().st_size} bytes")
        return "\n".join([f"## {self.net}", "", re.sub(r"\s+", " ", self.about).strip(), "", *self.lines, ""])
