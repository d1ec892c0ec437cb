#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>

#include "sw/cli/commands.hpp"
#include "sw/cli/embed_output.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/cli/texts.hpp"

namespace intformer::cli {

using floating::FloatMatrix;

namespace {

/// Sentences that are read, embedded and written together, of a text that may be endless.
constexpr std::size_t kBatch = 1024;
/// Rows that are printed of one batch or of many.
constexpr std::size_t kShownRows = 20;

struct EmbedOptions {
  BackendRequest request;
  TextRequest texts;
  std::string json;
  std::string jsonLines;
  std::string npy;
  bool quiet = false;
  std::optional<double> floor;  ///< of the cosine to float32
};

std::vector<std::unique_ptr<EmbeddingWriter>> writersOf(const EmbedOptions& options,
                                                        const Engine& engine) {
  std::vector<std::unique_ptr<EmbeddingWriter>> writers;
  if (!options.json.empty())
    writers.push_back(jsonEmbeddings(options.json, engine, options.request.backend));
  if (!options.jsonLines.empty()) writers.push_back(jsonLineEmbeddings(options.jsonLines));
  if (!options.npy.empty()) writers.push_back(npyEmbeddings(options.npy));
  return writers;
}

void printVectors(const Embedded& batch, std::size_t rows) {
  constexpr uint32_t kShown = 4;
  for (uint32_t i = 0; i < rows; ++i) {
    fmt::print("[");
    for (uint32_t c = 0; c < std::min(kShown, batch.vectors.cols); ++c)
      fmt::print("{:8.5f} ", batch.vectors.row(i)[c]);
    fmt::print("...]  {} tokens  {}\n", batch.ids[i].size(), shortened(batch.sentences[i], 60));
  }
}

/// How near the sentences are to each other.
void printCosines(const FloatMatrix& vectors) {
  constexpr uint32_t kMost = 8;
  if (vectors.rows < 2 || vectors.rows > kMost) return;
  fmt::print("cosines:\n");
  for (uint32_t i = 0; i < vectors.rows; ++i) {
    FloatMatrix same(vectors.rows, vectors.cols);
    for (uint32_t j = 0; j < vectors.rows; ++j)
      std::copy_n(vectors.row(i), vectors.cols, same.row(j));
    for (const double cosine : quantizer::rowCosines(same, vectors)) fmt::print(" {:8.5f}", cosine);
    fmt::print("\n");
  }
}

/// Cosines to the same model in float32.
class FloatCheck {
 public:
  explicit FloatCheck(const Engine& engine)
      : pooling_(engine.model.trained.pooling),
        backend_(embed::floatBackend(engine.model.trained.network.graph)) {}

  void add(const Embedded& batch) {
    const std::vector<double> cosines =
        quantizer::rowCosines(batch.vectors, embed::embedSentences(*backend_, pooling_, batch.ids));
    for (std::size_t i = 0; i < cosines.size(); ++i) {
      sum_ += cosines[i];
      ++count_;
      worst_.emplace_back(cosines[i], shortened(batch.sentences[i], 60));
    }
    std::ranges::stable_sort(worst_, {}, &std::pair<double, std::string>::first);
    if (worst_.size() > kShownRows) worst_.resize(kShownRows);
  }
  /// Prints the worst, and says whether none is below the floor.
  [[nodiscard]] bool holds(double floor, bool quiet) const {
    if (!quiet)
      for (const auto& [cosine, text] : worst_)
        fmt::print("cosine to float32 {:.5f}  {}\n", cosine, text);
    if (!quiet && count_ > worst_.size())
      fmt::print("and {} nearer ones\n", count_ - worst_.size());
    const double worst = worst_.front().first;
    fmt::print("mean {:.5f}, worst {:.5f}, {} the floor of {}\n",
               sum_ / static_cast<double>(count_), worst, worst >= floor ? "not below" : "BELOW",
               floor);
    return worst >= floor;
  }

 private:
  const importer::Pooling& pooling_;
  std::unique_ptr<embed::Backend> backend_;
  std::vector<std::pair<double, std::string>> worst_;
  double sum_ = 0;
  std::size_t count_ = 0;
};

int embed(const EmbedOptions& options) {
  TextReader texts(options.texts);
  const auto engine = openEngine(options.request);
  const auto writers = writersOf(options, *engine);
  std::optional<FloatCheck> check;
  if (options.floor) check.emplace(*engine);
  Encoder encoder(*engine->tokenizer);
  CountProgress progress("sentences");
  std::size_t done = 0;
  double seconds = 0;
  Embedded batch;
  FloatMatrix first;
  while (!(batch.sentences = texts.next(kBatch)).empty()) {
    batch.ids = encoder.encode(batch.sentences);
    const auto begin = std::chrono::steady_clock::now();
    batch.vectors =
        embed::embedSentences(*engine->backend, engine->model.trained.pooling, batch.ids,
                              [&](std::size_t more) { progress.update(done + more); });
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    progress.clear();
    if (!options.quiet && done < kShownRows)
      printVectors(batch, std::min(batch.sentences.size(), kShownRows - done));
    if (done == 0) first = batch.vectors;
    for (const auto& writer : writers) writer->add(batch);
    if (check) check->add(batch);
    done += batch.sentences.size();
  }
  encoder.sayWhatIsCut();
  if (!options.quiet && done > kShownRows) fmt::print("and {} more\n", done - kShownRows);
  if (!options.quiet && first.rows == done) printCosines(first);
  printDeviceWork(*engine);
  if (!options.quiet)
    fmt::print("{} {} of {} values by {} in {:.2f} s ({:.1f} per second)\n", done,
               done == 1 ? "embedding" : "embeddings", first.cols, options.request.backend, seconds,
               static_cast<double>(done) / seconds);
  for (const auto& writer : writers) writer->finish(*engine);
  for (const std::string& path : {options.json, options.jsonLines, options.npy})
    if (!path.empty() && !options.quiet) fmt::print("written: {}\n", files::outputName(path));
  return !check || check->holds(*options.floor, options.quiet) ? kFine : kDifferent;
}

}  // namespace

void addEmbed(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("embed", "Turn sentences into vectors with a trained model");
  auto options = std::make_shared<EmbedOptions>();
  addBackendOptions(*command, options->request);
  addTexts(*command, options->texts);
  command->add_option("--json", options->json, "Write texts and vectors as one JSON object")
      ->type_name(kind::kOutFile);
  command->add_option("--jsonl", options->jsonLines,
                      "Write a JSON object per sentence and line, as they come")
      ->type_name(kind::kOutFile);
  command->add_option("--npy", options->npy,
                      "Write the vectors as a NumPy array: float32, a row per sentence")
      ->type_name(kind::kOutFile);
  command->add_flag("--quiet", options->quiet, "Print no vectors; refusals and --floor's result only");
  command->add_option("--floor", options->floor,
                      "Compare with float32; status 2 if a cosine is below this");
  command->footer(
      "Examples:\n"
      "  intformer embed --model build/models/minilm.itf \"A river.\" \"A stream.\"\n"
      "  intformer embed --model build/models/minilm.itf --input lines.txt --npy vectors.npy\n"
      "  intformer embed --model build/models/minilm.itf --jsonl - - <lines.txt | jq .embedding\n"
      "  intformer embed --model build/models/minilm.itf \"A river.\" --backend rtl --config "
      "configs/base16.toml\n"
      "Every sentence is a row, also an empty one; the first 20 are printed. Files named - are\n"
      "standard input and output; what is printed goes to stderr then.\n"
      "With --backend rtl every value of every layer is compared with the golden model.\n"
      "Exit status: 0 fine, 1 the input was refused, 2 the RTL differs from the golden model or\n"
      "a cosine is below --floor, 3 the device stopped with an error or the watchdog barked.");
  command->callback([options, &status] { status = orRefuse([&] { return embed(*options); }); });
}

}  // namespace intformer::cli
