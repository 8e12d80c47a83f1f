"""Record what nnsight does with each mistake of testdata/mistakes: what `make mistakes` runs.

Each case is a txtar file with a section nnsight.py, which is run here, and a
section nnsight.txt, which is written anew: what it printed and warned of, and how
it ended. The program sees `model` (the small GPT-2 under nnsight), `torch`, and the
token ids `ids` [1, 6], `other` [1, 6], `pair` [2, 6] and `longer` [1, 8].

    python mistakes.py             # all cases
    python mistakes.py late-write  # some
"""

import contextlib
import io
import re
import sys
import tempfile
import warnings
from pathlib import Path

import nnsight
import torch

import nets
from recording import Rows

CASES = Path(__file__).resolve().parents[2] / "testdata/mistakes"
MARK = re.compile(r"(?m)^-- (.+?) --\n")
LINES = 4  # of an exception's message
WIDTH = 300  # of such a line


def tokens(rows: int, length: int, seed: int) -> torch.Tensor:
    return torch.randint(1, nets.VOCAB, (rows, length), generator=torch.Generator().manual_seed(seed))


def record(program: str, folder: Path) -> str:
    """Runs a program from a file, as nnsight needs one to read its source."""
    file = folder / "nnsight.py"
    file.write_text(program, encoding="utf-8")
    scope = {
        "__name__": "mistake", "__file__": str(file), "torch": torch, "nnsight": nnsight, "Rows": Rows, "nets": nets,
        "model": Rows(nets.NETS["gpt2"].build()),
        "ids": tokens(1, 6, 61), "other": tokens(1, 6, 62), "pair": tokens(2, 6, 63), "longer": tokens(1, 8, 64),
    }  # fmt: skip
    said = io.StringIO()
    lines = []
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("always")
        try:
            exec(compile(program, str(file), "exec"), scope)  # noqa: S102
            end = "no error"
        except Exception as e:  # noqa: BLE001
            end = f"raises {kind(e)}: {words(str(e), folder)}"
    lines += [f"prints {line}" for line in said.getvalue().rstrip("\n").split("\n") if line]
    lines += [f"warns {w.category.__name__}: {words(str(w.message), folder)}" for w in warned if not about_the_setting(w)]
    return "\n".join([*lines, end]) + "\n"


def kind(e: Exception) -> str:
    """The class that a user would catch: nnsight wraps errors in a class of the same name."""
    return type(e).__name__ if type(e).__name__ != "NNsightException" else type(e).__mro__[1].__name__


def words(text: str, folder: Path) -> str:
    """A message without its traceback, folders and addresses."""
    text = text.replace(str(folder) + "/", "").strip()
    text = re.sub(r"0x[0-9a-f]{6,}", "0x…", text)
    lines = [cut(line.rstrip()) for line in text.split("\n") if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        lines = lines[-1:]
    return "\n  ".join(lines[:LINES] + (["…"] if len(lines) > LINES else []))


def cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[:WIDTH] + " …"


def about_the_setting(w: warnings.WarningMessage) -> bool:
    """Warnings that every program gets, whatever it does."""
    return issubclass(w.category, FutureWarning | DeprecationWarning) or "loss_type" in str(w.message)


def main() -> None:
    torch.set_num_threads(1)
    torch.set_printoptions(precision=3, sci_mode=False)
    wanted = sys.argv[1:]
    for path in sorted(CASES.glob("*.txtar")):
        if wanted and path.stem not in wanted:
            continue
        comment, *parts = MARK.split(path.read_text(encoding="utf-8"))
        files = dict(zip(parts[::2], parts[1::2]))
        with tempfile.TemporaryDirectory() as folder:
            torch.manual_seed(0)
            text = record(files["nnsight.py"], Path(folder))
        files["nnsight.txt"] = text
        names = ["nnsight.py", "nnsight.txt", *(n for n in files if not n.startswith("nnsight."))]
        path.write_text(comment + "".join(f"-- {n} --\n{files[n]}" for n in names), encoding="utf-8")
        print(f"{path.stem}: {text.rstrip().splitlines()[-1]}")


if __name__ == "__main__":
    main()
