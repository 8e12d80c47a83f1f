"""Export of a torch model so that its modules can be found again in the ONNX file.

Shared by export.py (the fixtures) and hf2onnx.py (any Hugging Face model).
"""

import contextlib
import inspect
import re
import shutil
import tempfile
import types
import warnings
from pathlib import Path

import onnx
import torch
from transformers import DynamicCache, masking_utils
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS


def broadcast_mask(
    batch_size, cache_position, kv_length, kv_offset=0, mask_function=None, attention_mask=None,
    dtype=torch.float32, **_,
):  # fmt: skip
    """The additive mask of eager attention by broadcasting: tracing cannot follow transformers' own, which uses vmap."""
    device = cache_position.device
    rows = torch.arange(batch_size, device=device)[:, None, None, None]
    heads = torch.zeros(1, 1, 1, 1, dtype=torch.int64, device=device)
    keys = (torch.arange(kv_length, device=device) + kv_offset)[None, None, None, :]
    allowed = mask_function(rows, heads, cache_position[None, None, :, None], keys)
    if attention_mask is not None:
        allowed = allowed & attention_mask.to(torch.bool)[:, None, None, :]
    zero = torch.zeros((), dtype=dtype, device=device)
    lowest = torch.full((), torch.finfo(dtype).min, dtype=dtype, device=device)
    mask = torch.where(allowed, zero, lowest)
    return mask.expand(batch_size, 1, cache_position.shape[0], kv_length)


@contextlib.contextmanager
def traceable_masks():
    """Puts broadcast_mask in place of transformers' eager mask for a while.

    The search for several sequences packed into one row is left out too: it has no ONNX operator.
    """
    old, packed = ALL_MASK_ATTENTION_FUNCTIONS["eager"], masking_utils.find_packed_sequence_indices
    ALL_MASK_ATTENTION_FUNCTIONS.register("eager", broadcast_mask)
    masking_utils.find_packed_sequence_indices = lambda position_ids: None
    try:
        yield
    finally:
        ALL_MASK_ATTENTION_FUNCTIONS.register("eager", old)
        masking_utils.find_packed_sequence_indices = packed


def flatten(model: torch.nn.Module, names: list[str], call) -> None:
    """Gives the model a forward with these plain tensor arguments.

    A wrapper module would put its own name before every scope; another forward
    on the model itself keeps the scopes as they are.
    """

    def forward(self, *args):
        return call(original, dict(zip(names, args)))

    original = model.forward
    flat = types.MethodType(forward, model)
    params = [inspect.Parameter(n.replace(".", "_"), inspect.Parameter.POSITIONAL_ONLY) for n in names]
    flat.__func__.__signature__ = inspect.Signature([inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)] + params)
    model.forward = flat


def causal_lm(original, given: dict[str, torch.Tensor]):
    """Calls a causal language model: logits, then the present keys and values if past ones were given."""
    past = [v for n, v in given.items() if n.startswith("past_key_values.")]
    rest = {n: v for n, v in given.items() if not n.startswith("past_key_values.")}
    if not past:
        return original(**rest, use_cache=False).logits
    cache = DynamicCache(tuple(zip(past[0::2], past[1::2])))
    out = original(**rest, past_key_values=cache, use_cache=True)
    present = [t for layer in out.past_key_values.layers for t in (layer.keys, layer.values)]
    return (out.logits, *present)


def encoder(original, given: dict[str, torch.Tensor]):
    """Calls an encoder: last hidden state, then the pooled output if the model has one."""
    out = original(**given)
    pooled = getattr(out, "pooler_output", None)
    return out.last_hidden_state if pooled is None else (out.last_hidden_state, pooled)


def torchscript(model, example: dict, path: Path, axes: dict, outputs: dict, opset: int = 17, fold: bool = False) -> None:
    """Exports with the TorchScript exporter, which writes a node's module path into its name.

    Without constant folding every weight keeps its name; folding would replace
    a transposed weight by a nameless copy. Batch norms stay (PRESERVE).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), traceable_masks(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, tuple(example.values()), str(path), dynamo=False, opset_version=opset,
            input_names=list(example), output_names=list(outputs), dynamic_axes={**axes, **outputs},
            do_constant_folding=fold, training=torch.onnx.TrainingMode.PRESERVE,
        )  # fmt: skip


def dynamo(model, example: dict, path: Path, axes: dict, outputs: dict, opset: int = 18) -> None:
    """Exports with the dynamo exporter, which writes a node's module path into its metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), traceable_masks(), torch.no_grad():
        warnings.simplefilter("ignore")
        # Sums of symbols cannot be asked for: the exporter finds them itself.
        dims = {n: {a: torch.export.Dim.DYNAMIC if " " in s else s for a, s in ax.items()} for n, ax in axes.items()}
        shapes = tuple(dims.get(n, {}) for n in example)
        program = torch.onnx.export(
            model, tuple(example.values()), dynamo=True, opset_version=opset, dynamic_shapes=shapes,
            input_names=list(example), output_names=list(outputs), verbose=False,
        )  # fmt: skip
        program.save(str(path), external_data=False)
    _shorten_stack_traces(path)


def _shorten_stack_traces(path: Path) -> None:
    """Leaves only what stays the same in the stack traces.

    Of paths that is what follows site-packages or this folder: the rest names a
    machine. Lines of this folder move with every net that is added, and generated
    code is numbered by what was exported before.
    """
    model = onnx.load(str(path))
    graphs = [model.graph, *model.functions]
    while graphs:
        for node in graphs.pop().node:
            graphs += [a.g for a in node.attribute if a.type == onnx.AttributeProto.GRAPH]
            for prop in node.metadata_props:
                if prop.key.endswith("stack_trace"):
                    prop.value = re.sub(r'File "[^"]*?/(?:site-packages/|scripts/export/|([^/"]+"))', r'File "\1', prop.value)
                    prop.value = re.sub(r'File "(nets\.py|exporting\.py)", line \d+', r'File "\1"', prop.value)
                    prop.value = re.sub(r'File "<eval_with_key>\.\d+"', 'File "<eval_with_key>"', prop.value)
    onnx.save(model, str(path))


def optimum(model, task: str, path: Path, opset: int = 18) -> None:
    """Exports as `optimum-cli export onnx` does: TorchScript names, constants folded, with optimum's names of the axes."""
    from optimum.exporters.onnx import onnx_export_from_model

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        onnx_export_from_model(model, folder, task=task, opset=opset, do_validation=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(folder) / "model.onnx", path)
        data = Path(folder) / "model.onnx_data"
        if data.exists():
            shutil.move(data, path.parent / data.name)


def check(path: Path) -> str:
    """One line about an exported file; fails if it is not valid ONNX."""
    model = onnx.load(str(path))
    onnx.checker.check_model(model)
    ops = sorted({f"{o.domain or 'ai.onnx'} {o.version}" for o in model.opset_import})
    return f"{path}: IR {model.ir_version}, {', '.join(ops)}, {len(model.graph.node)} nodes, {path.stat().st_size} bytes"
