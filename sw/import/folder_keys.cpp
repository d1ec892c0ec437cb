#include "sw/import/folder_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "sw/files/import_error.hpp"
#include "sw/import/joined.hpp"

namespace intformer::importer {
namespace {

using nlohmann::json;
using enum KeyUse;

constexpr FolderKeys kKeys[] = {
    {"config.json", Read,
     "hidden_size num_attention_heads intermediate_size num_hidden_layers vocab_size "
     "max_position_embeddings type_vocab_size layer_norm_eps",
     "", "sizes of the encoder"},
    {"config.json", Read, "tokenizer_class", "", "where tokenizer_config.json names none"},
    {"config.json", Read,
     "architectures id2label num_labels problem_type sentence_transformers "
     "sbert_ce_default_activation_function",
     "", "the head, for classify"},
    {"config.json", Must, "model_type", "\"bert\"",
     "others place tokens or name tensors in another way"},
    {"config.json", Must, "hidden_act", "\"gelu\" \"gelu_python\"",
     "the integer model has no other activation for trained models"},
    {"config.json", Must, "position_embedding_type", "\"absolute\"",
     "relative positions need another attention"},
    {"config.json", Must, "is_decoder add_cross_attention is_encoder_decoder", "false",
     "a decoder's attention is masked"},
    {"config.json", Must, "pruned_heads", "{}", "heads are taken as the tensors hold them"},
    {"config.json", Must, "quantization_config auto_map", "",
     "the weights or the model are of another kind than BERT's"},
    {"config.json", Ignored,
     "hidden_dropout_prob attention_probs_dropout_prob classifier_dropout initializer_range "
     "initializer_factor gradient_checkpointing tie_word_embeddings label2id finetuning_task "
     "task_specific_params",
     "", "for training"},
    {"config.json", Ignored,
     "torch_dtype dtype use_bfloat16 attn_implementation _attn_implementation "
     "_attn_implementation_autoset torchscript chunk_size_feed_forward xla_device use_cache "
     "output_attentions output_hidden_states output_past return_dict",
     "", "how Python computes; here in float32, from weights of any of the types"},
    {"config.json", Ignored,
     "pad_token_id bos_token_id eos_token_id sep_token_id cls_token_id decoder_start_token_id "
     "max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty "
     "temperature top_k top_p typical_p repetition_penalty length_penalty no_repeat_ngram_size "
     "encoder_no_repeat_ngram_size bad_words_ids num_return_sequences output_scores "
     "return_dict_in_generate forced_bos_token_id forced_eos_token_id remove_invalid_values "
     "exponential_decay_length_penalty suppress_tokens begin_suppress_tokens prefix "
     "tie_encoder_decoder cross_attention_hidden_size",
     "", "for generation and padding; there is none"},
    {"config.json", Ignored,
     "directionality pooler_fc_size pooler_num_attention_heads pooler_num_fc_layers "
     "pooler_size_per_head pooler_type",
     "", "left by Google's conversion; BERT does not read them"},
    {"config.json", Ignored, "transformers_version _name_or_path name_or_path _commit_hash", "",
     "where the model comes from"},

    {"tokenizer_config.json", Read, "tokenizer_class", "",
     "BertTokenizer or BertTokenizerFast; PreTrainedTokenizerFast and TokenizersBackend are what "
     "tokenizer.json says"},
    {"tokenizer_config.json", Read, "do_lower_case strip_accents tokenize_chinese_chars", "",
     "rules of cleaning; true, as do_lower_case, true where they are missing"},
    {"tokenizer_config.json", Read, "model_max_length max_len", "",
     "most tokens, unless sentence_bert_config.json says max_seq_length; at most the positions"},
    {"tokenizer_config.json", Read,
     "cls_token sep_token unk_token pad_token mask_token bos_token eos_token "
     "additional_special_tokens extra_special_tokens *_token",
     "", "special tokens, as strings or objects"},
    {"tokenizer_config.json", Read, "added_tokens_decoder", "", "added tokens by id"},
    {"tokenizer_config.json", Must, "do_basic_tokenize clean_text", "true",
     "texts are cleaned and cut into words"},
    {"tokenizer_config.json", Must, "never_split", "[]", "other words would be kept whole"},
    {"tokenizer_config.json", Must, "split_special_tokens add_bos_token add_eos_token", "false",
     "special tokens would be found or placed otherwise"},
    {"tokenizer_config.json", Must, "truncation_side padding_side", "\"right\"",
     "texts are cut at their end and not padded"},
    {"tokenizer_config.json", Must, "wordpieces_prefix", "\"##\"", "it marks pieces inside a word"},
    {"tokenizer_config.json", Must, "model_input_names",
     "[\"input_ids\",\"token_type_ids\",\"attention_mask\"] "
     "[\"input_ids\",\"attention_mask\",\"token_type_ids\"]",
     "a pair's second text would not be segment 1; where only single texts are used, leave the key "
     "out"},
    {"tokenizer_config.json", Must, "auto_map word_tokenizer_type subword_tokenizer_type", "",
     "the tokenizer is another program"},
    {"tokenizer_config.json", Ignored,
     "max_length stride truncation truncation_strategy padding pad_to_multiple_of "
     "pad_token_type_id pad_token_id",
     "", "given anew with every call"},
    {"tokenizer_config.json", Ignored,
     "name_or_path special_tokens_map_file tokenizer_file vocab_file init_inputs "
     "clean_up_tokenization_spaces use_fast from_slow backend is_local local_files_only legacy "
     "add_prefix_space processor_class trust_remote_code chat_template model_type "
     "transformers_version _commit_hash",
     "", "for saving, loading, decoding, chats"},

    {"tokenizer.json", Read, "added_tokens normalizer pre_tokenizer post_processor model", "",
     "the tokenizer; what tokenizer_config.json says, too, must be the same"},
    {"tokenizer.json", Read, "truncation padding", "", "direction alone, which must be Right"},
    {"tokenizer.json", Ignored, "version decoder", "", "for saving and decoding"},
    {"tokenizer.json normalizer", Must, "type", "\"BertNormalizer\"", "it cleans texts otherwise"},
    {"tokenizer.json normalizer", Must, "clean_text", "true", "control characters would stay"},
    {"tokenizer.json normalizer", Read, "handle_chinese_chars strip_accents lowercase", "",
     "as tokenize_chinese_chars, strip_accents and do_lower_case"},
    {"tokenizer.json pre_tokenizer", Must, "type", "\"BertPreTokenizer\"",
     "it cuts words otherwise"},
    {"tokenizer.json post_processor", Must, "type", "\"TemplateProcessing\" \"BertProcessing\"",
     "special tokens would stand elsewhere"},
    {"tokenizer.json post_processor", Read, "single pair special_tokens cls sep", "",
     "must be [CLS] text [SEP], and [CLS] text [SEP] text [SEP]"},
    {"tokenizer.json model", Must, "type", "\"WordPiece\"", "it cuts words into other pieces"},
    {"tokenizer.json model", Must, "continuing_subword_prefix", "\"##\"",
     "it marks pieces inside a word"},
    {"tokenizer.json model", Must, "max_input_chars_per_word", "100",
     "longer words would not be unknown"},
    {"tokenizer.json model", Read, "vocab unk_token", "",
     "the pieces, where there is no vocab.txt; else the same ones"},

    {"added token", Read, "content id single_word lstrip rstrip normalized special", "",
     "wherever a token is given as an object"},
    {"added token", Must, "__type", "\"AddedToken\"", "it says that this is one"},

    {"special_tokens_map.json", Read,
     "cls_token sep_token unk_token pad_token mask_token bos_token eos_token "
     "additional_special_tokens extra_special_tokens *_token",
     "", "as in tokenizer_config.json"},

    {"sentence_bert_config.json", Read, "max_seq_length", "", "most tokens; at most the positions"},
    {"sentence_bert_config.json", Read, "do_lower_case", "",
     "lower case also where the tokenizer would keep capitals"},
    {"sentence_bert_config.json", Must, "transformer_task",
     "\"feature-extraction\" \"sequence-classification\"",
     "last hidden states are what is pooled, or logits what a cross-encoder gives"},
    {"sentence_bert_config.json", Must, "modality_config",
     "{\"text\":{\"method\":\"forward\",\"method_output_name\":\"last_hidden_state\"}} "
     "{\"text\":{\"method\":\"forward\",\"method_output_name\":\"logits\"}}",
     "last hidden states are what is pooled, or logits what a cross-encoder gives"},
    {"sentence_bert_config.json", Must, "module_output_name", "\"token_embeddings\" \"scores\"",
     "last hidden states are what is pooled, or logits what a cross-encoder gives"},
    {"sentence_bert_config.json", Must,
     "processing_kwargs model_args model_kwargs tokenizer_args processor_kwargs config_args "
     "config_kwargs",
     "{}", "they change model or tokenizer when Python loads them"},
    {"sentence_bert_config.json", Must,
     "tokenizer_name_or_path query_length document_length query_expansion", "",
     "texts would be cut or filled up otherwise"},
    {"sentence_bert_config.json", Ignored, "unpad_inputs", "", "how Python computes"},

    {"config_sentence_transformers.json", Read, "prompts default_prompt_name", "",
     "the default prompt stands before every text; the others are kept and named"},
    {"config_sentence_transformers.json", Read, "activation_fn", "", "the head, for classify"},
    {"config_sentence_transformers.json", Must, "model_type",
     "\"SentenceTransformer\" \"CrossEncoder\"",
     "vectors of another kind than one for each sentence"},
    {"config_sentence_transformers.json", Must, "truncate_dim", "",
     "vectors keep all of their columns; leave columns out behind `embed`"},
    {"config_sentence_transformers.json", Ignored, "similarity_fn_name", "",
     "`search` compares by cosines; the vectors do not depend on it"},
    {"config_sentence_transformers.json", Ignored, "__version__ requirements", "",
     "versions of Python's packages"},

    {"modules.json entry", Read, "type path", "",
     "Transformer in the folder itself, Pooling, then perhaps Normalize, all of "
     "sentence_transformers"},
    {"modules.json entry", Must, "kwargs", "[] {}", "they change what a module does"},
    {"modules.json entry", Ignored, "idx name", "", "modules run in the order of the file"},

    {"N_Pooling/config.json", Read, "pooling_mode pooling_mode_mean_tokens pooling_mode_cls_token",
     "", "mean or first token; pooling_mode goes first; mean where no mode is named"},
    {"N_Pooling/config.json", Read, "word_embedding_dimension embedding_dimension", "",
     "must be hidden_size"},
    {"N_Pooling/config.json", Read,
     "pooling_mode_max_tokens pooling_mode_mean_sqrt_len_tokens pooling_mode_weightedmean_tokens "
     "pooling_mode_lasttoken",
     "", "refused where they are true and pooling_mode names no other"},
    {"N_Pooling/config.json", Read, "include_prompt", "",
     "refused where it is false and there is a default prompt"},
    {"N_Normalize/config.json", Must, "module_input_name module_output_name",
     "\"sentence_embedding\"", "sentences' vectors are what is normalized"},

    {"model.safetensors.index.json", Read, "weight_map", "", "which file holds which tensor"},
    {"model.safetensors.index.json", Ignored, "metadata", "", "sizes"},
};

std::vector<std::string> wordsOf(const char* text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// The row of a key; one that names it goes before one that stands for any with its ending.
const FolderKeys* find(std::string_view file, const std::string& key) {
  const FolderKeys* any = nullptr;
  for (const FolderKeys& row : kKeys) {
    if (row.file != file) continue;
    for (const std::string& name : wordsOf(row.keys)) {
      if (name == key) return &row;
      if (name.starts_with('*') && key.ends_with(name.substr(1))) any = &row;
    }
  }
  return any;
}

/// A value for a message, not longer than a line.
std::string shortened(const json& value) {
  constexpr std::size_t kMost = 80;
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

}  // namespace

std::span<const FolderKeys> folderKeys() {
  return kKeys;
}

void checkKeys(std::string_view file, const json& object, const std::string& path,
               std::vector<std::string>& faults, std::vector<std::string>& notes) {
  for (const auto& [key, value] : object.items()) {
    const FolderKeys* row = find(file, key);
    if (row == nullptr) {
      notes.push_back(
          fmt::format("{}: {}: is not known and left out, got {}", path, key, shortened(value)));
      continue;
    }
    if (row->use != Must || value.is_null()) continue;
    const std::vector<std::string> allowed = wordsOf(row->values);
    const auto isValue = [&value = value](const auto& text) { return json::parse(text) == value; };
    if (std::ranges::any_of(allowed, isValue)) continue;
    std::string choice;
    for (const std::string& text : allowed) choice += (choice.empty() ? "" : " or ") + text;
    faults.push_back(fmt::format("{}: {}: must be {}, got {}: {}", path, key,
                                 choice.empty() ? "missing or null" : choice, shortened(value),
                                 row->why));
  }
}

void requireKeys(std::string_view file, const json& object, const std::string& path,
                 std::vector<std::string>& notes) {
  std::vector<std::string> faults;
  checkKeys(file, object, path, faults, notes);
  if (faults.empty()) return;
  throw files::ImportError(joined(faults, "\n"));
}

}  // namespace intformer::importer
