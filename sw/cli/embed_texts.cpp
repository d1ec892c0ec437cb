#include "sw/cli/embed_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>

#include "sw/cli/embed_output.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/refusals.hpp"

namespace intformer::cli {

using floating::FloatMatrix;

namespace {

/// Sentences that are read, embedded and written together, of a text that may be endless.
constexpr std::size_t kBatch = 1024;
/// Rows that are printed of one batch or of many.
constexpr std::size_t kShownRows = 20;

std::vector<std::unique_ptr<EmbeddingWriter>> writersOf(const EmbedOutputs& outputs,
                                                        const Engine& engine,
                                                        const std::string& backend) {
  std::vector<std::unique_ptr<EmbeddingWriter>> writers;
  if (!outputs.json.empty()) writers.push_back(jsonEmbeddings(outputs.json, engine, backend));
  if (!outputs.jsonLines.empty()) writers.push_back(jsonLineEmbeddings(outputs.jsonLines));
  if (!outputs.npy.empty()) writers.push_back(npyEmbeddings(outputs.npy));
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

}  // namespace

int embedTexts(TextReader& texts, Engine& engine, const std::string& backend,
               const EmbedOutputs& outputs, const std::function<void()>& sayWork) {
  const auto writers = writersOf(outputs, engine, backend);
  std::optional<FloatCheck> check;
  if (outputs.floor) check.emplace(engine);
  Encoder encoder(*engine.tokenizer);
  CountProgress progress("sentences");
  std::size_t done = 0;
  double seconds = 0;
  Embedded batch;
  FloatMatrix first;
  while (!(batch.sentences = texts.next(kBatch)).empty()) {
    batch.ids = encoder.encode(batch.sentences);
    const auto begin = std::chrono::steady_clock::now();
    batch.vectors = embed::embedSentences(*engine.backend, engine.model.trained.pooling, batch.ids,
                                          [&](std::size_t more) { progress.update(done + more); });
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    progress.clear();
    if (!outputs.quiet && done < kShownRows)
      printVectors(batch, std::min(batch.sentences.size(), kShownRows - done));
    if (done == 0) first = batch.vectors;
    for (const auto& writer : writers) writer->add(batch);
    if (check) check->add(batch);
    done += batch.sentences.size();
  }
  encoder.sayWhatIsCut();
  if (!outputs.quiet && done > kShownRows) fmt::print("and {} more\n", done - kShownRows);
  if (!outputs.quiet && first.rows == done) printCosines(first);
  sayWork();
  if (!outputs.quiet)
    fmt::print("{} {} of {} values by {} in {:.2f} s ({:.1f} per second)\n", done,
               done == 1 ? "embedding" : "embeddings", first.cols, backend, seconds,
               static_cast<double>(done) / seconds);
  for (const auto& writer : writers) writer->finish(engine);
  for (const std::string& path : {outputs.json, outputs.jsonLines, outputs.npy})
    if (!path.empty() && !outputs.quiet) fmt::print("written: {}\n", files::outputName(path));
  return !check || check->holds(*outputs.floor, outputs.quiet) ? kFine : kDifferent;
}

void addEmbedOutputs(CLI::App& command, EmbedOutputs& outputs) {
  command.add_option("--json", outputs.json, "Write texts and vectors as one JSON object")
      ->type_name(kind::kOutFile);
  command
      .add_option("--jsonl", outputs.jsonLines,
                  "Write a JSON object per sentence and line, as they come")
      ->type_name(kind::kOutFile);
  command
      .add_option("--npy", outputs.npy,
                  "Write the vectors as a NumPy array: float32, a row per sentence")
      ->type_name(kind::kOutFile);
  command.add_flag("--quiet", outputs.quiet,
                   "Print no vectors; refusals and --floor's result only");
  command.add_option("--floor", outputs.floor,
                     "Compare with float32; status 2 if a cosine is below this");
}

}  // namespace intformer::cli
