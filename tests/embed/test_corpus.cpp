#include "sw/embed/corpus.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {

using namespace embed;
using floating::FloatMatrix;

namespace {

using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

const CacheKey kKey = {0x1234, "integers-pwl"};

/// Embeds a line as (length, 1), and remembers what it was asked for.
struct Embedder {
  Lines asked;

  FloatMatrix operator()(const Lines& lines) {
    FloatMatrix result(static_cast<uint32_t>(lines.size()), 2);
    for (uint32_t i = 0; i < result.rows; ++i) {
      result.row(i)[0] = static_cast<float>(lines[i].size());
      result.row(i)[1] = 1;
      asked.push_back(lines[i]);
    }
    return result;
  }
};

/// What a corpus asks for with the cache as it is; keeps it then.
Lines askedFor(const std::string& path, const Lines& text, std::string& note,
               const CacheKey& key = kKey) {
  CorpusCache cache(path, key, note);
  Embedder embedder;
  const Corpus corpus = embedCorpus(text, cache, std::ref(embedder));
  for (uint32_t i = 0; i < corpus.lines.size(); ++i)
    CHECK(corpus.embeddings.row(i)[0] == static_cast<float>(corpus.lines[i].size()));
  cache.replace(path, corpus.lines, corpus.embeddings);
  return embedder.asked;
}

TEST_CASE("a cache gives back the embeddings of lines that stay", "[corpus]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("x.itfcache");
  std::string note;
  CHECK(askedFor(path, {"one", "three", "", "one"}, note) == Lines{"one", "three"});
  CHECK(askedFor(path, {"three", "one"}, note).empty());
  CHECK(askedFor(path, {"three", "more words", "one"}, note) == Lines{"more words"});
  CHECK(askedFor(path, {"one"}, note).empty());
  CHECK(askedFor(path, {"one", "three"}, note) == Lines{"three"});  // it had left the corpus
  CHECK(note.empty());
}

TEST_CASE("another model's cache, or a damaged one, is made again with a note", "[corpus]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("x.itfcache");
  std::string note;
  askedFor(path, {"one"}, note);
  CHECK(askedFor(path, {"one"}, note, {0x1235, "integers-pwl"}) == Lines{"one"});
  CHECK_THAT(note, Contains("is the cache of another model"));
  askedFor(path, {"one"}, note);
  const std::string good = readText(path);
  for (std::size_t at = 0; at < good.size(); at += 11) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    writeFile(path, bad);
    note.clear();
    INFO("byte " << at);
    CHECK(askedFor(path, {"one"}, note) == Lines{"one"});
    CHECK_THAT(note, Contains("x.itfcache"));
  }
}

TEST_CASE("a cache lies beside its corpus, by model and numbers", "[corpus]") {
  const TemporaryFolder folder;
  const std::string corpus = folder.path("a.txt");
  const auto path = CorpusCache::pathToWrite(corpus, kKey);
  CHECK(path.string().starts_with(corpus + "."));
  CHECK(path.extension() == ".itfcache");
  CHECK(CorpusCache::pathToRead(corpus, kKey) == path);
  CHECK(CorpusCache::pathToWrite(corpus, {0x1234, "float"}) != path);
}

TEST_CASE("where a corpus's folder cannot be written, its cache lies with the user's", "[corpus]") {
  const TemporaryFolder folder;
  setenv("INTFORMER_CACHE", folder.path().c_str(), 1);
  const std::string corpus = "/proc/version";  // nobody writes beside it
  CHECK(CorpusCache::pathToRead(corpus, kKey).string().starts_with("/proc/version."));
  const auto path = CorpusCache::pathToWrite(corpus, kKey);
  CHECK(path.parent_path() == folder.path("corpora"));
  CHECK(path.filename().string().starts_with("version."));
  std::string note;
  askedFor(path, {"one"}, note);
  CHECK(CorpusCache::pathToRead(corpus, kKey) == path);
  CHECK(CorpusCache::pathToWrite("/proc/sys/../version", kKey) == path);
  writeFile(folder.path("file"), "in the way");
  setenv("INTFORMER_CACHE", folder.path("file").c_str(), 1);
  CHECK_THROWS_WITH(CorpusCache::pathToWrite(corpus, kKey), Contains("no folder to keep corpora"));
  unsetenv("INTFORMER_CACHE");
}

TEST_CASE("the nearest lines come first", "[corpus]") {
  Corpus corpus;
  corpus.lines = {"a", "b", "c", "d"};
  corpus.embeddings = FloatMatrix(4, 2);
  corpus.embeddings.data = {0, 3, 2, 2, 0, 0, 0, 1};
  const float query[2] = {0, 5};
  const auto found = nearest(corpus, query, 3);
  REQUIRE(found.size() == 3);
  CHECK(found[0].row == 0);
  CHECK(found[0].cosine == Approx(1));
  CHECK(found[1].row == 3);  // as near, later
  CHECK(found[2].row == 1);
  CHECK(found[2].cosine == Approx(std::sqrt(0.5)));
  CHECK(nearest(corpus, query, 9).size() == 4);
}

}  // namespace
}  // namespace intformer::test
