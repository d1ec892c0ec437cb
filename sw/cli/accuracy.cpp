#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "sw/accuracy/result.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/files/files.hpp"
#include "sw/files/streams.hpp"

namespace intformer::cli {

using floating::FloatMatrix;

namespace {

constexpr std::size_t kSampled = 64;  // sentences for the errors by layer and operator

struct AccuracyOptions {
  std::string model;
  std::string corpus;
  uint32_t queries = 500;
  uint32_t lines = 5000;
  std::string report;
  std::string json;
  bool own = false;
  uint32_t rtl = 0;
  std::string config;
};

/// Queries and then lines, all different, in the text's order.
std::vector<std::string> sentencesOf(const AccuracyOptions& options) {
  std::vector<std::string> sentences;
  std::set<std::string> seen;
  const std::size_t wanted = std::size_t{options.queries} + options.lines;
  std::size_t repeated = 0;
  files::LineReader lines(options.corpus);
  for (std::string line; sentences.size() < wanted && lines.next(line);) {
    if (seen.insert(line).second)
      sentences.push_back(line);
    else
      ++repeated;
  }
  if (repeated != 0)
    fmt::print(stderr, "{}: {} of {} lines had come before and are left out\n", lines.name(),
               repeated, lines.number());
  if (sentences.size() < wanted)
    throw std::runtime_error(fmt::format(
        "{}: holds {} different lines; {} queries and {} lines to search are asked for: lower "
        "--queries or --lines",
        lines.name(), sentences.size(), options.queries, options.lines));
  return sentences;
}

/// Some sentences on the simulated RTL, whose values are compared with the golden model's on the way.
/// Throws BackendError for a difference.
void runOnRtl(const AccuracyOptions& options, std::span<const std::vector<uint32_t>> sentences,
              const FloatMatrix& reference) {
  BackendRequest request{options.model, "rtl", options.config, {}};
  const auto engine = openEngine(request);
  const std::vector<std::vector<uint32_t>> sample(sentences.begin(),
                                                  sentences.begin() + options.rtl);
  const FloatMatrix vectors = embedWithProgress(*engine, sample, "sentences");
  FloatMatrix expected(options.rtl, reference.cols);
  std::copy_n(reference.data.begin(), expected.data.size(), expected.data.begin());
  const accuracy::Agreement close = accuracy::agreement(expected, vectors, 0);
  fmt::print("RTL, {} sentences: equal to the golden model on all {} values; cosine to float32 mean "
             "{:.5f}, worst {:.5f}\n",
             options.rtl, engine->backend->work()->valuesCompared, close.mean, close.worst);
  printDeviceWork(*engine);
}

int accuracy(const AccuracyOptions& options) {
  if (options.queries == 0 || options.lines == 0)
    throw std::runtime_error("--queries and --lines must be 1 at least");
  if (options.rtl > options.queries + options.lines)
    throw std::runtime_error(fmt::format("--rtl {}: there are {} sentences", options.rtl,
                                         options.queries + options.lines));
  const std::vector<std::string> sentences = sentencesOf(options);
  BackendRequest request{options.model, "float", {}, {}};
  const auto engine = openEngine(request);
  const itf::IntegerModel& integers = itf::integersOf(engine->model, options.model);
  const auto ids = encodeAll(*engine->tokenizer, sentences);

  accuracy::AccuracyResult result;
  result.model = engine->model.trained.name;
  result.origin = integers.origin;
  result.corpus = std::filesystem::path(files::inputName(options.corpus)).filename().string();
  result.queries = options.queries;
  result.lines = options.lines;
  const FloatMatrix reference = embedWithProgress(*engine, ids, "sentences, float32");
  std::vector<accuracy::Variant> variants = accuracy::allVariants();
  if (options.own) variants.resize(1);
  for (const accuracy::Variant& variant : variants) {
    engine->backend = accuracy::variantBackend(integers.model, variant);
    const FloatMatrix vectors = embedWithProgress(*engine, ids, "sentences, " + variant.name);
    result.variants.push_back({variant, accuracy::agreement(reference, vectors, options.queries)});
  }
  const std::span<const std::vector<uint32_t>> all(ids);
  const auto sample = all.first(std::min(kSampled, all.size()));
  result.sampled = static_cast<uint32_t>(sample.size());
  result.layers = accuracy::layerErrors(engine->model.trained.network.graph, integers.model, sample,
                                        variants.front());
  result.operators = accuracy::ownErrors(integers.model, sample, variants.front());

  fmt::print("{}: {} queries over {} lines of {}\n\n{}", result.model, result.queries, result.lines,
             result.corpus, accuracy::accuracyText(result));
  if (!options.json.empty()) files::writeAtomically(options.json, accuracy::accuracyJson(result));
  if (!options.report.empty())
    files::writeAtomically(options.report, accuracy::accuracyHtml(result));
  for (const std::string& path : {options.json, options.report})
    if (!path.empty()) fmt::print("written: {}\n", files::outputName(path));
  if (options.rtl != 0) runOnRtl(options, all, reference);
  return kFine;
}

}  // namespace

void addAccuracy(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("accuracy", "Measure what the integers of a trained model cost");
  auto options = std::make_shared<AccuracyOptions>();
  command->add_option("--model", options->model, "Quantized model file (*.itf)")
      ->type_name(kind::kModel)
      ->required();
  command->add_option("--corpus", options->corpus,
                      "Sentences, one per line: first the queries, then the lines to search")
      ->type_name(kind::kTextFile)
      ->required();
  command->add_option("--queries", options->queries, "Queries")->capture_default_str();
  command->add_option("--lines", options->lines, "Lines that they look for")->capture_default_str();
  command->add_flag("--own", options->own,
                    "Only the way that devices are built for: no other family, dither and studies");
  command->add_option("--report", options->report, "Write an HTML page with pictures")
      ->type_name(kind::kOutFile);
  command->add_option("--json", options->json, "Write the figures to this file")
      ->type_name(kind::kOutFile);
  command->add_option("--rtl", options->rtl,
                      "Run this many of the sentences on the simulated RTL as well");
  command->add_option("--config", options->config,
                      "Hardware config of --rtl (default: configs/base16.toml)")
      ->type_name(kind::kConfig);
  command->footer(
      "Example:\n"
      "  intformer accuracy --model build/models/minilm.itf \\\n"
      "      --corpus build/corpus/debian-descriptions.txt --report accuracy.html\n"
      "Exit status: 0 measured, 1 the input was refused, 2 the RTL differs from the golden model,\n"
      "3 the device stopped with an error or the watchdog barked.");
  command->callback(
      [options, &status] { status = orRefuse([&] { return accuracy(*options); }); });
}

}  // namespace intformer::cli
