#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include "sw/classify/apply_head.hpp"
#include "sw/classify/classify.hpp"
#include "sw/cli/classify_output.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/tokenizer/pair.hpp"

namespace intformer::cli {
namespace {

struct ClassifyOptions {
  BackendRequest request;
  ClassifyTexts texts;
  std::string scores;
  std::string json;
  std::string jsonLines;
  bool quiet = false;
  std::optional<double> tolerance;  ///< of logits, to float32
};

const importer::Head& headOf(const importer::TrainedModel& model, const std::string& path) {
  if (model.head) return *model.head;
  throw std::runtime_error(path + ": has no head and no pooler; import a folder that has, as of "
                                  "BertForSequenceClassification or BertForTokenClassification");
}

/// Token ids of the texts; firstTexts as TokenBatch has them.
std::vector<uint32_t> encodeTexts(const Engine& engine, Classified& result) {
  const tokenizer::Tokenizer& tokenizer = *engine.tokenizer;
  std::vector<uint32_t> firstTexts;
  std::size_t full = 0;
  for (const TextOrPair& text : result.texts) {
    if (text.pair && engine.model.trained.network.shape.segments < 2)
      throw std::runtime_error(engine.model.trained.name +
                               ": has one segment (type_vocab_size), a pair of texts needs two");
    tokenizer::TokenPair tokens;
    if (text.pair)
      tokens = tokenizer::encodePair(tokenizer, text.text, *text.pair);
    else
      tokens.ids = tokenizer.encode(text.text);
    firstTexts.push_back(text.pair ? tokens.firstText : static_cast<uint32_t>(tokens.ids.size()));
    if (tokens.ids.size() == tokenizer.options().maxTokens) ++full;
    result.ids.push_back(std::move(tokens.ids));
  }
  if (full != 0)
    fmt::print(stderr, "{} of {} texts fill all {} tokens; what they have beyond is not seen\n",
               full, result.texts.size(), tokenizer.options().maxTokens);
  return firstTexts;
}

/// Compares with the same model in float32; whether all values are near enough.
bool holdToFloat(const Engine& engine, const Classified& result,
                 const std::vector<uint32_t>& firstTexts, double tolerance, std::FILE* out) {
  const importer::TrainedModel& trained = engine.model.trained;
  const auto reference = embed::floatBackend(trained.network.graph);
  const std::vector<floating::FloatMatrix> expected =
      classify::classify(*reference, *trained.head, {result.ids, firstTexts});
  double worst = 0;
  std::size_t rows = 0, same = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    for (uint32_t row = 0; row < expected[i].rows; ++row, ++rows) {
      const float* a = result.logits[i].row(row);
      const float* b = expected[i].row(row);
      const uint32_t cols = expected[i].cols;
      for (uint32_t c = 0; c < cols; ++c) worst = std::max(worst, std::abs(double{a[c]} - b[c]));
      if (std::max_element(a, a + cols) - a == std::max_element(b, b + cols) - b) ++same;
    }
  fmt::print(out, "largest difference to float32 {:.5f}, {} the tolerance of {}", worst,
             worst <= tolerance ? "not above" : "ABOVE", tolerance);
  if (trained.head->labels.size() > 1) fmt::print(out, "; the same label in {} of {}", same, rows);
  fmt::print(out, "\n");
  return worst <= tolerance;
}

int runClassify(const ClassifyOptions& options) {
  Classified result;
  result.texts = readTexts(options.texts);
  const bool toStdout = options.json == "-" || options.jsonLines == "-";
  const bool quiet = options.quiet || toStdout;
  const auto engine = openEngine(options.request);
  const importer::Head& head = headOf(engine->model.trained, options.request.model);
  const std::vector<uint32_t> firstTexts = encodeTexts(*engine, result);
  const auto begin = std::chrono::steady_clock::now();
  {
    CountProgress progress("texts", result.texts.size());
    result.logits = classify::classify(*engine->backend, head, {result.ids, firstTexts},
                                       [&](std::size_t done) { progress.update(done); });
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const importer::ScoreFunction function =
      importer::functionNamed(options.scores).value_or(head.function);
  result.scores = result.logits;
  for (floating::FloatMatrix& scores : result.scores)
    for (uint32_t row = 0; row < scores.rows; ++row)
      classify::applyFunction(function, {scores.row(row), scores.cols});
  if (!quiet) printRows(head, *engine->tokenizer, result);
  if (!toStdout) printDeviceWork(*engine);
  if (!quiet)
    fmt::print("{} {} by {} in {:.2f} s ({:.1f} per second); scores: {}\n", result.texts.size(),
               result.texts.size() == 1 ? "text" : "texts", options.request.backend, seconds,
               static_cast<double>(result.texts.size()) / seconds,
               importer::functionName(function));
  writeJson(options.json, options.jsonLines, *engine, options.request.backend, function, result);
  for (const std::string& path : {options.json, options.jsonLines})
    if (!path.empty() && !quiet) fmt::print("written: {}\n", path);
  const bool near =
      !options.tolerance || holdToFloat(*engine, result, firstTexts, *options.tolerance,
                                         toStdout ? stderr : stdout);
  return near ? kFine : kDifferent;
}

}  // namespace

void addClassify(CLI::App& app, int& status) {
  auto* command = app.add_subcommand(
      "classify", "Give texts, pairs of texts or their tokens the labels of a model with a head");
  auto options = std::make_shared<ClassifyOptions>();
  addBackendOptions(*command, options->request);
  addClassifyTexts(*command, options->texts);
  command
      ->add_option("--scores", options->scores,
                   "What makes scores of logits, instead of the model's own; none: the logits")
      ->check(CLI::IsMember({"none", "sigmoid", "softmax", "tanh"}))
      ->type_name(kind::kChoice);
  command->add_option("--json", options->json, "Write all as one JSON object (-: to stdout, alone)")
      ->type_name(kind::kOutFile);
  command->add_option("--jsonl", options->jsonLines, "Write a line of JSON per text (-: to stdout, alone)")
      ->type_name(kind::kOutFile);
  command->add_flag("--quiet", options->quiet, "Print no labels; refusals and comparisons only");
  command->add_option("--tolerance", options->tolerance,
                      "Compare with float32; status 2 if a logit differs by more than this");
  command->footer(
      "Examples:\n"
      "  intformer classify --model sentiment.itf \"The bridge is open again.\" \"It rained.\"\n"
      "  intformer classify --model ranker.itf \"open a file\" --pair \"text editor\" --pair "
      "\"music player\"\n"
      "  intformer classify --model ranker.itf --input-pairs pairs.tsv --jsonl -\n"
      "  intformer classify --model names.itf \"Ada lives in London.\" --backend rtl\n"
      "The encoder runs on the backend, pooler and classifier on the host, in float32.\n"
      "Exit status: 0 fine, 1 the input was refused, 2 the RTL differs from the golden model or\n"
      "a logit from float32 by more than --tolerance, 3 the device stopped with an error or the\n"
      "watchdog barked.");
  command->callback(
      [options, &status] { status = orRefuse([&] { return runClassify(*options); }); });
}

}  // namespace intformer::cli
