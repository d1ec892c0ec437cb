#include "tests/import/folder_variant.hpp"

#include <cstring>
#include <filesystem>
#include <sstream>
#include <vector>

#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {
namespace {

using Json = nlohmann::ordered_json;

struct Tensor {
  std::string dtype;
  std::vector<uint64_t> shape;
  std::string data;
};
using Tensors = std::map<std::string, Tensor>;

Tensors readTensors(const std::string& path) {
  const std::string bytes = readText(path);
  uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  const Json header = Json::parse(bytes.substr(8, size));
  Tensors tensors;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const uint64_t begin = entry["data_offsets"][0], end = entry["data_offsets"][1];
    tensors[name] = {entry["dtype"], entry["shape"], bytes.substr(8 + size + begin, end - begin)};
  }
  return tensors;
}

void writeTensors(const std::string& path, const Tensors& tensors) {
  Json header = Json::object();
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", tensor.shape},
                    {"data_offsets", {data.size(), data.size() + tensor.data.size()}}};
    data += tensor.data;
  }
  writeFile(path, safetensorsBytes(header.dump(), data));
}

void addRows(const TemporaryFolder& folder, Tensors& tensors, std::size_t count) {
  Tensor& words = tensors["embeddings.word_embeddings.weight"];
  const std::size_t width = 2 * words.shape[1];  // bytes: half precision
  for (std::size_t i = 0; i < count; ++i) {
    std::string row = words.data.substr((20 + i) * width, width);
    for (std::size_t byte = 1; byte < width; byte += 2)
      row[byte] = static_cast<char>(row[byte] ^ 0x80);
    words.data += row;
  }
  words.shape[0] += count;
  Json config = Json::parse(readText(folder.path("config.json")));
  config["vocab_size"] = words.shape[0];
  writeFile(folder.path("config.json"), config.dump());
}

void writeShards(const TemporaryFolder& folder, const Tensors& tensors) {
  Tensors parts[2];
  Json index = Json::object();
  std::size_t at = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::size_t part = at++ < tensors.size() / 2 ? 0 : 1;
    parts[part][name] = tensor;
    index[name] = "model-0000" + std::to_string(part + 1) + "-of-00002.safetensors";
  }
  for (std::size_t part = 0; part < 2; ++part)
    writeTensors(folder.path("model-0000" + std::to_string(part + 1) + "-of-00002.safetensors"),
                 parts[part]);
  writeFile(folder.path("model.safetensors.index.json"),
            Json{{"metadata", {{"total_size", 1}}}, {"weight_map", index}}.dump());
  std::filesystem::remove(folder.path("model.safetensors"));
}

void changeTensors(const TemporaryFolder& folder, const std::string& kind, const Json& edit) {
  const std::string path = folder.path("model.safetensors");
  Tensors tensors = readTensors(path);
  if (kind == "shards") return writeShards(folder, tensors);
  if (kind == "rows") addRows(folder, tensors, edit[1]);
  Tensors named;
  for (const auto& [name, tensor] : tensors) {
    if (kind == "prefix") named[edit[1].get<std::string>() + name] = tensor;
    if (kind == "double") named["other." + name] = tensor;
    if (kind != "prefix") named[name] = tensor;
  }
  writeTensors(path, named);
}

void writePipeline(const TemporaryFolder& folder, const Json& patch) {
  Json ids = Json::object();
  std::istringstream lines(readText(folder.path("vocab.txt")));
  for (std::string line; std::getline(lines, line);) ids[line] = ids.size();
  const auto special = [](const char* name, int segment) {
    return Json{{"SpecialToken", {{"id", name}, {"type_id", segment}}}};
  };
  const auto text = [](const char* name, int segment) {
    return Json{{"Sequence", {{"id", name}, {"type_id", segment}}}};
  };
  Json added = Json::array(), named = Json::object();
  for (const char* name : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
    if (ids.contains(name))
      added.push_back({{"id", ids[name]},
                       {"content", name},
                       {"single_word", false},
                       {"lstrip", false},
                       {"rstrip", false},
                       {"normalized", false},
                       {"special", true}});
  for (const char* name : {"[CLS]", "[SEP]"})
    named[name] = {{"id", name}, {"ids", {ids[name]}}, {"tokens", {name}}};
  Json pipeline = {{"version", "1.0"},
                   {"truncation", nullptr},
                   {"padding", nullptr},
                   {"added_tokens", added},
                   {"normalizer",
                    {{"type", "BertNormalizer"},
                     {"clean_text", true},
                     {"handle_chinese_chars", true},
                     {"strip_accents", nullptr},
                     {"lowercase", true}}},
                   {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
                   {"post_processor",
                    {{"type", "TemplateProcessing"},
                     {"single", {special("[CLS]", 0), text("A", 0), special("[SEP]", 0)}},
                     {"pair",
                      {special("[CLS]", 0), text("A", 0), special("[SEP]", 0), text("B", 1),
                       special("[SEP]", 1)}},
                     {"special_tokens", named}}},
                   {"decoder", {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}}},
                   {"model",
                    {{"type", "WordPiece"},
                     {"unk_token", "[UNK]"},
                     {"continuing_subword_prefix", "##"},
                     {"max_input_chars_per_word", 100},
                     {"vocab", ids}}}};
  pipeline.merge_patch(patch);
  writeFile(folder.path("tokenizer.json"), pipeline.dump());
}

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

void applyEdit(const TemporaryFolder& folder, const Json& edit) {
  const std::string kind = edit[0];
  if (kind == "rows" || kind == "prefix" || kind == "shards" || kind == "double")
    return changeTensors(folder, kind, edit);
  if (kind == "pipeline") return writePipeline(folder, edit[1]);
  const std::string path = folder.path(edit[1].get<std::string>());
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  const std::string old = std::filesystem::exists(path) ? readText(path) : "";
  if (kind == "merge") {
    Json json = old.empty() ? Json::object() : Json::parse(old);
    json.merge_patch(edit[2]);
    writeFile(path, json.dump());
  } else if (kind == "text") {
    writeFile(path, edit[2]);
  } else if (kind == "append") {
    writeFile(path, old + edit[2].get<std::string>());
  } else if (kind == "remove") {
    std::filesystem::remove(path);
  } else if (kind == "swap") {
    std::string text = old;
    replaceAll(text, edit[2], edit[3]);
    writeFile(path, text);
  } else {
    throw std::invalid_argument("unknown edit " + kind);
  }
}

}  // namespace

void applyEdits(const TemporaryFolder& folder, const nlohmann::json& edits) {
  for (const auto& edit : edits) applyEdit(folder, Json::parse(edit.dump()));
}

}  // namespace intformer::test
