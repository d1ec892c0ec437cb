#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "sw/cli/commands.hpp"
#include "sw/cli/json_rows.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/cli/texts.hpp"
#include "sw/embed/corpus.hpp"
#include "sw/tokenizer/plain_text.hpp"

namespace intformer::cli {

using embed::CacheKey;
using embed::Corpus;
using embed::CorpusCache;
using embed::Neighbour;
using files::inputName;

namespace {

constexpr std::size_t kBatch = 1024;  // queries that are embedded together

struct SearchOptions {
  BackendRequest request;
  std::string corpus;
  TextRequest queries;
  std::size_t top = 5;
  std::string json;
  std::string jsonLines;
  bool noCache = false;
};

CacheKey keyOf(const Engine& engine, const BackendRequest& request) {
  CacheKey key{engine.model.checksum, "float"};
  if (request.integers())
    key.numbers = engine.plan->family == Family::Pwl ? "integers-pwl" : "integers-ibert";
  return key;
}

floating::FloatMatrix embedTexts(Engine& engine, const std::vector<std::string>& texts,
                                 const std::string& what) {
  return embedWithProgress(engine, encodeAll(*engine.tokenizer, texts), what);
}

/// The corpus with embeddings. The cache is a help, never a condition: what is wrong with it is
/// said, and work goes on.
Corpus loadCorpus(const SearchOptions& options, Engine& engine) {
  std::vector<std::string> text = readLines(options.corpus);
  std::size_t blank = 0;
  for (std::string& line : text)
    if (isBlank(line)) {
      line.clear();  // as embedCorpus leaves them out
      ++blank;
    }
  if (blank == text.size())
    throw std::runtime_error(inputName(options.corpus) + ": holds no line of text");
  if (blank != 0)
    fmt::print(stderr, "{}: {} blank of {} lines are not searched\n", inputName(options.corpus),
               blank, text.size());
  const CacheKey key = keyOf(engine, options.request);
  const bool cached = !options.noCache && !files::isStandard(options.corpus);
  std::string note;
  CorpusCache cache(cached ? CorpusCache::pathToRead(options.corpus, key) : "", key, note);
  if (!note.empty()) fmt::print(stderr, "cache left aside and made again: {}\n", note);
  Corpus corpus = embed::embedCorpus(text, cache, [&](const std::vector<std::string>& missing) {
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

struct Answer {
  std::string query;
  std::vector<Neighbour> found;
};

void print(const Answer& answer, const Corpus& corpus) {
  fmt::print("\n{}\n", tokenizer::plainText(answer.query));
  for (const Neighbour& line : answer.found)
    fmt::print("{:8.4f}  {:>6}: {}\n", line.cosine, corpus.numbers[line.row],
               tokenizer::plainText(corpus.lines[line.row]));
}

nlohmann::ordered_json jsonOf(const Answer& answer, const Corpus& corpus) {
  auto found = nlohmann::ordered_json::array();
  for (const Neighbour& line : answer.found)
    found.push_back({{"line", corpus.numbers[line.row]},
                     {"cosine", line.cosine},
                     {"text", corpus.lines[line.row]}});
  return {{"query", answer.query}, {"found", std::move(found)}};
}

int search(const SearchOptions& options) {
  TextReader texts(options.queries);
  JsonRows rows(options.json, options.jsonLines);
  const auto engine = openEngine(options.request);
  const Corpus corpus = loadCorpus(options, *engine);
  fmt::print("{}: {} different lines, {} of them from the cache\n", inputName(options.corpus),
             corpus.lines.size(), corpus.fromCache);
  Encoder encoder(*engine->tokenizer);
  CountProgress progress("queries");
  std::size_t done = 0;
  for (std::vector<std::string> batch; !(batch = texts.next(kBatch)).empty();) {
    const floating::FloatMatrix queries = embed::embedSentences(
        *engine->backend, engine->model.trained.pooling, encoder.encode(batch),
        [&](std::size_t more) { progress.update(done + more); });
    progress.clear();
    done += batch.size();
    for (uint32_t i = 0; i < queries.rows; ++i) {
      const Answer answer{std::move(batch[i]), embed::nearest(corpus, queries.row(i), options.top)};
      if (rows.wanted())
        rows.add(jsonOf(answer, corpus));
      else
        print(answer, corpus);
    }
  }
  encoder.sayWhatIsCut();
  printDeviceWork(*engine);
  rows.finish();
  return kFine;
}

}  // namespace

void addSearch(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("search", "Find the lines of a text that are nearest to a sentence");
  auto options = std::make_shared<SearchOptions>();
  addBackendOptions(*command, options->request);
  command->add_option("--corpus", options->corpus, "Text to search, a sentence per line")
      ->type_name(kind::kTextFile)
      ->required();
  addTexts(*command, options->queries);
  addJsonRows(*command, options->json, options->jsonLines, "sentence with what was found");
  command->add_option("--top", options->top, "Lines per sentence")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--no-cache", options->noCache,
                    "Neither read nor keep the corpus's embeddings beside it");
  command->footer(
      "Example:\n"
      "  intformer search --model build/models/minilm.itf --corpus lines.txt \"edit audio\"\n"
      "  intformer search --model build/models/minilm.itf --corpus lines.txt --jsonl - - <queries\n"
      "Every sentence is a row, also an empty one; of the corpus, blank lines are not searched.\n"
      "Embeddings of the corpus are kept beside it, in <corpus>.<hash>.itfcache (or, where its\n"
      "folder cannot be written, in INTFORMER_CACHE or the user's cache): lines that change are\n"
      "embedded again; another model or backend has another file.");
  command->callback([options, &status] { status = orRefuse([&] { return search(*options); }); });
}

}  // namespace intformer::cli
