#!/usr/bin/env python3
"""Writes tests/models/small: a random BERT of the size of a test, in Hugging Face's layout.

Weights come from a seed; half precision for the tables and matrices, float32 for the rest. Words
count most in its embeddings, so that sentences with common words are near each other; two channels
are larger than the others inside the layers, as in trained models.
"""
import argparse
import json
import pathlib
import random
import struct

WIDTH, HEADS, FFN, LAYERS, POSITIONS, SEGMENTS = 32, 2, 64, 2, 64, 2
OUTLIERS = (5, 18)
WORDS = """the of and to in a is was for on with as by at from it an are this that be or not have has
river bridge water stone road house city field forest sea ship train small large old new red green dark
light cat dog bird horse fish man woman child teacher doctor king farmer reads writes runs sleeps sings
sees buys sells builds breaks opens closes begins ends morning evening night day year book letter song
picture story word number tool audio sound music file edit editor program computer network image video
game text mail server time money price rate bank market law court school war peace food bread soup
tomato apple wine one two three four five many few all some no yes very never always again""".split()
SUFFIXES = "s ed ing er est ly ness ment tion al ic ful less y es en".split()


def vocabulary():
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)] + [str(d) for d in range(10)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list("!\"#$%&'()*+,-./:;<=>?@")
    pieces += letters + ["##" + c for c in letters] + ["##" + s for s in SUFFIXES if len(s) > 1]
    return pieces + [w for w in WORDS if len(w) > 1]


class Tensors:
    def __init__(self, seed):
        self.random, self.entries, self.data = random.Random(seed), {}, b""

    def add(self, name, shape, mean, deviation, dtype="F16", scale=lambda column: 1.0):
        count, columns = 1, shape[-1]
        for extent in shape:
            count *= extent
        values = [self.random.gauss(mean, deviation) * scale(i % columns) for i in range(count)]
        packed = struct.pack("<%d%s" % (count, {"F16": "e", "F32": "f"}[dtype]), *values)
        begin = len(self.data)
        self.data += packed
        self.entries[name] = {"dtype": dtype, "shape": list(shape),
                              "data_offsets": [begin, len(self.data)]}

    def linear(self, name, depth, cols, gain=0.8):
        self.add(name + ".weight", (cols, depth), 0, gain / depth ** 0.5)
        self.add(name + ".bias", (cols,), 0, 0.1, "F32")

    def norm(self, name, outlier=1.0):
        self.add(name + ".weight", (WIDTH,), 1, 0.1, "F32",
                 lambda column: outlier if column in OUTLIERS else 1.0)
        self.add(name + ".bias", (WIDTH,), 0, 0.1, "F32")

    def bytes(self):
        header = json.dumps({"__metadata__": {"format": "pt"}, **self.entries},
                            separators=(",", ":")).encode()
        header += b" " * (-len(header) % 8)
        return struct.pack("<Q", len(header)) + header + self.data


def weights(pieces):
    tensors = Tensors(20)
    tensors.add("embeddings.word_embeddings.weight", (pieces, WIDTH), 0, 1)
    tensors.add("embeddings.position_embeddings.weight", (POSITIONS, WIDTH), 0, 0.2)
    tensors.add("embeddings.token_type_embeddings.weight", (SEGMENTS, WIDTH), 0, 0.1)
    tensors.norm("embeddings.LayerNorm")
    for layer in range(LAYERS):
        name = "encoder.layer.%d." % layer
        for part in ("query", "key", "value"):
            tensors.linear(name + "attention.self." + part, WIDTH, WIDTH)
        tensors.linear(name + "attention.output.dense", WIDTH, WIDTH, 0.5)
        tensors.norm(name + "attention.output.LayerNorm", 3.0)
        tensors.linear(name + "intermediate.dense", WIDTH, FFN)
        tensors.linear(name + "output.dense", FFN, WIDTH, 0.3)
        tensors.norm(name + "output.LayerNorm")
    tensors.linear("pooler.dense", WIDTH, WIDTH)
    return tensors.bytes()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default="tests/models/small",
                        help="default: %(default)s")
    folder = parser.parse_args().folder
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    pieces = vocabulary()
    assert len(set(pieces)) == len(pieces)

    def text(name, value):
        (folder / name).write_text(json.dumps(value, indent=1) + "\n")
    text("config.json", {
        "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu",
        "hidden_size": WIDTH, "num_attention_heads": HEADS, "intermediate_size": FFN,
        "num_hidden_layers": LAYERS, "vocab_size": len(pieces),
        "max_position_embeddings": POSITIONS, "type_vocab_size": SEGMENTS,
        "layer_norm_eps": 1e-12, "position_embedding_type": "absolute", "pad_token_id": 0})
    text("tokenizer_config.json", {
        "do_lower_case": True, "strip_accents": None, "tokenize_chinese_chars": True,
        "model_max_length": 1000000000000000019884624838656, "tokenizer_class": "BertTokenizer"})
    text("sentence_bert_config.json", {"max_seq_length": 48, "do_lower_case": False})
    text("modules.json", [
        {"idx": i, "name": str(i), "path": path, "type": "sentence_transformers.models." + kind}
        for i, (path, kind) in enumerate((("", "Transformer"), ("1_Pooling", "Pooling"),
                                          ("2_Normalize", "Normalize")))])
    text("1_Pooling/config.json", {
        "word_embedding_dimension": WIDTH, "pooling_mode_cls_token": False,
        "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False,
        "pooling_mode_mean_sqrt_len_tokens": False})
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n")
    (folder / "model.safetensors").write_bytes(weights(len(pieces)))


if __name__ == "__main__":
    main()
