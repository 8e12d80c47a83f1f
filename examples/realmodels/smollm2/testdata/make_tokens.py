"""Writes tokens.json: what Python's tokenizers makes of some texts with SmolLM2's tokenizer.json.

    python make_tokens.py ../../../../.cache/models/smollm2/tokenizer.json > tokens.json
"""

import json
import sys

from tokenizers import Tokenizer

TEXTS = [
    "The Eiffel Tower is in the city of",
    "The Colosseum is in the city of",
    " leading and trailing spaces  ",
    "tabs\tand\nnew\n\n\nlines\r\n",
    "It's, I'll, they've; DON'T can't.",
    "1704 and 3.14159 or 1,000,000",
    "naïve café, Zürich, Ελλάδα, Россия",
    "日本語のテキスト 한국어 العربية",
    "emoji 🙂👩‍🚀 and e\u0301 combining",
    "func main() {\n\tfmt.Println(\"hi\")\n}",
    "<|im_start|>user\nhi<|im_end|>\n",
    "a" * 60,
    "        indented\n--------\n====",
    "",
    "x = {'a': [1, 2, 3]}  # comment",
    "\u00a0non-breaking\u2003em space\u200bzero",
]

tokenizer = Tokenizer.from_file(sys.argv[1])
cases = [{"text": t, "ids": tokenizer.encode(t).ids} for t in TEXTS]
print(json.dumps(cases, ensure_ascii=False, indent=1))
