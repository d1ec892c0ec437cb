"""Variants of a model's folder as edits, for reference-folders.py. An edit is a list:

  ["merge", FILE, PATCH]   JSON merge patch (RFC 7396) of a JSON file, or of {} where there is none
  ["text", FILE, CONTENT]  writes a file; ["append", FILE, CONTENT], ["remove", FILE]
  ["swap", FILE, OLD, NEW] replaces all of a text in a file
  ["pipeline", PATCH]      writes tokenizer.json of BERT's parts and vocab.txt, patched
  ["rows", N]              appends rows to the table of words: row 20 + i, negated; vocab_size grows
  ["prefix", TEXT]         puts a text before the names of all tensors
  ["shards"]               halves model.safetensors into two files and an index
  ["double"]               has every tensor a second time, named other.<name>
"""
import json
import struct

TEXTS = [
    "The River [MASK] rose, and [QRY] saw <ent>New York's bridge <ent>  again; the waters.",
    "Caf\u00e9 na\u00efve: \u6771\u4eac A\u0301 [CLS] river-sea  [SEP]",
    "",
    "riverriver river.[QRY][QRY] new   york <s> water </s> NEW YORK \u00e9[qry] xriver [MASK]s",
    "query: one two\tthree\nfour five \u00a0six <ENT> <ent>s",
    "water stone " * 70,
]


def merged(value, patch):
    if not isinstance(patch, dict):
        return patch
    value = dict(value) if isinstance(value, dict) else {}
    for key, part in patch.items():
        if part is None:
            value.pop(key, None)
        else:
            value[key] = merged(value.get(key), part)
    return value


def pipeline(pieces):
    ids = {piece: i for i, piece in enumerate(pieces)}

    def special(name, segment):
        return {"SpecialToken": {"id": name, "type_id": segment}}

    def text(name, segment):
        return {"Sequence": {"id": name, "type_id": segment}}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [dict(id=ids[name], content=name, single_word=False, lstrip=False, rstrip=False,
                              normalized=False, special=True)
                         for name in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [special("[CLS]", 0), text("A", 0), special("[SEP]", 0)],
            "pair": [special("[CLS]", 0), text("A", 0), special("[SEP]", 0), text("B", 1),
                     special("[SEP]", 1)],
            "special_tokens": {name: {"id": name, "ids": [ids[name]], "tokens": [name]}
                               for name in ("[CLS]", "[SEP]")}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": ids}}


def read_tensors(folder):
    data = (folder / "model.safetensors").read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header, body = json.loads(data[8:8 + size]), data[8 + size:]
    header.pop("__metadata__", None)
    return {name: [entry["dtype"], entry["shape"], body[slice(*entry["data_offsets"])]]
            for name, entry in header.items()}


def write_tensors(path, tensors):
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def change_tensors(folder, kind, *how):
    tensors = read_tensors(folder)
    if kind == "rows":
        words = tensors["embeddings.word_embeddings.weight"]
        width = 2 * words[1][1]  # bytes: half precision
        for i in range(how[0]):
            row = bytearray(words[2][(20 + i) * width:(21 + i) * width])
            row[1::2] = bytes(byte ^ 0x80 for byte in row[1::2])
            words[2] += bytes(row)
        words[1] = [words[1][0] + how[0], words[1][1]]
        config = json.loads((folder / "config.json").read_text())
        config["vocab_size"] = words[1][0]
        (folder / "config.json").write_text(json.dumps(config))
    elif kind == "prefix":
        tensors = {how[0] + name: entry for name, entry in tensors.items()}
    elif kind == "double":
        tensors |= {"other." + name: entry for name, entry in tensors.items()}
    elif kind == "shards":
        names = sorted(tensors)
        index = {}
        for i, part in enumerate((names[:len(names) // 2], names[len(names) // 2:])):
            file = f"model-0000{i + 1}-of-00002.safetensors"
            write_tensors(folder / file, {name: tensors[name] for name in part})
            index |= {name: file for name in part}
        (folder / "model.safetensors.index.json").write_text(
            json.dumps({"metadata": {"total_size": 1}, "weight_map": index}))
        (folder / "model.safetensors").unlink()
        return
    write_tensors(folder / "model.safetensors", tensors)


def apply(folder, edits):
    for kind, *how in edits:
        if kind in ("rows", "prefix", "shards", "double"):
            change_tensors(folder, kind, *how)
            continue
        if kind == "pipeline":
            pieces = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
            (folder / "tokenizer.json").write_text(json.dumps(merged(pipeline(pieces), how[0])))
            continue
        path = folder / how[0]
        path.parent.mkdir(exist_ok=True)
        if kind == "merge":
            old = json.loads(path.read_text()) if path.exists() else {}
            path.write_text(json.dumps(merged(old, how[1])))
        elif kind == "text":
            path.write_bytes(how[1].encode())
        elif kind == "append":
            path.write_bytes(path.read_bytes() + how[1].encode())
        elif kind == "remove":
            path.unlink()
        elif kind == "swap":
            path.write_bytes(path.read_bytes().replace(how[1].encode(), how[2].encode()))
        else:
            raise ValueError(kind)


def token(content, number=None, **flags):
    made = dict(content=content, lstrip=False, rstrip=False, normalized=False, single_word=False,
                special=False) | flags
    return made if number is None else made | {"id": number}


def settings(**keys):
    return ["merge", "tokenizer_config.json", keys]


def config(**keys):
    return ["merge", "config.json", keys]


def pooling(**keys):
    old = dict.fromkeys(("pooling_mode_cls_token", "pooling_mode_mean_tokens", "pooling_mode_max_tokens",
                         "pooling_mode_mean_sqrt_len_tokens"))
    return ["merge", "1_Pooling/config.json", old | keys]


def modules(*entries):
    return ["text", "modules.json", json.dumps(
        [dict(idx=i, name=str(i), path=path, type=kind) for i, (path, kind) in enumerate(entries)])]


SIZE = 243  # pieces of tests/models/small/vocab.txt
OLD = "sentence_transformers.models."
BASE = [("", OLD + "Transformer"), ("1_Pooling", OLD + "Pooling"), ("2_Normalize", OLD + "Normalize")]
DECODER = {str(i): token(name, special=True)
           for i, name in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"))}


def decoder(*tokens):
    return settings(added_tokens_decoder=DECODER | {str(SIZE + i): t for i, t in enumerate(tokens)})


def added(*tokens):
    """Tokens behind the vocabulary's, with rows, in added_tokens_decoder."""
    return [["rows", len(tokens)], decoder(*tokens)]


ROWS3 = [["rows", 3]]
NAMED = [["swap", "vocab.txt", "[CLS]\n[SEP]\n", "<s>\n</s>\n"]]
PLAIN = settings(tokenizer_class="PreTrainedTokenizerFast", do_lower_case=None, strip_accents=None,
                 tokenize_chinese_chars=None)
FAST_NAMES = settings(cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", pad_token="[PAD]",
                      mask_token="[MASK]")
SENTENCE = "sentence_bert_config.json"
PROMPTS = "config_sentence_transformers.json"

# Name, edits, options: "note" (words of a note), "texts", "reference" (edits for the reference, where
# it cannot read the folder itself).
TAKEN = [
    ("as it is", []),
    ("no tokenizer_config.json", [["remove", "tokenizer_config.json"]],
     {"note": "no tokenizer_config.json: lower case"}),
    ("cased", [settings(do_lower_case=False)]),
    ("lower case, accents kept", [settings(strip_accents=False)]),
    ("cased, accents stripped", [settings(do_lower_case=False, strip_accents=True)]),
    ("ideographs not split", [settings(tokenize_chinese_chars=False)]),
    ("the tokenizer's own limit", [settings(model_max_length=10), ["text", SENTENCE, "{}"]]),
    ("max_seq_length before model_max_length",
     [settings(model_max_length=8), ["merge", SENTENCE, {"max_seq_length": 12}]]),
    ("max_seq_length null", [["text", SENTENCE, '{"max_seq_length": null, "do_lower_case": false}']]),
    ("an older name of sentence_bert_config.json",
     [["remove", SENTENCE], ["text", "sentence_roberta_config.json", '{"max_seq_length": 9}']]),
    ("lower case by sentence_bert_config.json",
     [settings(do_lower_case=False), ["merge", SENTENCE, {"do_lower_case": True}]]),
    ("special added tokens", added(token("[QRY]", special=True), token("<ent>", special=True)),
     {"note": "added tokens: [QRY] (243) <ent> (244)"}),
    ("added tokens in added_tokens.json",
     ROWS3 + [["text", "added_tokens.json", json.dumps({"[QRY]": SIZE, "<ent>": SIZE + 1,
                                                        "New York": SIZE + 2})],
              ["text", "special_tokens_map.json", '{"additional_special_tokens": ["[QRY]"]}']]),
    ("added tokens in tokenizer.json alone",
     ROWS3 + [["pipeline", {"added_tokens": [
         token("[PAD]", 0, special=True), token("[CLS]", 2, special=True),
         token("[QRY]", SIZE, special=True), token("New York", SIZE + 1, normalized=True),
         token("<ent>", SIZE + 2)]}]]),
    ("normalized added tokens", added(token("New York", normalized=True), token("[QRY]", normalized=True),
                                      token("\u00c9[qry]", normalized=True))),
    ("added tokens cased", added(token("New York", normalized=True), token("NEW")) +
     [settings(do_lower_case=False)]),
    ("single words", added(token("riverriver", single_word=True), token("[QRY]", single_word=True),
                           token("<ent>", single_word=True))),
    ("stripped at the left", added(token("<ent>", lstrip=True), token("[QRY]", lstrip=True))),
    ("stripped at the right", added(token("<ent>", rstrip=True), token("</s>", rstrip=True))),
    ("stripped at both, cleaned", added(token("<ENT>", lstrip=True, rstrip=True, normalized=True))),
    ("tokens in one another", added(token("[QRY][QRY]"), token("[QRY]"), token("QRY"), token("RY]"))),
    ("an ideograph", added(token("\u6771", normalized=True), token("\u4eac"))),
    ("pieces as added tokens",
     [settings(added_tokens_decoder=DECODER | {"139": token("water")}),
      ["merge", "added_tokens.json", {"bridge": 138}]]),
    ("mask with flags", [settings(added_tokens_decoder=DECODER | {
        "4": token("[MASK]", lstrip=True, special=True)})]),
    ("special tokens without ids",
     ROWS3 + [settings(additional_special_tokens=["[QRY]", "<ent>"])]),
    ("special tokens without ids, newer key",
     ROWS3 + [settings(extra_special_tokens=["[QRY]", "<ent>"])]),
    ("special tokens of the model's own", ROWS3 + [settings(query_token="[QRY]")]),
    ("first and last token of a sentence", ROWS3 + [settings(bos_token="<s>", eos_token="</s>")]),
    ("names of special tokens", NAMED + [settings(cls_token="<s>", sep_token="</s>")]),
    ("names of special tokens, as objects",
     NAMED + [settings(cls_token=token("<s>", __type="AddedToken"), sep_token="</s>"),
              ["text", "special_tokens_map.json", json.dumps({"sep_token": token("</s>")})]]),
    ("names of special tokens in special_tokens_map.json",
     NAMED + [["text", "special_tokens_map.json", '{"cls_token": "<s>", "sep_token": "</s>"}']]),
    ("another unknown token", [["swap", "vocab.txt", "[UNK]", "<unk>"], settings(unk_token="<unk>")]),
    ("a mask that the vocabulary lacks", ROWS3 + [["swap", "vocab.txt", "[MASK]", "mask"]]),
    ("tokenizer.json with vocabulary alone",
     [["pipeline", {"normalizer": None, "pre_tokenizer": None, "post_processor": None,
                    "decoder": None, "added_tokens": []}], ["remove", "vocab.txt"]]),
    ("tokenizer.json without vocab.txt", [["pipeline", {}], ["remove", "vocab.txt"]]),
    ("tokenizer.json cut and padded",
     [["pipeline", {"truncation": {"direction": "Right", "max_length": 8, "strategy": "LongestFirst",
                                   "stride": 2},
                    "padding": {"strategy": {"Fixed": 8}, "direction": "Right",
                                "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0,
                                "pad_token": "[PAD]"}}]]),
    ("PreTrainedTokenizerFast", [PLAIN, FAST_NAMES, ["pipeline", {"normalizer": {
        "lowercase": False, "strip_accents": True, "handle_chinese_chars": False}}]]),
    ("TokenizersBackend, older post-processor", [
        PLAIN, FAST_NAMES, settings(tokenizer_class="TokenizersBackend"),
        ["pipeline", {"post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2],
                                         "single": None, "pair": None, "special_tokens": None}}]]),
    ("BertTokenizerFast in config.json", [settings(tokenizer_class=None),
                                          config(tokenizer_class="BertTokenizerFast")]),
    ("shards", [["shards"]]),
    ("tensors named bert.", [["prefix", "bert."]]),
    ("tensors named model.", [["prefix", "model."]],
     {"reference": [], "note": "the encoder's tensors are those named model...."}),
    ("tensors named 0.auto_model.", [["prefix", "0.auto_model."]], {"reference": []}),
    ("pooling by name", [pooling(pooling_mode="mean")]),
    ("pooling by a list", [pooling(pooling_mode=["cls"], embedding_dimension=32,
                                   word_embedding_dimension=None)]),
    ("pooling in both styles", [pooling(pooling_mode="mean", pooling_mode_mean_tokens=True)]),
    ("pooling in both styles that differ", [pooling(pooling_mode="cls", pooling_mode_mean_tokens=True)]),
    ("no pooling mode", [pooling(pooling_mode_mean_tokens=False)]),
    ("first token", [pooling(pooling_mode_cls_token=True)]),
    ("prompt left out of pooling, without one", [pooling(include_prompt=False)]),
    ("modules at their newer places",
     [modules(("", "sentence_transformers.base.modules.transformer.Transformer"),
              ("1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
              ("2_Normalize", "sentence_transformers.base.modules.normalize.Normalize")),
      ["text", "2_Normalize/config.json",
       '{"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"}'],
      ["merge", SENTENCE, {"transformer_task": "feature-extraction", "modality_config": {
          "text": {"method": "forward", "method_output_name": "last_hidden_state"}},
          "module_output_name": "token_embeddings", "do_lower_case": None}]]),
    ("not normalized", [modules(*BASE[:2])]),
    ("no modules.json", [["remove", "modules.json"]],
     {"note": "no modules.json: pooling taken as mean, not normalized"}),
    ("a default prompt", [["merge", PROMPTS, {"prompts": {"query": "query: ", "passage": "the "},
                                              "default_prompt_name": "query",
                                              "similarity_fn_name": "dot"}]],
     {"note": "prompt query: stands before every text"}),
    ("prompts without a default", [["text", PROMPTS, json.dumps(
        {"prompts": {"query": "query: ", "document": None}, "default_prompt_name": None,
         "similarity_fn_name": None, "model_type": "SentenceTransformer",
         "__version__": {"sentence_transformers": "2.2.2"}})]],
     {"note": "prompt query: stands before no text unless you write it there"}),
    ("GELU in Python", [config(hidden_act="gelu_python")]),
    ("another epsilon", [config(layer_norm_eps=0.01)]),
    ("keys that change nothing",
     [config(hidden_dropout_prob=0.5, attention_probs_dropout_prob=0.5, torch_dtype="float32",
             transformers_version="4.0.0", gradient_checkpointing=False, use_cache=False,
             classifier_dropout=0.3, output_past=True, directionality="bidi", pooler_type="first_token",
             initializer_range=0.5),
      settings(name_or_path="/somewhere", clean_up_tokenization_spaces=True, do_basic_tokenize=True,
               model_input_names=["input_ids", "token_type_ids", "attention_mask"], stride=3,
               truncation_side="right", padding_side="right", pad_to_multiple_of=8, max_length=4)]),
    ("keys that nothing knows", [config(colour="blue"), settings(shape="round")],
     {"note": "colour: is not known and left out, got \"blue\""}),
    ("lines that end in CR LF", [["swap", "vocab.txt", "\n", "\r\n"],
                                 ["swap", "tokenizer_config.json", "\n", "\r\n"],
                                 ["swap", "config.json", "\n", "\r\n"]]),
    ("as the library saves it",
     [["merge", "config.json", {"add_cross_attention": False, "bos_token_id": None, "use_cache": True,
                                "dtype": "float32", "tie_word_embeddings": True}],
      ["text", "tokenizer_config.json", json.dumps(
          {"backend": "tokenizers", "cls_token": "[CLS]", "do_lower_case": True, "is_local": True,
           "local_files_only": False, "mask_token": "[MASK]", "model_max_length": 48,
           "pad_token": "[PAD]", "sep_token": "[SEP]", "strip_accents": None,
           "tokenize_chinese_chars": True, "tokenizer_class": "BertTokenizer", "unk_token": "[UNK]"})],
      ["pipeline", {}], ["remove", "vocab.txt"],
      ["merge", PROMPTS, {"__version__": {"transformers": "5.24.0"}, "prompts": {"query": "", "document": ""},
                          "default_prompt_name": None, "model_type": "SentenceTransformer",
                          "similarity_fn_name": "cosine"}],
      ["text", SENTENCE, json.dumps({"transformer_task": "feature-extraction", "modality_config": {
          "text": {"method": "forward", "method_output_name": "last_hidden_state"}},
          "module_output_name": "token_embeddings"})],
      ["text", "1_Pooling/config.json", json.dumps(
          {"embedding_dimension": 32, "pooling_mode": "mean", "include_prompt": True})]]),
    ("white space behind pieces", [["swap", "vocab.txt", "river\n", "river \t\n"]]),
]

REFUSED = [
    *[(name, [settings(tokenizer_class=name)], "tokenizer_class: must be BertTokenizer, "
       "BertTokenizerFast, PreTrainedTokenizerFast or TokenizersBackend, got " + name)
      for name in ("BertJapaneseTokenizer", "RobertaTokenizer", "XLMRobertaTokenizer")],
    ("class in config.json", [settings(tokenizer_class=None), config(tokenizer_class="T5Tokenizer")],
     "config.json: tokenizer_class: must be"),
    ("Japanese words", [settings(word_tokenizer_type="mecab")],
     "word_tokenizer_type: must be missing or null, got \"mecab\": the tokenizer is another program"),
    ("class without its file", [PLAIN], "tokenizer.json: must have normalizer, pre_tokenizer, "
     "post_processor and model"),
    ("class without post-processor", [PLAIN, FAST_NAMES, ["pipeline", {"post_processor": None}]],
     "tokenizer.json: must have normalizer, pre_tokenizer, post_processor and model"),
    ("special token without a row", [settings(additional_special_tokens=["[QRY]"])],
     "special token \"[QRY]\" is not in the vocabulary, and its id 243 is no row"),
    ("first token that is no piece", [settings(cls_token="<s>")], "special token \"<s>\" is not in"),
    ("names that contradict", [settings(cls_token="the"),
                               ["text", "special_tokens_map.json", '{"cls_token": "river"}']],
     "special_tokens_map.json: cls_token: is \"river\", in"),
    ("added token with a gap", [["rows", 3], settings(added_tokens_decoder={"244": token("[QRY]")})],
     "added token \"[QRY]\" has id 244, its place is 243"),
    ("added token without a row", [settings(added_tokens_decoder={"243": token("[QRY]")})],
     "has 244 pieces and added tokens, config.json's vocab_size is 243"),
    ("added token with a piece's id", [settings(added_tokens_decoder={"7": token("river")})],
     "added token \"river\" has id 7, its place is "),
    ("added token with two ids", [["rows", 2], settings(added_tokens_decoder={"243": token("[QRY]")}),
                                  ["text", "added_tokens.json", '{"[QRY]": 244}']],
     "added_tokens.json: token \"[QRY]\" has id 244, in"),
    ("added token with two sets of flags",
     [["rows", 1], settings(added_tokens_decoder={"243": token("[QRY]")}),
      ["pipeline", {"added_tokens": [token("[QRY]", 243, lstrip=True)]}]],
     "tokenizer.json: token \"[QRY]\": single_word false, lstrip true"),
    ("added tokens that are one", added(token("Foo", normalized=True), token("foo", normalized=True)),
     "two added tokens are \"foo\" in a text"),
    ("added token of nothing", added(token("\u0301", normalized=True)), "has no character"),
    ("added token with an unknown key's kind", [settings(added_tokens_decoder={"4": {"content": 3}})],
     "added_tokens_decoder: a token is not an object with content"),
    ("special tokens split", [settings(split_special_tokens=True)],
     "split_special_tokens: must be false, got true"),
    ("cut at the left", [settings(truncation_side="left")], "truncation_side: must be \"right\""),
    ("cut at the left in tokenizer.json",
     [["pipeline", {"truncation": {"direction": "Left", "max_length": 8, "strategy": "LongestFirst",
                                   "stride": 0}}]],
     "truncation: direction: must be \"Right\", got \"Left\""),
    ("words never split", [settings(never_split=["new york"])], "never_split: must be [], got"),
    ("no basic tokenizing", [settings(do_basic_tokenize=False)], "do_basic_tokenize: must be true"),
    ("one segment for pairs", [settings(model_input_names=["input_ids", "attention_mask"])],
     "model_input_names: must be"),
    ("another program's tokenizer", [settings(auto_map={"AutoTokenizer": ["a.B", None]})],
     "auto_map: must be missing or null"),
    ("byte pairs", [["pipeline", {"model": {"type": "BPE", "merges": []}}]],
     "tokenizer.json: model: type: must be \"WordPiece\", got \"BPE\""),
    ("another normalizer", [["pipeline", {"normalizer": {"type": "NFKC"}}]],
     "tokenizer.json: normalizer: type: must be \"BertNormalizer\", got \"NFKC\""),
    ("another pre-tokenizer", [["pipeline", {"pre_tokenizer": {"type": "Whitespace"}}]],
     "pre_tokenizer: type: must be \"BertPreTokenizer\""),
    ("another post-processor", [["pipeline", {"post_processor": {"single": [
        {"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]}}]],
     "post_processor: single: must be [CLS]:0 A:0 [SEP]:0, got [CLS]:0 A:0"),
    ("pairs otherwise", [["pipeline", {"post_processor": {"pair": [
        {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]}}]],
     "post_processor: pair: must be [CLS]:0 A:0 [SEP]:0 B:1 [SEP]:1, got A:0 B:1"),
    ("post-processor's ids", [["pipeline", {"post_processor": {"special_tokens": {
        "[CLS]": {"ids": [7]}}}}]], "post_processor: [CLS]: has id 7, which is another piece"),
    ("another prefix of pieces", [["pipeline", {"model": {"continuing_subword_prefix": "@@"}}]],
     "continuing_subword_prefix: must be \"##\", got \"@@\""),
    ("another longest word", [["pipeline", {"model": {"max_input_chars_per_word": 20}}]],
     "max_input_chars_per_word: must be 100, got 20"),
    ("rules that contradict", [["pipeline", {"normalizer": {"lowercase": False}}]],
     "lowercase is false, but "),
    ("a vocabulary with a hole", [["pipeline", {"model": {"vocab": {"river": 999}}}],
                                  ["remove", "vocab.txt"]], "vocab: \"river\" has id 999"),
    ("two vocabularies", [["pipeline", {}], ["swap", "vocab.txt", "river\n", "stream\n"]],
     "is another one in"),
    ("no vocabulary", [["remove", "vocab.txt"]],
     "vocab.txt: cannot be opened, and there is no tokenizer.json with a vocabulary"),
    ("byte order mark in vocab.txt", [["swap", "vocab.txt", "[PAD]", "\ufeff[PAD]"]],
     "vocab.txt: begins with a byte order mark"),
    ("byte order mark", [["text", "tokenizer_config.json", "\ufeff{}"]],
     "tokenizer_config.json: begins with a byte order mark (EF BB BF)"),
    ("NaN", [["swap", "config.json", "1e-12", "NaN"]],
     "holds NaN, as Python writes it and JSON does not have it; write a number or null"),
    ("infinity", [["swap", "tokenizer_config.json", "1000000000000000019884624838656", "Infinity"]],
     "tokenizer_config.json: line 5: holds Infinity"),
    ("a key twice", [["swap", "config.json", "{", "{\"hidden_size\": 16, "]],
     "config.json: has the key \"hidden_size\" twice"),
    ("no JSON", [["text", "modules.json", "[\n{,}]"]], "modules.json: line 2: is not JSON"),
    *[("activation " + name, [config(hidden_act=name)],
       f"hidden_act: must be \"gelu\" or \"gelu_python\", got \"{name}\"")
      for name in ("relu", "gelu_new", "gelu_fast", "quick_gelu", "silu")],
    ("relative positions", [config(position_embedding_type="relative_key")],
     "position_embedding_type: must be \"absolute\""),
    ("a decoder", [config(is_decoder=True)], "is_decoder: must be false, got true"),
    ("pruned heads", [config(pruned_heads={"1": [0]})], "pruned_heads: must be {}"),
    ("quantized weights", [config(quantization_config={"bits": 4})],
     "quantization_config: must be missing or null"),
    ("another program's model", [config(auto_map={"AutoModel": "a.B"})],
     "config.json: auto_map: must be missing or null"),
    ("another model", [config(model_type="mpnet")], "model_type: must be \"bert\", got \"mpnet\""),
    ("PyTorch's weights alone", [["remove", "model.safetensors"], ["text", "pytorch_model.bin", "PK"]],
     "pytorch_model.bin: holds the weights in another format than model.safetensors; convert them"),
    ("no weights", [["remove", "model.safetensors"]],
     "model.safetensors: cannot be opened, and there is no model.safetensors.index.json"),
    ("an adapter", [["text", "adapter_config.json", "{}"]], "adapter_config.json: an adapter (PEFT)"),
    ("two encoders", [["double"]], "holds several encoders, "),
    ("no encoder", [["text", "model.safetensors", "\x02\0\0\0\0\0\0\0{}"]],
     "holds no tensor embeddings.word_embeddings.weight, with or without a prefix"),
    ("a shard missing", [["shards"], ["remove", "model-00002-of-00002.safetensors"]],
     "model-00002-of-00002.safetensors: cannot be opened"),
    ("shards elsewhere", [["shards"], ["swap", "model.safetensors.index.json", "model-00002", "../model-00002"]],
     "weight_map: "),
    ("shards exchanged", [["shards"], ["swap", "model.safetensors.index.json", "00002-of", "00003-of"],
                          ["swap", "model.safetensors.index.json", "00001-of", "00002-of"],
                          ["swap", "model.safetensors.index.json", "00003-of", "00001-of"]],
     "is not in \"model-0000"),
    ("a dense layer", [modules(*BASE[:2], ("2_Dense", OLD + "Dense"))],
     "module sentence_transformers.models.Dense (path \"2_Dense\") at place 2 is not known"),
    ("a module of somebody", [modules(BASE[0], ("1_Pooling", "mine.Pooling"))],
     "module mine.Pooling (path \"1_Pooling\") at place 1 is not known"),
    ("normalized before pooling", [modules(BASE[0], BASE[2], BASE[1])],
     "module sentence_transformers.models.Normalize (path \"2_Normalize\") at place 1"),
    ("model in a folder below", [modules(("0_Transformer", OLD + "Transformer"), BASE[1])],
     "(path \"0_Transformer\") at place 0 is not known"),
    ("a module's arguments", [["text", "modules.json", json.dumps(
        [dict(idx=0, name="0", path="", type=OLD + "Transformer", kwargs=["task"])])]],
     "modules.json: kwargs: must be [] or {}, got [\"task\"]"),
    ("no pooling", [modules(BASE[0])], "modules.json: has no module Pooling"),
    ("pooling without its file", [["remove", "1_Pooling/config.json"]],
     "1_Pooling/config.json: is missing, modules.json names it"),
    ("the largest", [pooling(pooling_mode_max_tokens=True)], "asks for the pooling [max_tokens]"),
    ("two modes", [pooling(pooling_mode=["mean", "cls"])], "asks for the pooling [mean, cls]"),
    ("the last token", [pooling(pooling_mode="lasttoken")], "asks for the pooling [lasttoken]"),
    ("another width", [pooling(word_embedding_dimension=64)],
     "word_embedding_dimension: must be 32, config.json's hidden_size, got 64"),
    ("another width, newer key", [pooling(embedding_dimension=64)], "embedding_dimension: must be 32"),
    ("pooling that nothing names", [["remove", "modules.json"], pooling(pooling_mode="cls")],
     "asks for another pooling than mean, but there is no modules.json"),
    ("prompt left out of pooling",
     [pooling(include_prompt=False), ["merge", PROMPTS, {"prompts": {"query": "query: "},
                                                         "default_prompt_name": "query"}]],
     "include_prompt: must be true with a default prompt"),
    ("a prompt that is not there", [["merge", PROMPTS, {"prompts": {}, "default_prompt_name": "q"}]],
     "default_prompt_name: q is not among the prompts"),
    ("fewer columns", [["merge", PROMPTS, {"truncate_dim": 16}]], "truncate_dim: must be missing or null"),
    ("sparse vectors", [["merge", PROMPTS, {"model_type": "SparseEncoder"}]],
     "model_type: must be \"SentenceTransformer\" or \"CrossEncoder\", got \"SparseEncoder\""),
    ("other vectors normalized", [["text", "2_Normalize/config.json",
                                   '{"module_input_name": "token_embeddings"}']],
     "module_input_name: must be \"sentence_embedding\""),
    ("queries cut otherwise", [["merge", SENTENCE, {"query_length": 32}]], "query_length: must be"),
    ("another task", [["merge", SENTENCE, {"transformer_task": "fill-mask"}]],
     "transformer_task: must be \"feature-extraction\" or \"sequence-classification\", got "),
    ("scores that are pooled", [["merge", SENTENCE, {"transformer_task": "sequence-classification"}]],
     "transformer_task: must be feature-extraction with this model_type"),
    ("arguments of the tokenizer", [["merge", SENTENCE, {"tokenizer_args": {"do_lower_case": True}}]],
     "tokenizer_args: must be {}"),
    ("a limit of one token", [["merge", SENTENCE, {"max_seq_length": 1}]],
     "max_seq_length: must be a count of at least 2 tokens, got 1"),
]
