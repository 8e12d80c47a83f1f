"""Train the embedded default model: a character GPT on Newton's Opticks.

    python train_opticks.py --out /tmp/opticks          # about 20 minutes on two CPU cores
    python export_opticks.py /tmp/opticks               # writes examples/demo/opticks

The result is a GPT2LMHeadModel of 6 layers, 96 wide, over 96 characters and a
context of 128. The seed is fixed; another number of threads or another version
of torch gives slightly other weights.
"""

import argparse
import math
import time
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel

import opticks_text

CONTEXT = 128


def new_model() -> GPT2LMHeadModel:
    """The untrained model."""
    config = GPT2Config(
        vocab_size=len(opticks_text.CHARS),
        n_positions=CONTEXT,
        n_embd=96,
        n_layer=6,
        n_head=4,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=0,
        eos_token_id=None,
        use_cache=False,
    )
    return GPT2LMHeadModel._from_config(config, attn_implementation="sdpa")


def batch(data: torch.Tensor, size: int, gen: torch.Generator) -> torch.Tensor:
    """Random windows of the text, with one character more than the context."""
    starts = torch.randint(len(data) - CONTEXT - 1, (size,), generator=gen)
    return torch.stack([data[s : s + CONTEXT + 1] for s in starts])


def loss_of(model: GPT2LMHeadModel, rows: torch.Tensor) -> torch.Tensor:
    """Cross entropy of every next character, in nats."""
    logits = model(rows[:, :-1]).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())


@torch.no_grad()
def validate(model: GPT2LMHeadModel, data: torch.Tensor) -> float:
    """Mean loss over fixed windows of the held-out text."""
    gen = torch.Generator().manual_seed(1)
    return sum(loss_of(model, batch(data, 32, gen)).item() for _ in range(6)) / 6


def rate(step: int, steps: int, peak: float) -> float:
    """Learning rate: 100 steps of warm-up, then a cosine down to 2 %."""
    warm = min(1.0, (step + 1) / 100)
    return peak * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))


@torch.no_grad()
def continue_text(model: GPT2LMHeadModel, prompt: str, n: int) -> str:
    """Greedy continuation, for a look at what was learned."""
    ids = torch.tensor([opticks_text.encode(prompt)])
    for _ in range(n):
        logits = model(ids[:, -CONTEXT:]).logits[:, -1]
        ids = torch.cat([ids, logits.argmax(-1, keepdim=True)], 1)
    return opticks_text.decode(ids[0].tolist())


def train(args: argparse.Namespace) -> None:
    """Train, printing the held-out loss, and save each best state."""
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    data = torch.tensor(opticks_text.encode(opticks_text.clean(args.text.read_text(encoding="utf-8"))))
    cut = int(len(data) * 0.95)
    learn, held = data[:cut], data[cut:]
    model = new_model()
    print(f"{len(data)} characters, {sum(p.numel() for p in model.parameters())} parameters", flush=True)
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() <= 1], "weight_decay": 0.0},
    ]
    opt = torch.optim.AdamW(groups, lr=args.lr, betas=(0.9, 0.98))
    gen = torch.Generator().manual_seed(args.seed)
    best, began = math.inf, time.time()
    for step in range(args.steps + 1):
        if step % args.every == 0:
            now = validate(model, held)
            print(f"step {step} held-out loss {now:.4f} after {time.time() - began:.0f} s", flush=True)
            if now < best:
                best = now
                model.save_pretrained(args.out)
        for group in opt.param_groups:
            group["lr"] = rate(step, args.steps, args.lr)
        loss = loss_of(model, batch(learn, args.batch, gen))
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
    print(f"best held-out loss {best:.4f}")
    print(continue_text(model.eval(), "The Rays of Light which ", 100))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    p.add_argument("--text", type=Path, default=None, help="the text (default: the Go distribution's)")
    p.add_argument("--steps", type=int, default=4000)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--every", type=int, default=250, help="steps between validations")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=1730)
    args = p.parse_args()
    args.text = args.text or opticks_text.find()
    train(args)


if __name__ == "__main__":
    main()
