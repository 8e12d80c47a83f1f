"""The small fixture networks: random weights from fixed seeds, and the inputs that their goldens use.

Every weight has a scale at which an intervention moves the output by far more
than rounding, and no bias or norm weight is left at 0 or 1.
"""

from dataclasses import dataclass, field
from typing import Callable

import torch
from torch import nn
from transformers import BertConfig, BertModel, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

VOCAB = 96


class TwoLinear(nn.Module):
    """x [batch, 4] -> fc1 -> relu -> fc2 -> [batch, 3]."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 8)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(8, 3)

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x)))


class Residual(nn.Module):
    """One block: x + tanh(fc(x))."""

    def __init__(self, width: int):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.act = nn.Tanh()

    def forward(self, x):
        return x + self.act(self.fc(x))


class LoopNet(nn.Module):
    """Calls one block five times, then a head."""

    def __init__(self):
        super().__init__()
        self.block = Residual(6)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        for _ in range(5):
            x = self.block(x)
        return self.head(x)


class LoopLM(nn.Module):
    """A language model that calls one block three times: embed -> 3 x block -> head."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, 12)
        self.block = Residual(12)
        self.head = nn.Linear(12, VOCAB)

    def forward(self, input_ids):
        x = self.embed(input_ids)
        for _ in range(3):
            x = self.block(x)
        return self.head(x)

    def generate(self, input_ids, max_new_tokens: int):
        """The prompt and as many of the likeliest tokens."""
        for _ in range(max_new_tokens):
            input_ids = torch.cat([input_ids, self(input_ids)[:, -1:].argmax(-1)], 1)
        return input_ids


class Fork(nn.Module):
    """left(x) where the rows sum to a positive number, else right(x)."""

    def __init__(self):
        super().__init__()
        self.left = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 6))
        self.right = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 6))

    def forward(self, x):
        if bool(x.sum() > 0):
            return self.left(x)
        return self.right(x)


class CondFork(Fork):
    """The same with torch.cond, which the dynamo exporter turns into an If."""

    def forward(self, x):
        return torch.cond(x.sum() > 0, self.left, self.right, (x,))


class BranchNet(nn.Module):
    """stem -> fork (a branch) -> head."""

    def __init__(self, fork: nn.Module | None = None):
        super().__init__()
        self.stem = nn.Linear(4, 6)
        self.fork = fork or Fork()
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        return self.head(self.fork(self.stem(x)))


class Pair(nn.Module):
    """What it is given, and half of it, one after the other along the rows: [seq, 2*batch, 6]."""

    def forward(self, x):
        return torch.cat([x, 0.5 * x], 1)


class TimeMajor(nn.Module):
    """Sequences stand first: x [seq, batch, 6] -> block -> mean so far -> two ways side by side -> guided -> [seq, batch, 3]."""

    def __init__(self):
        super().__init__()
        self.block = Residual(6)
        self.pair = Pair()
        self.both = nn.Linear(6, 6)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        h = self.block(x)
        h = h + 0.2 * h.cumsum(0)
        both = self.both(self.pair(h))
        n = x.shape[1]
        return self.head(both[:, :n] + 3 * (both[:, n:] - both[:, :n]))


class Guide(nn.Module):
    """All rows, and half of each once more behind them: [2*batch, 6], as in classifier-free guidance."""

    def forward(self, x):
        return torch.cat([x, 0.5 * x])


class Twice(nn.Module):
    """Each row twice, one beside the other: [2*batch, 6]."""

    def forward(self, x):
        return x.repeat_interleave(2, 0) * torch.tensor([1.0, 0.5]).repeat(x.shape[0])[:, None]


class Nest(nn.Module):
    """((half, tokens), {"mean": …, "pair": {"both": …, "steps": …}}): a tree of outputs whose rows lie in four ways."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, h):
        a = torch.tanh(self.fc(h))
        mean = a.mean(1)
        steps = (a * 0.7).transpose(0, 1).reshape(-1, 6)
        return (0.5 * a, (a + 0.3).reshape(-1, 6)), {"mean": mean, "pair": {"both": torch.cat([mean, -mean]), "steps": steps}}


class Folded(nn.Module):
    """x [batch, seq, 6], with the rows of the batch folded into other axes on the way.

    tokens [batch*seq, 6] (a row's entries together), steps [seq*batch, 6] (rows fastest), guide [2*batch, 6] (all rows, then all again), twice
    [2*batch, 6] (each row twice), nest: a tree of outputs. The results are out [batch, 3] and flat [seq*batch, 3].
    """

    def __init__(self):
        super().__init__()
        self.tokens = Residual(6)
        self.steps = Residual(6)
        self.nest = Nest()
        self.guide = Guide()
        self.both = nn.Linear(6, 6)
        self.twice = Twice()
        self.each = nn.Linear(6, 6)
        self.flat = nn.Linear(6, 3)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        n, length, _ = x.shape
        h = self.tokens(x.reshape(-1, 6)).reshape(n, length, 6)
        h = h + 0.2 * h.cumsum(1)
        y = self.steps(h.transpose(0, 1).reshape(-1, 6))
        h = y.reshape(length, n, 6).transpose(0, 1)
        (half, tokens), more = self.nest(h)
        h = half + tokens.reshape(n, length, 6)
        u, c = self.both(self.guide(h.mean(1) + more["mean"])).reshape(2, n, 6).unbind(0)
        q = more["pair"]["both"].reshape(2, n, 6)
        p = u + 3 * (c - u) + 0.3 * q[0] + q[1]
        e = torch.tanh(self.each(self.twice(p))).reshape(n, 2, 6)
        return self.head(e[:, 0] - 0.5 * e[:, 1]), self.flat(y + more["pair"]["steps"])


class CNN(nn.Module):
    """Two times convolution, batch norm and relu; a pool; a linear layer."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.bn2 = nn.BatchNorm2d(12)
        self.relu2 = nn.ReLU()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.relu2(self.bn2(self.conv2(x)))
        return self.fc(self.pool(x).flatten(1))


def gpt2() -> nn.Module:
    """A GPT-2 of two layers without cache."""
    config = GPT2Config(
        vocab_size=VOCAB, n_positions=64, n_embd=48, n_layer=2, n_head=4, initializer_range=0.2,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=0, eos_token_id=None, use_cache=False,
    )  # fmt: skip
    return GPT2LMHeadModel._from_config(config, attn_implementation="eager")


def llama() -> nn.Module:
    """A Llama of two layers with grouped keys and values and a cache."""
    config = LlamaConfig(
        vocab_size=VOCAB, hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, initializer_range=0.15, tie_word_embeddings=False,
        bos_token_id=0, eos_token_id=None, pad_token_id=None, use_cache=True,
    )  # fmt: skip
    return LlamaForCausalLM._from_config(config, attn_implementation="eager")


def bert() -> nn.Module:
    """A BERT encoder of two layers with pooler."""
    config = BertConfig(
        vocab_size=VOCAB, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96,
        max_position_embeddings=64, type_vocab_size=2, initializer_range=0.12,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return BertModel._from_config(config, attn_implementation="eager")


def _stir(model: nn.Module) -> None:
    """Moves biases, norms and running statistics off 0 and 1."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() == 1:
                p.add_(torch.randn_like(p) * 0.1)
            elif p.dim() == 4 or name == "fc.weight":
                p.mul_(2.5)  # the CNN: its pool averages effects away
            elif name.endswith("wpe.weight"):
                p.mul_(2)  # GPT-2: tied embeddings alone would repeat one token
        for name, b in model.named_buffers():
            if name.endswith("running_mean"):
                b.normal_(0, 0.3)
            elif name.endswith("running_var"):
                b.uniform_(0.5, 1.5)


def _ids(rows: int, length: int, seed: int) -> torch.Tensor:
    return torch.randint(VOCAB, (rows, length), generator=torch.Generator().manual_seed(seed))


def _floats(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@dataclass
class Net:
    """A fixture: how to build it, and its example inputs."""

    name: str
    make: Callable[[], nn.Module]
    seed: int
    inputs: Callable[[int, int, int], dict[str, torch.Tensor]]  # of batch, sequence length, length of the cache
    axes: dict[str, dict[int, str]] = field(default_factory=dict)
    outputs: dict[str, dict[int, str]] = field(default_factory=dict)
    exporters: tuple[str, ...] = ("torchscript", "dynamo")  # whose files are fixtures

    def example(self, batch: int = 2, seq: int = 5, past: int = 3) -> dict[str, torch.Tensor]:
        """Inputs of these sizes; nets without such dimensions ignore them."""
        return self.inputs(batch, seq, past)

    def build(self) -> nn.Module:
        """The model in evaluation mode, always with the same weights."""
        torch.manual_seed(self.seed)
        model = self.make().eval()
        _stir(model)
        for p in model.parameters():
            p.requires_grad_(False)
        return model


_ROWS = {0: "batch"}
_TOKENS = {0: "batch", 1: "seq"}


def _kv(prefix: str, suffix: str) -> dict[str, dict[int, str]]:
    length = "past_seq" if suffix == "past" else "past_seq + seq"
    return {f"{prefix}.{i}.{kv}": {0: "batch", 2: length} for i in range(2) for kv in ("key", "value")}


def _llama_inputs(batch: int, seq: int, past: int) -> dict[str, torch.Tensor]:
    cache = {name: _floats(batch, 2, past, 12, seed=20 + i) for i, name in enumerate(_kv("past_key_values", "past"))}
    return {
        "input_ids": _ids(batch, seq, 10),
        "attention_mask": torch.ones(batch, past + seq, dtype=torch.int64),
        "position_ids": torch.arange(past, past + seq).expand(batch, seq).contiguous(),
        **cache,
    }


def _bert_inputs(batch: int, seq: int, _: int) -> dict[str, torch.Tensor]:
    mask = torch.ones(batch, seq, dtype=torch.int64)
    mask[1:, 3:] = 0
    kinds = torch.zeros(batch, seq, dtype=torch.int64)
    kinds[:, 2:] = 1
    return {"input_ids": _ids(batch, seq, 11), "attention_mask": mask, "token_type_ids": kinds}


NETS = {
    net.name: net
    for net in [
        Net("twolinear", TwoLinear, 101, lambda b, *_: {"x": _floats(b, 4, seed=1)}, {"x": _ROWS}, {"out": _ROWS}),
        Net("loopnet", LoopNet, 102, lambda b, *_: {"x": _floats(b, 6, seed=2)}, {"x": _ROWS}, {"out": _ROWS}),
        Net(
            "looplm", LoopLM, 109, lambda b, s, _: {"input_ids": _ids(b, s, 13)}, {"input_ids": _TOKENS}, {"logits": _TOKENS}, ("torchscript",),
        ),
        Net("branchnet", BranchNet, 103, lambda b, *_: {"x": _floats(b, 4, seed=3)}, {"x": _ROWS}, {"out": _ROWS}),
        Net("cnn", CNN, 104, lambda b, *_: {"image": _floats(b, 3, 8, 8, seed=4)}, {"image": _ROWS}, {"out": _ROWS}),
        Net(
            "timemajor", TimeMajor, 107, lambda b, s, _: {"x": _floats(s, b, 6, seed=5)},
            {"x": {0: "seq", 1: "batch"}}, {"out": {0: "seq", 1: "batch"}}, ("torchscript",),
        ),
        Net(
            "folded", Folded, 108, lambda b, s, _: {"x": _floats(b, s, 6, seed=6)},
            {"x": _TOKENS}, {"out": _ROWS, "flat": {0: "steps"}}, ("torchscript",),
        ),
        Net("gpt2", gpt2, 205, lambda b, s, _: {"input_ids": _ids(b, s, 12)}, {"input_ids": _TOKENS}, {"logits": _TOKENS}),
        Net(
            "llama", llama, 106, _llama_inputs,
            {
                "input_ids": _TOKENS,
                "attention_mask": {0: "batch", 1: "past_seq + seq"},
                "position_ids": _TOKENS,
                **_kv("past_key_values", "past"),
            },
            {"logits": _TOKENS, **_kv("present", "present")}, ("torchscript", "dynamo", "optimum"),
        ),
        Net(
            "bert", bert, 107, _bert_inputs,
            {"input_ids": _TOKENS, "attention_mask": _TOKENS, "token_type_ids": _TOKENS},
            {"last_hidden_state": _TOKENS, "pooler_output": _ROWS},
        ),
    ]
}  # fmt: skip
