#!/usr/bin/env python3
"""Writes tests/import/folders.json: variants of the folder tests/models/small, and for each the token
ids and vectors that the published pipeline gives, or the words with which it must be refused.

Needs the package sentence-transformers (with torch, transformers and tokenizers). Not part of any
build. The variants are in scripts/folder_variants.py; the tests make the same folders from the same
edits. Usage: reference-folders.py
"""
import json
import pathlib
import shutil
import tempfile

from folder_variants import REFUSED, TAKEN, TEXTS, apply

ROOT = pathlib.Path(__file__).resolve().parent.parent
VECTORS = 3  # of the first texts


def outcome(folder, texts):
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer(str(folder), device="cpu")
    prompt = model._resolve_prompt(None, None)
    ids = [model.preprocess([text], prompt=prompt)["input_ids"][0].tolist() for text in texts]
    vectors = model.encode(texts[:VECTORS], batch_size=1, show_progress_bar=False)
    return ids, [[round(float(v), 5) for v in row] for row in vectors]


def main():
    import sentence_transformers
    import tokenizers
    import torch
    import transformers
    lines = []
    with tempfile.TemporaryDirectory() as place:
        for name, edits, *more in TAKEN:
            options = more[0] if more else {}
            folder = pathlib.Path(place) / "model"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(ROOT / "tests/models/small", folder)
            apply(folder, options.get("reference", edits))
            texts = options.get("texts", TEXTS)
            try:
                ids, vectors = outcome(folder, texts)
            except Exception as error:
                raise SystemExit(f"{name}: {type(error).__name__}: {error}")
            entry = {"name": name, "edits": edits, "ids": ids, "vectors": vectors}
            if "texts" in options:
                entry["texts"] = texts
            if "note" in options:
                entry["note"] = options["note"]
            lines.append(json.dumps(entry, separators=(",", ":")))
    refused = [json.dumps({"name": name, "edits": edits, "refused": words}, separators=(",", ":"))
               for name, edits, words in REFUSED]
    made = ", ".join(f"{module.__name__} {module.__version__}" for module in
                     (sentence_transformers, transformers, tokenizers, torch))
    with open(ROOT / "tests/import/folders.json", "w", encoding="ascii") as file:
        file.write('{"made_by": %s,\n "texts": %s,\n "variants": [\n' %
                   (json.dumps(made), json.dumps(TEXTS)))
        file.write(",\n".join(lines + refused) + "\n]}\n")
    print(f"{len(lines)} taken, {len(refused)} refused")


if __name__ == "__main__":
    main()
