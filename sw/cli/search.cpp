#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "sw/cli/commands.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/embed/corpus.hpp"

namespace intformer::cli {
namespace {

struct SearchOptions {
  BackendRequest request;
  std::string corpus;
  std::vector<std::string> queries;
  std::size_t top = 5;
  bool noCache = false;
};

CacheKey keyOf(const Engine& engine, const BackendRequest& request) {
  CacheKey key{engine.model.checksum, "float"};
  if (request.integers())
    key.numbers = engine.plan->family == Family::Pwl ? "integers-pwl" : "integers-ibert";
  return key;
}

FloatMatrix embedTexts(Engine& engine, const std::vector<std::string>& texts,
                       const std::string& what) {
  return embedWithProgress(engine, encodeAll(*engine.tokenizer, texts), what);
}

/// The corpus with embeddings. The cache is a help, never a condition: what is wrong with it is
/// said, and work goes on.
Corpus loadCorpus(const SearchOptions& options, Engine& engine) {
  const std::vector<std::string> text = readAllLines(options.corpus);
  if (std::ranges::all_of(text, &std::string::empty))
    throw std::runtime_error(options.corpus + ": holds no line of text");
  const CacheKey key = keyOf(engine, options.request);
  const bool cached = !options.noCache && options.corpus != "-";
  std::string note;
  CorpusCache cache(cached ? CorpusCache::pathToRead(options.corpus, key) : "", key, note);
  if (!note.empty()) fmt::print(stderr, "cache left aside and made again: {}\n", note);
  Corpus corpus = embedCorpus(text, cache, [&](const std::vector<std::string>& missing) {
    fmt::print(stderr, "embedding {} of the corpus's lines\n", missing.size());
    return embedTexts(engine, missing, "lines");
  });
  if (!cached || corpus.fromCache == corpus.lines.size()) return corpus;
  try {
    cache.replace(CorpusCache::pathToWrite(options.corpus, key), corpus.lines,
                  corpus.embeddings);
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "the corpus's embeddings are not kept: {}\n", error.what());
  }
  return corpus;
}

int search(const SearchOptions& options) {
  const auto engine = openEngine(options.request);
  const Corpus corpus = loadCorpus(options, *engine);
  fmt::print("{}: {} different lines, {} of them from the cache\n", options.corpus,
             corpus.lines.size(), corpus.fromCache);
  const FloatMatrix queries = embedTexts(*engine, options.queries, "queries");
  for (uint32_t i = 0; i < queries.rows; ++i) {
    fmt::print("\n{}\n", options.queries[i]);
    for (const Neighbour& line : nearest(corpus, queries.row(i), options.top))
      fmt::print("{:8.4f}  {:>6}: {}\n", line.cosine, corpus.numbers[line.row],
                 corpus.lines[line.row]);
  }
  printDeviceWork(*engine);
  return kFine;
}

}  // namespace

void addSearch(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("search", "Find the lines of a text that are nearest to a sentence");
  auto options = std::make_shared<SearchOptions>();
  addBackendOptions(*command, options->request);
  command->add_option("--corpus", options->corpus, "Text file, a sentence per line")->required();
  command->add_option("queries", options->queries, "Sentences")->required();
  command->add_option("--top", options->top, "Lines per sentence")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--no-cache", options->noCache,
                    "Neither read nor keep the corpus's embeddings beside it");
  command->footer(
      "Example:\n"
      "  intformer search --model build/models/minilm.itf --corpus lines.txt \"edit audio\"\n"
      "Embeddings of the corpus are kept beside it, in <corpus>.<hash>.itfcache (or, where its\n"
      "folder cannot be written, in INTFORMER_CACHE or the user's cache): lines that change are\n"
      "embedded again; another model or backend has another file.");
  command->callback([options, &status] { status = orRefuse([&] { return search(*options); }); });
}

}  // namespace intformer::cli
