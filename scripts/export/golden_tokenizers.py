"""Train small tokenizers and write what Python's tokenizers library makes of real and of awkward text.

The Go side reads the same tokenizer.json files and must give the same ids and the same text back.
One per kind that models use:

    bytebpe    byte-level BPE (GPT-2)
    chat       digits set apart, then byte-level BPE, with chat tokens of every kind (SmolLM2)
    llama3     the later splitting rule, and a template (Llama 3); qwen2 is its twin
    fallback   BPE over characters with tokens for bytes (Llama 2)
    clip       BPE with a mark at each word's end, and an unknown token (CLIP)
    wordpiece  WordPiece (BERT, MiniLM); cased is its twin that keeps case and accents
    opticks    single characters (the embedded model, examples/demo/opticks)

The trainers number some tokens differently on each run, so tokenizers and cases are written together.
Beside cases.json it writes unicode.json, hashes of how every character is classed and normalised.

    python golden_tokenizers.py --text Isaac.Newton-Opticks.txt --demo ../../examples/demo/opticks/tokenizer.json \
        --out ../../testdata/tokenizers

With --real it instead writes the ids of given tokenizers on given texts, to compare large ones in place:

    python golden_tokenizers.py --real ../../.cache/models/*/tokenizer.json --texts Opticks.txt some.go \
        --out ../../.cache/tokenizers.json
"""

import argparse
import hashlib
import json
import pathlib
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LATER_RULE = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}GROUP| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_bpe(lines):
    """Byte-level BPE as GPT-2's, with an end-of-text token."""
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    tok.post_processor = processors.ByteLevel(trim_offsets=False)
    train_bytes(tok, lines, ["<|endoftext|>"])
    return tok


def chat(lines):
    """Digits one by one, then byte-level BPE with a space put first, as SmolLM2's and RoBERTa's; added tokens of every kind."""
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tok.decoder = decoders.ByteLevel()
    train_bytes(tok, lines, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tok.add_special_tokens([AddedToken("<mask>", lstrip=True), AddedToken("<|im_end|>\n"), AddedToken("<r>", rstrip=True)])
    tok.add_tokens([AddedToken("word", single_word=True), AddedToken("Łódź"), AddedToken("\n\n\n\n", normalized=False), "<think>"])
    tok.post_processor = processors.RobertaProcessing(("<|im_end|>", 2), ("<|im_start|>", 1))
    return tok


def later(lines, group):
    """The later splitting rule with numbers in groups, and a template that puts a token before the text."""
    tok = Tokenizer(models.BPE(ignore_merges=True))
    split = pre_tokenizers.Split(Regex(LATER_RULE.replace("GROUP", group)), behavior="isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tok.normalizer = normalizers.NFC()
    tok.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    tok.decoder = decoders.ByteLevel()
    train_bytes(tok, lines, ["<|begin_of_text|>"])
    template = processors.TemplateProcessing(single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", 0)])
    tok.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    return tok


def train_bytes(tok, lines, special):
    """Train a byte-level BPE on lines, with white space in it as code has it."""
    indented = [" " * (4 * (i % 4)) + line + "\n" * (i % 5) for i, line in enumerate(lines)]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tok.train_from_iterator(indented, trainers.BpeTrainer(vocab_size=600, special_tokens=special, initial_alphabet=alphabet))


def fallback(lines):
    """BPE over characters, spaces written as ▁ and what is unknown as bytes, as Llama 2's."""
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    words = (word for line in lines for word in line.split())
    trained.train_from_iterator(words, trainers.BpeTrainer(vocab_size=700, special_tokens=special))
    file = json.loads(trained.to_str())
    file["model"].update(unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    file["added_tokens"] = file["added_tokens"][:3]
    tok = Tokenizer.from_str(json.dumps(file))
    tok.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(content=" ", left=1, right=0)]
    )
    tok.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tok


def clip(lines):
    """BPE with a mark at each word's end; neighbouring unknown characters are one token."""
    tok = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", fuse_unk=True))
    tok.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()])
    tok.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tok.decoder = decoders.BPEDecoder(suffix="</w>")
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>"], end_of_word_suffix="</w>")
    tok.train_from_iterator([line.lower() for line in lines], trainer)
    return tok


def word_piece(lines, lowercase=True):
    """WordPiece as BERT's, with [CLS] and [SEP]."""
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece(cleanup=lowercase)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tok.train_from_iterator(lines + ["don ' t do not it ' s , . ! ? n't 日 本 σ ς ß é i"], trainers.WordPieceTrainer(vocab_size=600, special_tokens=special))
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
    # white space
    " ", "  ", "\n", "\n\n", " \n", "\n ", "\t", " \n\nA", "A \n\n", "\n\n\nA", "A\n\n\n\nB", "\r\n", "a\r\nb\r\n\r\n c", "a\rb",
    "\n" * 50 + "end", "x" + " " * 50 + "y", "x" + " " * 50, " \t \t x", "a\u00a0b\u00a0\u00a0c", "a\u3000b\u2003\u2003 c\u2028d\u2029e\u0085f",
    " leading", "trailing ", "   both   ", "\x0b\x0c\x1c\x1d\x1e\x1f x", "a\u180eb\u200b\u200b c\ufeffd", " \u200b \u00ad x\u00ady",
    # code
    "func main() {\n\tfor i := 0; i < 10; i++ {\n\t\tfmt.Println(i, \"x\\n\")\n\t}\n}\n",
    "def f(x):\n    if x:\n        return x**2  # comment\n\n\n    return None\n",
    "<div class=\"a\">\r\n  <p>it's &amp; that</p>\r\n</div>", "a=b;c+=d--e;//***///\n/*\n * x\n */", "!!!\n\n???\r\n...  \n",
    # numbers
    "1234567890 1,234.56 0x1F 1e-9 v1.2.3", "abc123def456 7 89 1 2", "½¾ Ⅻ ²³ ٣٤٥ १२३ 一二三", "12345678901234567890",
    # case and contractions
    "DON'T CAN'T WE'LL I'M THEY'VE IT'S", "'s 't 're 've 'm 'll 'd", "''s'S 'Re'Ll'ſ 'x' '' '", "x's y'T z'rea ' s", "rock 'n' roll's", " 's  't\n're",
    "İstanbul ΣΊΣΥΦΟΣ Straße ǅ ﬁ Å Ω K ſ", "ÀÉÎÕÜ ç ñ Łódź ø æ",
    # marks, scripts, emoji
    "e\u0301 a\u0308\u0323 q\u0307\u0323 \u0301x x\u0301\u0301", "한국어 조합 \u1112\u1161\u11ab", "ไทย हिन्दी עִבְרִית العَرَبِيَّة", "ひらがなカタカナ㍿漢字", "𠀀𪜀 豈 丽",
    "👩‍👩‍👧‍👦 👍🏽 🇯🇵🇨🇭 ❤️ 1️⃣", "zero\u200dwidth\u200cjoin\u2060er", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ①②③ ℌ", "\u1c89\ua7cb\U00010d50\U00010d40 \U000116d0\U00011de0", "\ufffd \x00 \x7f \ue000 \U0010ffff",
    "·•–—‘’“”„«»¡¿§¶†‡°", "$+<=>^`|~ €£¥ ©®™ ←↑→", "a_b-c.d/e\\f@g#h%i&j*k",
    # tokens in the text
    "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> ", "<|endoftext|><|endoftext|>\n", "<|endoftex", "<|<|endoftext|>|>",
    "<|im_start|>user\nHello, 2 of you?<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>\n\n <|im_end|>", "a  <mask>  b <mask><mask>", "<r>  a <r>\n\n<r>", " <mask> <r> <mask>",
    "word words sword word. (word) word's _word wordé é word", "Łódź łódź Ło\u0301dz\u0301", "a\n\n\n\n\nb", "<r>\n\n\n\n\n x", "<r> \n\n\n\n<mask>", "<think>x</think>", "<s>a</s> <unk> <0x41><0xE3>", "<|begin_of_text|>1<|begin_of_text|>",
    "[CLS] a [SEP] [MASK]s [UNK]", "[cls][MASK]", "a</w>b </w>", "<r>\n\n\n\n\n x", "<r> \n\n\n\n<mask>", "word\U00013c86 word\u0897 word", "▁a ▁▁ b▁", "ĠaĊ",
    "it ' s do not n ' t , . ! ? don't", "x" * 100, "x" * 101, "é" * 101, "ab " * 30, "aé日🙂" * 12,
]  # fmt: skip

ALPHABET = (
    [" "] * 12 + ["\n"] * 6 + list("\t\r\u00a0\u3000\u200b") + ["\r\n", "  ", "    ", "\n\n"] + list("'''.,!?-_()[]{}<>/\\\"#$%&*+=:;@^`|~")
    + list("aaabcdeeghilmnorstuvxyzABDEILMRSTV") + list("0123456789") + list("éßñÅſİΣσς½²Ⅻ٣日本語한🙂👍🏽") + ["\u0301", "\u200d", "\ufe0f", "'s", "'LL", "n't"]
    + ["the", " of", "Light", "word", "do not"] + ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<mask>", "<r>", "[MASK]", "<s>"]
)  # fmt: skip


def random_texts(count):
    """Texts with much white space and punctuation; the same on every run."""
    rng = random.Random(1704)
    return ["".join(rng.choice(ALPHABET) for _ in range(rng.randint(1, 40))) for _ in range(count)]


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


def briefly(row):
    """A row without its text, and without what the text comes back as where that is the text itself."""
    out = {key: value for key, value in row.items() if key != "text"}
    if out["decoded"] == row["text"]:
        del out["decoded"]
    start = next((i for i in range(len(out["special"]) + 1) if out["special"][i : i + len(out["ids"])] == out["ids"]), 0)
    out["before"], out["after"] = out["special"][:start], out["special"][start + len(out["ids"]) :]
    del out["special"]
    return out


def decoded_of(tok):
    """What random ids decode to, one in ten of them no token's: bytes there are seldom whole characters."""
    rng = random.Random(1730)
    size = tok.get_vocab_size()
    rows = []
    for _ in range(100):
        ids = [rng.randrange(size + size // 10) for _ in range(rng.randint(1, 12))]
        rows.append({"ids": ids, "decoded": tok.decode(ids)})
    return rows


def characters():
    """How every character is classed and normalised: a hash for each 4096 of them."""
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = pre_tokenizers.Digits(individual_digits=False)
    bert = pre_tokenizers.BertPreTokenizer()
    words = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    words.add_tokens([AddedToken("word", single_word=True)])
    off = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}

    def one(step, text):
        return len(step.pre_tokenize_str(text)) == 1

    def classed(char):
        kinds = "L" if one(byte_level, "x" + char) else "N" if one(byte_level, "1" + char) else "O" if one(byte_level, "!" + char) else "S"
        kinds += "N" if one(digits, "1" + char) else "-"
        kinds += "-WSP"[len(bert.pre_tokenize_str("a" + char + "a"))]
        return kinds + ("-" if 1 in words.encode("word" + char).ids else "W")

    steps = {"class": classed}
    for name in ["clean_text", "handle_chinese_chars", "strip_accents", "lowercase"]:
        steps[name] = normalizers.BertNormalizer(**{**off, name: True}).normalize_str
    for name in ["NFC", "NFD", "NFKC", "NFKD", "StripAccents"]:
        steps[name] = getattr(normalizers, name)().normalize_str
    out = {name: [] for name in steps}
    for block in range(0, 0x110000, 0x1000):
        chars = [chr(c) for c in range(block, block + 0x1000) if not 0xD800 <= c < 0xE000]
        for name, step in steps.items():
            text = "\n".join(step(char) for char in chars)
            out[name].append(hashlib.sha256(text.encode()).hexdigest()[:8])
    return out


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def small(args):
    """Train the small tokenizers and write what they make of every text."""
    lines = pathlib.Path(args.text).read_text().splitlines()
    texts = TEXTS + [line for line in lines if len(line) > 40][100:140]
    made = {
        "bytebpe": byte_bpe(lines), "chat": chat(lines), "llama3": later(lines, "{1,3}"), "qwen2": later(lines, ""), "fallback": fallback(lines),
        "clip": clip(lines), "wordpiece": word_piece(lines), "cased": word_piece(lines, lowercase=False), "opticks": Tokenizer.from_file(args.demo),
    }  # fmt: skip
    cases, decoded = {}, {}
    for name, tok in made.items():
        if name != "opticks":  # that one is read where it is
            tok.save(str(args.out / f"{name}.json"), pretty=False)
        cases[name] = [briefly(row) for row in cases_of(tok, texts + random_texts(300))]
        decoded[name] = decoded_of(tok)
    write(args.out / "cases.json", {"texts": texts + random_texts(300), "cases": cases, "decoded": decoded})
    write(args.out / "unicode.json", characters())


def real(args):
    """Write the ids that given tokenizers make of given texts, whole and by paragraphs."""
    out = []
    for path in args.real:
        tok = Tokenizer.from_file(path)
        tok.no_truncation()
        tok.no_padding()
        for text in args.texts:
            whole = pathlib.Path(text).read_bytes().decode()
            rows = [briefly(row) for row in cases_of(tok, [whole] + whole.split("\n\n"))]
            out.append({"tokenizer": str(pathlib.Path(path).resolve()), "text": str(pathlib.Path(text).resolve()), "rows": rows})
    write(args.out, out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", help="text to train on")
    parser.add_argument("--demo", help="the embedded model's tokenizer.json")
    parser.add_argument("--real", nargs="*", help="tokenizers to compare in place")
    parser.add_argument("--texts", nargs="*", help="texts to compare them on")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    args = parser.parse_args()
    if args.real:
        real(args)
    else:
        small(args)


if __name__ == "__main__":
    main()
