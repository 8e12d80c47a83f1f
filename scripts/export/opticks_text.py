"""The text that the embedded character model learns, and its tokenizer.

Isaac Newton's Opticks (1730, public domain) comes with every Go distribution
as src/testdata/Isaac.Newton-Opticks.txt.
"""

import json
import re
import subprocess
from pathlib import Path

# Every token is one ASCII character: the newline, then space to tilde.
CHARS = "\n" + "".join(chr(c) for c in range(32, 127))

# What the file holds beyond ASCII, in ASCII.
PLAIN = {"æ": "ae", "Æ": "Ae", "ê": "e", "û": "u", "´": "'", "×": "x", "·": ".", "§": "Sect."}


def find() -> Path:
    """The text's place in the Go distribution."""
    root = subprocess.check_output(["go", "env", "GOROOT"], text=True).strip()
    return Path(root) / "src/testdata/Isaac.Newton-Opticks.txt"


def clean(raw: str) -> str:
    """Prose only: one paragraph a line, no licence, tables, plates or markup."""
    raw = raw.replace("\r", "")
    start = raw.index("SIR ISAAC NEWTON'S ADVERTISEMENTS")
    end = raw.find("*** END OF")
    raw = raw[start : end if end > 0 else None]
    for char, plain in PLAIN.items():
        raw = raw.replace(char, plain)
    out = []
    for paragraph in re.split(r"\n\s*\n", raw):
        line = " ".join(paragraph.split())
        if not line or "|" in line or "{" in line or line.startswith(("[Illustration", "Transcriber")):
            continue
        line = re.sub(r"[_\\*~=]", "", line)
        line = re.sub(r"\[[A-Z]\]|\[Illustration[^\]]*\]", "", line)
        out.append(re.sub(r" +", " ", line).strip())
    return "".join(line + "\n" for line in out if line)


def encode(text: str) -> list[int]:
    """The ids of a cleaned text."""
    ids = {c: i for i, c in enumerate(CHARS)}
    return [ids[c] for c in text]


def decode(ids) -> str:
    """The text of ids."""
    return "".join(CHARS[i] for i in ids)


def byte_level(char: str) -> str:
    """How a byte-level vocabulary spells an ASCII character."""
    return {" ": "Ġ", "\n": "Ċ"}.get(char, char)


def tokenizer_json() -> str:
    """A tokenizer.json in the tokenizers library's format: byte-level, without merges, so that each character is a token."""
    byte = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": None,
            "pre_tokenizer": byte,
            "post_processor": None,
            "decoder": byte,
            "model": {
                "type": "BPE",
                "dropout": None,
                "unk_token": "?",
                "continuing_subword_prefix": None,
                "end_of_word_suffix": None,
                "fuse_unk": False,
                "byte_fallback": False,
                "vocab": {byte_level(c): i for i, c in enumerate(CHARS)},
                "merges": [],
            },
        },
        ensure_ascii=False,
        indent=1,
    )
