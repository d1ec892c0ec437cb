#!/usr/bin/env python3
"""Makes tests/classify: small random BERT models with classification heads, and what the published
libraries say to texts and pairs of texts with them.

Needs transformers, sentence-transformers and torch (5.24, 6.2 and 2.15 made the files in the
repository), and tests/models/small for its vocabulary and as the plain encoder with a pooler. Weights
come from a seed, rounded to half precision; the libraries compute in float32. Not part of any build.

Usage: reference-classify.py [FOLDER]      (default: tests/classify)
  sequence/, cross/, tokens/  the models, in Hugging Face's layout
  reference.json              ids, token types, logits and scores
"""
import json
import pathlib
import random
import shutil
import sys

import sentence_transformers
import torch
import transformers

SMALL = pathlib.Path("tests/models/small")
MOST = 48  # tokens
NAMES = {
    "sequence": ["negative", "neutral", "positive"],
    "cross": ["LABEL_0"],
    "tokens": ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"],
}
TEXTS = [
    ("The old bridge is open.", None),
    ("", None),
    ("Café, naïve; 42 ships and one zebra!", None),
    ("the king sees a cat " * 20, None),
    ("A red ship runs at night.", "The ship is red."),
    ("A red ship runs at night.", ""),
    ("", "The ship is red."),
    ("", ""),
    ("the farmer sells bread " * 20, "A dog."),
    ("A dog.", "the farmer sells bread " * 20),
    ("the farmer sells bread " * 12, "a teacher reads the book again " * 11),
    ("a teacher reads the book again " * 11, "the farmer sells bread " * 12),
    ("one [SEP] two", "three [CLS] four [MASK]"),
    ("tomato", "zebra 東京 river"),
]
# Tokens of two texts, and how many a pair may have in all.
LENGTHS = [(n1, n2, most) for most in (3, 4, 5, 8, 9, 48)
           for n1, n2 in ((0, 0), (1, 1), (0, 9), (9, 0), (2, 3), (3, 2), (5, 5), (60, 61), (61, 60),
                          (60, 60), (1, 60), (60, 1), (22, 60), (23, 60), (60, 22), (60, 23), (24, 22))]


def fill(model, seed):
    """Words count most, segments a good deal, so that pairs differ from their texts."""
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in model.state_dict().items():
        if not tensor.is_floating_point():
            continue
        mean, deviation = 0.0, 0.1
        if "LayerNorm.weight" in name:
            mean = 1.0
        elif "embeddings" in name and "LayerNorm" not in name:
            deviation = {"word": 1.0, "position": 0.2, "token": 0.4}[name.split("embeddings.")[1].split("_")[0]]
        elif name.endswith("weight"):
            deviation = (2.0 if "classifier" in name else 0.8) / tensor.shape[1] ** 0.5
        tensor.copy_((torch.randn(tensor.shape, generator=generator) * deviation + mean).half().float())


def make(folder, kind, architecture, seed, **options):
    names = NAMES[kind]
    small = json.loads((SMALL / "config.json").read_text())
    keep = ("hidden_size", "num_attention_heads", "intermediate_size", "num_hidden_layers", "vocab_size",
            "max_position_embeddings", "type_vocab_size", "layer_norm_eps")
    config = transformers.BertConfig(
        **{key: small[key] for key in keep}, id2label=dict(enumerate(names)),
        label2id={name: i for i, name in enumerate(names)}, **options)
    model = getattr(transformers, architecture)(config)
    fill(model, seed)
    target = folder / kind
    shutil.rmtree(target, ignore_errors=True)
    model.half().save_pretrained(target)
    (target / "model.safetensors").chmod(0o644)
    shutil.copy(SMALL / "vocab.txt", target)
    (target / "tokenizer_config.json").write_text(json.dumps(
        {"do_lower_case": True, "model_max_length": MOST, "tokenizer_class": "BertTokenizer"},
        indent=1) + "\n")


def load(architecture, folder):
    kind = getattr(transformers, architecture)
    return kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def rounded(values):
    return [rounded(v) if isinstance(v, list) else round(float(v), 6) for v in values]


def encoded(tokenizer, text, pair, most=MOST):
    # Lists: alone, an empty second text would be taken for none.
    return tokenizer([text], None if pair is None else [pair], truncation=True, max_length=most,
                     return_tensors="pt")


def rows(tokenizer, model, output):
    result = []
    for text, pair in TEXTS:
        inputs = encoded(tokenizer, text, pair)
        with torch.no_grad():
            values = getattr(model(**inputs), output)[0].tolist()
        result.append({"text": text, "pair": pair, "ids": inputs["input_ids"][0].tolist(),
                       "types": inputs["token_type_ids"][0].tolist(), "logits": rounded(values)})
    return result


def pipeline_scores(tokenizer, model, problem):
    """What transformers' pipeline makes of the logits, by the config's problem type. It takes an empty
    second text for none: those rows have no scores."""
    model.config.problem_type = problem
    classify = transformers.pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    order = model.config.label2id

    def scores(text, pair):
        if pair == "":
            return None
        found = classify({"text": text, "text_pair": pair} if pair else text, top_k=None,
                         truncation=True, max_length=MOST)
        return rounded([one["score"] for one in sorted(found, key=lambda one: order[one["label"]])])
    return [scores(text, pair) for text, pair in TEXTS]


def cross_scores(folder, key):
    """What sentence-transformers' CrossEncoder says, with activation functions from the config."""
    config = json.loads((folder / "config.json").read_text())
    config.update(key)
    changed = folder.parent / "changed"
    shutil.copytree(folder, changed)
    (changed / "config.json").write_text(json.dumps(config))
    try:
        model = sentence_transformers.CrossEncoder(str(changed), device="cpu",
                                                   model_kwargs={"dtype": torch.float32})
        pairs = [(text, pair) for text, pair in TEXTS if pair is not None]
        return rounded(model.predict(pairs, batch_size=1).tolist())
    finally:
        shutil.rmtree(changed)


def kept_lengths(tokenizer):
    draw = random.Random(1)
    words = ["the", "cat", "river", "king", "ship", "bread"]
    table = []
    for n1, n2, most in LENGTHS:
        texts = [" ".join(draw.choice(words) for _ in range(n)) for n in (n1, n2)]
        inputs = encoded(tokenizer, *texts, most=most)
        table.append({"texts": texts, "most": most, "ids": inputs["input_ids"][0].tolist(),
                      "types": inputs["token_type_ids"][0].tolist()})
    return table


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "tests/classify")
    make(folder, "sequence", "BertForSequenceClassification", 1)
    make(folder, "cross", "BertForSequenceClassification", 2)
    make(folder, "tokens", "BertForTokenClassification", 3)
    tokenizer = transformers.BertTokenizerFast.from_pretrained(folder / "sequence")
    sequence = load("BertForSequenceClassification", folder / "sequence")
    activation = {"sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"}}
    reference = {
        "made_by": "transformers %s, sentence-transformers %s, torch %s" % (
            transformers.__version__, sentence_transformers.__version__, torch.__version__.split("+")[0]),
        "sequence": rows(tokenizer, sequence, "logits"),
        "cross": rows(tokenizer, load("BertForSequenceClassification", folder / "cross"), "logits"),
        "tokens": rows(tokenizer, load("BertForTokenClassification", folder / "tokens"), "logits"),
        "pooler": rows(tokenizer, load("BertModel", SMALL), "pooler_output"),
        "scores": {str(problem): pipeline_scores(tokenizer, sequence, problem)
                   for problem in (None, "single_label_classification", "multi_label_classification",
                                   "regression")},
        "cross_scores": {
            "default": cross_scores(folder / "cross", {}),
            "identity": cross_scores(folder / "cross", activation),
            "old_key": cross_scores(folder / "cross", {
                "sbert_ce_default_activation_function": "torch.nn.modules.activation.Tanh"})},
        "truncated": kept_lengths(tokenizer),
    }
    lines = ",\n".join(
        '"%s": %s' % (key, "[\n%s]" % ",\n".join(json.dumps(one) for one in value)
                      if isinstance(value, list) else json.dumps(value)) for key, value in reference.items())
    (folder / "reference.json").write_text("{%s}\n" % lines)


if __name__ == "__main__":
    with torch.no_grad():
        main()
