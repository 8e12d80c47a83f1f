"""Goldens of examples/gallery: published interventions, each one function under nnsight.

A function that is marked with @entry takes the nnsight model, the inputs of its
invokes and its arguments, and returns its results by name. docs/gallery.md counts
its lines, so it holds the intervention and nothing else. The values of `moves`
are what the model gives without it: they are kept as `plain.<name>`.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np
import torch
from safetensors.torch import save_file

import gallery_models
from recording import Golden

ATTACHED = Path(__file__).resolve().parents[2] / "examples/gallery/attachments"


@dataclass
class Entry:
    """One intervention: on which model, with which inputs and arguments."""

    name: str
    model: str
    ins: Callable
    args: Callable
    moves: dict
    attached: dict
    run: Callable


ENTRIES: dict[str, Entry] = {}


def entry(model: str, ins, args=dict, moves=None, attached=None):
    """Registers a function. ins and args are made when the goldens are; moves has, for each
    result that the intervention changes, a function of (model, inputs of the last invoke, args) that gives it without;
    attached makes modules and vectors that are given to it by name and lie in a file of that name."""

    def register(run):
        ENTRIES[run.__name__] = Entry(run.__name__, model, ins, args, moves or {}, attached or {}, run)
        return run

    return register


def gallery() -> Golden:
    """Runs all entries."""
    import gallery_ablation  # noqa: F401  each registers its entries
    import gallery_adaptive  # noqa: F401
    import gallery_attention  # noqa: F401
    import gallery_embeddings  # noqa: F401
    import gallery_lens  # noqa: F401
    import gallery_patching  # noqa: F401
    import gallery_probes  # noqa: F401
    import gallery_reading  # noqa: F401
    import gallery_steering  # noqa: F401
    import gallery_vision  # noqa: F401

    g = Golden("gallery", """Published interventions of examples/gallery, see docs/gallery.md. Models: opticks (examples/demo/opticks),
        and the nets llama, bert and cnn of this page. `plain.<name>` is what <name> is without the intervention.""")
    for e in ENTRIES.values():
        record(g, e)
    gallery_adaptive.sweeps(g, gallery_models.load("opticks"))
    return g


def record(g: Golden, e: Entry) -> None:
    """Runs one entry and keeps what it gives."""
    model = gallery_models.load(e.model)
    ins, args = e.ins(), e.args()
    several = ins if isinstance(ins, list) else [ins]
    with torch.no_grad():
        files = {name: attach(name, make) for name, make in e.attached.items()}
        given = {k: v.item() if v.dim() == 0 and not v.is_floating_point() else v for k, v in args.items()}
        out = {k: torch.as_tensor(v).detach().clone() for k, v in e.run(model, *several, **files, **given).items()}
        plain = {k: f(model._module, several[-1], args) for k, f in e.moves.items()}
    moved = [(k, v) for k, v in plain.items()]
    out |= {f"plain.{k}": v for k, v in plain.items()}
    g.add(e.name, f"`{e.name}` of {e.run.__module__}.py, on {e.model}.", ins, args, out, moved)


@functools.cache
def attach(name: str, make: Callable) -> torch.nn.Module | torch.Tensor:
    """Makes a module or a vector, and writes its arrays to a file."""
    made = make()
    ATTACHED.mkdir(parents=True, exist_ok=True)
    if isinstance(made, torch.Tensor):
        np.save(ATTACHED / f"{name}.npy", made.numpy())
    else:
        save_file({k: v.contiguous() for k, v in made.state_dict().items()}, ATTACHED / f"{name}.safetensors")
    return made
