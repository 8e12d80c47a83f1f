"""Write what transformers' sampling settings make of logits: the probabilities that a token is drawn from.

The order is that of transformers' generate: temperature, top-k, top-p.
"""

import json
import pathlib

import torch
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

OUT = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "goldens" / "sampling.json"

SETTINGS = [  # temperature, top_k (0: off), top_p (1: off)
    (1.0, 0, 1.0),
    (0.7, 0, 1.0),
    (1.0, 5, 1.0),
    (1.0, 0, 0.9),
    (1.3, 8, 0.5),
    (0.2, 3, 0.95),
    (5.0, 40, 0.05),
]


def warped(logits: torch.Tensor, temperature: float, top_k: int, top_p: float) -> torch.Tensor:
    scores = TemperatureLogitsWarper(temperature)(None, logits) if temperature != 1.0 else logits
    if top_k:
        scores = TopKLogitsWarper(top_k)(None, scores)
    if top_p < 1.0:
        scores = TopPLogitsWarper(top_p)(None, scores)
    return scores.softmax(-1)


def main() -> None:
    torch.manual_seed(11)
    rows = torch.randn(3, 40) * torch.tensor([[1.0], [4.0], [0.1]])
    rows[1, 7] = rows[1, 3]  # equals
    rows[2, 5] = -torch.inf
    cases = []
    for temperature, top_k, top_p in SETTINGS:
        probs = warped(rows.double(), temperature, top_k, top_p)
        cases.append({"temperature": temperature, "top_k": top_k, "top_p": top_p, "probs": [[round(p, 9) for p in r] for r in probs.tolist()]})
    logits = [[str(v) for v in row] for row in rows.tolist()]  # text, because JSON has no -inf
    OUT.write_text(json.dumps({"logits": logits, "cases": cases}, separators=(",", ":")) + "\n")
    print(f"{OUT.name}: {len(cases)} settings on {len(rows)} rows")


if __name__ == "__main__":
    main()
