#!/usr/bin/env python3
"""Compares the program's token ids with the published tokenizer's on random strings with random added
tokens, and ends with status 1 where one differs.

Needs the package transformers (with tokenizers) and build/intformer. Not part of any build.
Usage: compare-tokens.py [STRINGS] [SEED]     (default 100000 1)
"""
import importlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from folder_variants import DECODER, SIZE, apply, settings, token

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCKS = importlib.import_module("reference-tokens").BLOCKS
PER_FOLDER = 2000
PARTS = ["the", "River", "river", "<ent>", "[QRY]", "new york", "New", "\u00c9", "\u6771\u4eac", "##s", "s",
         "_", "-", "[", "]", "[MASK]", "[CLS]", "A\u0301", "\u0301", "\u0130", "1", "\u0661", " ", "  ",
         "\t", "\u00a0", "\u200d", "\u3000", ".", "\U0001f600", "\u00df", "\u03a3"]


def random_text(chance):
    text = ""
    for _ in range(chance.randint(1, 12)):
        if chance.random() < 0.7:
            text += chance.choice(PARTS)
        else:
            first, last = chance.choice(BLOCKS)
            text += chr(chance.randint(first, last))
        text += chance.choice(["", "", " "])
    kept = "".join(c for c in text if c not in "\n\r")
    return kept if kept.strip("\0") and "\0" not in kept else "x"


def random_folder(chance, folder, pieces):
    """Added tokens of some of the parts, with flags; rules of cleaning."""
    lower = chance.random() < 0.6
    strip = chance.choice([None, True, False])
    decoder, number = dict(DECODER), SIZE
    known = set(entry["content"] for entry in DECODER.values())
    patterns = set()
    for _ in range(chance.randint(1, 6)):
        content = "".join(chance.choice(PARTS[:24]) for _ in range(chance.randint(1, 2)))
        folded = content.lower()
        if not content.strip() or content in known or folded in patterns or "\u0301" in content:
            continue
        known.add(content)
        patterns.add(folded)
        flags = {flag: chance.random() < 0.4
                 for flag in ("lstrip", "rstrip", "normalized", "single_word", "special")}
        place = pieces.index(content) if content in pieces else number
        number += content not in pieces
        decoder[str(place)] = token(content, **flags)
    apply(folder, [["rows", number - SIZE], settings(do_lower_case=lower, strip_accents=strip,
                                                     tokenize_chinese_chars=chance.random() < 0.7,
                                                     added_tokens_decoder=decoder)])


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    from transformers import AutoTokenizer
    chance = random.Random(seed)
    total = wrong = ids = extra = 0
    with tempfile.TemporaryDirectory() as place:
        while total < count:
            folder = pathlib.Path(place) / "model"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(ROOT / "tests/models/small", folder)
            random_folder(chance, folder, (folder / "vocab.txt").read_text().splitlines())
            texts = [random_text(chance) for _ in range(min(PER_FOLDER, count - total))]
            published = AutoTokenizer.from_pretrained(folder)
            program = os.environ.get("INTFORMER", str(ROOT / "build/intformer"))
            made = subprocess.run([program, "tokenize", "--model", str(folder), "--json", "-", "-"],
                                  input="\n".join(texts) + "\n", capture_output=True, text=True, cwd=ROOT)
            if made.returncode != 0:
                sys.exit(made.stderr + made.stdout)
            entries = json.loads(made.stdout)
            assert len(entries) == len(texts), (len(entries), len(texts))
            for text, entry in zip(texts, entries):
                wanted = published(text, truncation=True, max_length=48)["input_ids"]
                ids += len(wanted)
                extra += sum(i >= SIZE for i in wanted)
                if entry["ids"] != wanted:
                    wrong += 1
                    if wrong <= 5:
                        print(f"{text!r}\n  wanted {wanted}\n  got    {entry['ids']}")
                        print(" ", published.added_tokens_decoder,
                              json.loads((folder / "tokenizer_config.json").read_text()) |
                              {"added_tokens_decoder": 0})
            total += len(texts)
    print(f"{total} strings, {ids} ids, {extra} of added tokens: {wrong} strings differ")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
