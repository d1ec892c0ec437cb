#include "sw/embed/corpus_cache.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "sw/itf/container.hpp"
#include "sw/itf/shallow_json.hpp"
#include "sw/places/places.hpp"

namespace intformer::embed {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHashBytes = 16;
constexpr const char* kAbout = "cache.json";
constexpr const char* kLines = "lines";
constexpr const char* kEmbeddings = "embeddings";

std::string hashOf(const std::string& line) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(line.data(), line.size()));
  return {reinterpret_cast<const char*>(canonical.digest), kHashBytes};
}

std::string aboutText(const CacheKey& key, uint32_t cols) {
  return nlohmann::ordered_json{{"model", fmt::format("{:016x}", key.model)},
                                {"numbers", key.numbers},
                                {"cols", cols}}
      .dump();
}

std::span<const uint8_t> bytesOf(const auto& values) {
  return {reinterpret_cast<const uint8_t*>(values.data()),
          values.size() * sizeof(*values.data())};
}

fs::path folderOf(const fs::path& corpus) { return fs::absolute(corpus).parent_path(); }

std::string suffixOf(const CacheKey& key) {
  const std::string about = aboutText(key, 0);
  return fmt::format("{:016x}.itfcache", XXH3_64bits(about.data(), about.size()));
}

fs::path besideOf(const fs::path& corpus, const CacheKey& key) {
  return fmt::format("{}.{}", corpus.string(), suffixOf(key));
}

/// Tells corpora of one name in different folders apart.
std::string nameElsewhere(const fs::path& corpus, const CacheKey& key) {
  const std::string place = fs::absolute(corpus).lexically_normal().string();
  return fmt::format("{}.{:016x}.{}", corpus.filename().string(),
                     XXH3_64bits(place.data(), place.size()), suffixOf(key));
}

}  // namespace

fs::path CorpusCache::pathToRead(const fs::path& corpus, const CacheKey& key) {
  const fs::path beside = besideOf(corpus, key);
  if (places::whyNotWritable(folderOf(corpus)).empty()) return beside;
  for (const fs::path& folder : places::cacheFolders("corpora"))
    if (const fs::path kept = folder / nameElsewhere(corpus, key); fs::exists(kept)) return kept;
  return beside;
}

fs::path CorpusCache::pathToWrite(const fs::path& corpus, const CacheKey& key) {
  if (places::whyNotWritable(folderOf(corpus)).empty()) return besideOf(corpus, key);
  return places::writableCache("corpora") / nameElsewhere(corpus, key);
}

CorpusCache::CorpusCache(fs::path path, const CacheKey& key, std::string& note)
    : path_(std::move(path)), key_(key) {
  if (!fs::exists(path_)) return;
  try {
    read();
  } catch (const std::runtime_error& error) {
    note = error.what();
    rows_.clear();
    embeddings_ = {};
  }
}

void CorpusCache::read() {
  const itf::ItfFile file(path_);
  const auto about = itf::parseShallow<nlohmann::json>(file.text(kAbout));
  if (!about.is_object() || !about.contains("cols") || !about["cols"].is_number_unsigned())
    file.refuse("is not a cache of embeddings");
  const auto cols = about["cols"].get<uint32_t>();
  if (file.text(kAbout) != aboutText(key_, cols)) file.refuse("is the cache of another model");
  const auto hashes = file.text(kLines);
  const auto bytes = file.section(kEmbeddings);
  const std::size_t rows = hashes.size() / kHashBytes;
  if (hashes.size() % kHashBytes != 0 || cols == 0 ||
      bytes.size() != rows * cols * sizeof(float))
    file.refuse("has another number of embeddings than lines");
  embeddings_ = floating::FloatMatrix(static_cast<uint32_t>(rows), cols);
  if (rows != 0) std::memcpy(embeddings_.data.data(), bytes.data(), bytes.size());
  if (!std::ranges::all_of(embeddings_.data, [](float value) { return std::isfinite(value); }))
    file.refuse("holds a value that is not finite");
  for (uint32_t row = 0; row < rows; ++row)
    rows_.emplace(hashes.substr(row * kHashBytes, kHashBytes), row);
}

const float* CorpusCache::find(const std::string& line) const {
  const auto found = rows_.find(hashOf(line));
  return found == rows_.end() ? nullptr : embeddings_.row(found->second);
}

void CorpusCache::replace(const fs::path& path, std::span<const std::string> lines,
                          const floating::FloatMatrix& embeddings) {
  std::string hashes;
  for (const std::string& line : lines) hashes += hashOf(line);
  const std::string about = aboutText(key_, embeddings.cols);
  const std::vector<itf::ItfSection> sections = {
      {kAbout, bytesOf(about)}, {kLines, bytesOf(hashes)}, {kEmbeddings, bytesOf(embeddings.data)}};
  itf::writeItf(path, sections);
  rows_.clear();
  for (uint32_t row = 0; row < embeddings.rows; ++row)
    rows_.emplace(hashes.substr(row * kHashBytes, kHashBytes), row);
  embeddings_ = embeddings;
}

}  // namespace intformer::embed
