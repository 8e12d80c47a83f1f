"""Train three small tokenizers and write what Python's tokenizers library makes of real text.

The Go side reads the same tokenizer.json files and must give the same ids and the same text back.
One per kind that models use: byte-level BPE (GPT-2, Llama 3, SmolLM2), WordPiece (BERT, MiniLM) and
single characters (the embedded model).

    python golden_tokenizers.py --text Isaac.Newton-Opticks.txt --out ../../testdata/tokenizers
"""

import argparse
import json
import pathlib

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers


def byte_bpe(lines):
    """Byte-level BPE as GPT-2's, with an end-of-text token."""
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    tok.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tok.train_from_iterator(lines, trainer)
    return tok


def word_piece(lines):
    """WordPiece as BERT's, uncased, with [CLS] and [SEP]."""
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tok.train_from_iterator(lines, trainers.WordPieceTrainer(vocab_size=600, special_tokens=special))
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tok


TEXTS = [
    "",
    "Light is refrangible.",
    "The Colours of natural Bodies, and the Rays differing in Refrangibility!",
    "  two  spaces\nand a line\n\n\tand a tab ",
    "numbers 1704 and 3.14159, (brackets) [too] {all}",
    "don't can't we'll I'm they've",
    "naïve café — “quoted” … ½",
    "日本語 and emoji 🙂🌈",
    "CamelCaseWordsAndACRONYMS",
    "a" * 40,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", required=True, help="text to train on")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    args = parser.parse_args()
    lines = pathlib.Path(args.text).read_text().splitlines()
    texts = TEXTS + [l for l in lines if len(l) > 40][100:140]
    cases = {}
    for name, make in {"bytebpe": byte_bpe, "wordpiece": word_piece}.items():
        tok = make(lines)
        tok.save(str(args.out / f"{name}.json"), pretty=False)
        cases[name] = cases_of(tok, texts)
    out = args.out / "cases.json"
    out.write_text(json.dumps(cases, ensure_ascii=True, separators=(",", ":")) + "\n")


def cases_of(tok, texts):
    """The ids of each text, with and without special tokens, and the text that the ids give back."""
    rows = []
    for text in texts:
        plain = tok.encode(text, add_special_tokens=False).ids
        rows.append({
            "text": text,
            "ids": plain,
            "special": tok.encode(text, add_special_tokens=True).ids,
            "decoded": tok.decode(plain),
        })
    return rows


if __name__ == "__main__":
    main()
