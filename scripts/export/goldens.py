"""Run interventions under nnsight and write what it returned: testdata/goldens.

    python goldens.py                 # all nets
    python goldens.py twolinear gpt2  # some; cases.md keeps the sections of the others
"""

import argparse
import warnings
from importlib import metadata
from pathlib import Path

import torch

import gallery
import golden_attach
import golden_bert
import golden_ends
import golden_folded
import golden_genai
import golden_gpt2
import golden_hooks
import golden_llama
import golden_session
import golden_small
import golden_steps
import golden_t5
import golden_tracing

GOLDENS = Path(__file__).resolve().parents[2] / "testdata/goldens"

WRITERS = {
    "twolinear": golden_small.twolinear,
    "loopnet": golden_small.loopnet,
    "looplm": golden_small.looplm,
    "branchnet": golden_small.branchnet,
    "cnn": golden_small.cnn,
    "timemajor": golden_small.timemajor,
    "folded": golden_folded.folded,
    "gpt2": golden_gpt2.gpt2,
    "llama": golden_llama.llama,
    "bert": golden_bert.bert,
    "t5": golden_t5.whole,
    "t5encoder": golden_t5.encoder,
    "t5decoder": golden_t5.decoder,
    "t5past": golden_t5.past,
    "genai": golden_genai.golden,
    "session": golden_session.session,
    "hooks": golden_hooks.hooks,
    "gallery": gallery.gallery,
    "attach": golden_attach.attach,
    "tracing": golden_tracing.tracing,
    "ends": golden_ends.ends,
    "steps": golden_steps.steps,
}

HEAD = """# Golden cases

Written by `scripts/export/goldens.py`; do not edit. One section a net, one line a case. Every array comes from nnsight {nnsight}
on torch {torch}, on the CPU, unless the line says that it was worked out by hand.

`<net>.npz` holds the arrays as `<case>/<array>`: `in.<name>` is a model input, `in0.<name>`, `in1.<name>` are those of the first and second
invoke (rows are joined in this order), `arg.<name>` is a parameter of the intervention, the rest are results. Shapes follow each name; float32 unless
another dtype stands there. Module paths are torch's; `.output` of a module that returns a tuple is the tuple's first tensor; indexing is torch's.
*Effect* is the largest change against the same run without the intervention.
"""


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("nets", nargs="*", default=list(WRITERS))
    args = p.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    page = GOLDENS / "cases.md"
    sections = {}
    if page.exists():
        for part in page.read_text(encoding="utf-8").split("\n## ")[1:]:
            sections[part.split("\n", 1)[0]] = "## " + part.rstrip("\n") + "\n"
    for net in args.nets:
        sections[net] = WRITERS[net]().write(GOLDENS)
    head = HEAD.format(nnsight=metadata.version("nnsight"), torch=metadata.version("torch"))
    body = [sections[net] for net in WRITERS if net in sections]
    page.write_text(head + "\n" + "\n".join(body), encoding="utf-8")


if __name__ == "__main__":
    main()
