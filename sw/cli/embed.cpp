#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "gen/device.hpp"
#include "sw/cli/commands.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/embed/npy.hpp"

namespace intformer::cli {
namespace {

struct EmbedOptions {
  BackendRequest request;
  std::vector<std::string> sentences;
  std::string input;
  std::string json;
  std::string npy;
  std::optional<double> floor;  ///< of the cosine to float32
};

struct Embedded {
  std::vector<std::string> sentences;
  std::vector<std::vector<uint32_t>> ids;
  FloatMatrix vectors;
};

std::string jsonText(const EmbedOptions& options, const Engine& engine, const Embedded& result) {
  nlohmann::ordered_json json;
  if (engine.plan)
    json = reportHead(*engine.plan);
  else
    json["generator"] = "intformer " + std::string(programVersion());
  json["model"] = engine.model.trained.name;
  json["backend"] = options.request.backend;
  json["pooling"] = poolingText(engine.model.trained.pooling);
  json["dimensions"] = result.vectors.cols;
  if (const DeviceWork* work = engine.backend->work())
    json["device"] = {{"cycles", work->cycles},
                      {"macs", work->macs},
                      {"utilization", work->utilization},
                      {"values_compared", work->valuesCompared}};
  auto& list = json["sentences"] = nlohmann::ordered_json::array();
  for (uint32_t i = 0; i < result.vectors.rows; ++i) {
    const float* row = result.vectors.row(i);
    list.push_back({{"text", result.sentences[i]},
                    {"tokens", result.ids[i].size()},
                    {"embedding", std::vector<float>(row, row + result.vectors.cols)}});
  }
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// The text in at most `columns` bytes, not cut inside a character.
std::string shortened(const std::string& text, std::size_t columns) {
  if (text.size() <= columns) return text;
  std::size_t end = columns - 3;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

void printVectors(const Embedded& result) {
  constexpr uint32_t kShown = 4;
  for (uint32_t i = 0; i < result.vectors.rows; ++i) {
    fmt::print("[");
    for (uint32_t c = 0; c < std::min(kShown, result.vectors.cols); ++c)
      fmt::print("{:8.5f} ", result.vectors.row(i)[c]);
    fmt::print("...]  {} tokens  {}\n", result.ids[i].size(), shortened(result.sentences[i], 60));
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
    for (const double cosine : rowCosines(same, vectors)) fmt::print(" {:8.5f}", cosine);
    fmt::print("\n");
  }
}

/// Compares with the same model in float32; whether no sentence is below the floor.
bool holdToFloat(const Engine& engine, const Embedded& result, double floor) {
  const TrainedModel& trained = engine.model.trained;
  const auto reference = floatBackend(trained.bert);
  const std::vector<double> cosines =
      rowCosines(result.vectors, embedSentences(*reference, trained.pooling, result.ids));
  double sum = 0, worst = 1;
  for (std::size_t i = 0; i < cosines.size(); ++i) {
    fmt::print("cosine to float32 {:.5f}  {}\n", cosines[i], shortened(result.sentences[i], 60));
    sum += cosines[i];
    worst = std::min(worst, cosines[i]);
  }
  fmt::print("mean {:.5f}, worst {:.5f}, {} the floor of {}\n",
             sum / static_cast<double>(cosines.size()), worst,
             worst >= floor ? "not below" : "BELOW", floor);
  return worst >= floor;
}

int embed(const EmbedOptions& options) {
  Embedded result;
  result.sentences = options.sentences;
  if (!options.input.empty())
    std::ranges::move(readLines(options.input), std::back_inserter(result.sentences));
  if (result.sentences.empty())
    throw std::runtime_error("embed: give sentences, or --input FILE with one per line");
  const auto engine = openEngine(options.request);
  result.ids = encodeAll(*engine->tokenizer, result.sentences);
  const auto begin = std::chrono::steady_clock::now();
  result.vectors = embedWithProgress(*engine, result.ids, "sentences");
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  printVectors(result);
  printCosines(result.vectors);
  printDeviceWork(*engine);
  fmt::print("{} {} of {} values by {} in {:.2f} s ({:.1f} per second)\n", result.vectors.rows,
             result.vectors.rows == 1 ? "embedding" : "embeddings", result.vectors.cols,
             options.request.backend, seconds, result.vectors.rows / seconds);
  if (!options.json.empty()) writeAtomically(options.json, jsonText(options, *engine, result));
  if (!options.npy.empty()) writeAtomically(options.npy, npyBytes(result.vectors));
  for (const std::string& path : {options.json, options.npy})
    if (!path.empty()) fmt::print("written: {}\n", path);
  const bool near = !options.floor || holdToFloat(*engine, result, *options.floor);
  return near ? kFine : kDifferent;
}

}  // namespace

void addEmbed(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("embed", "Turn sentences into vectors with a trained model");
  auto options = std::make_shared<EmbedOptions>();
  addBackendOptions(*command, options->request);
  command->add_option("sentences", options->sentences, "Sentences");
  command->add_option("--input", options->input, "More sentences, one per line (-: from stdin)");
  command->add_option("--json", options->json, "Write texts and vectors to this file");
  command->add_option("--npy", options->npy,
                      "Write the vectors as a NumPy array: float32, a row per sentence");
  command->add_option("--floor", options->floor,
                      "Compare with float32; status 2 if a cosine is below this");
  command->footer(
      "Examples:\n"
      "  intformer embed --model build/models/minilm.itf \"A river.\" \"A stream.\"\n"
      "  intformer embed --model build/models/minilm.itf --input lines.txt --npy vectors.npy\n"
      "  intformer embed --model build/models/minilm.itf \"A river.\" --backend rtl --config "
      "configs/base16.toml\n"
      "With --backend rtl every value of every layer is compared with the golden model.\n"
      "Exit status: 0 fine, 1 the input was refused, 2 the RTL differs from the golden model or\n"
      "a cosine is below --floor, 3 the device stopped with an error or the watchdog barked.");
  command->callback([options, &status] { status = orRefuse([&] { return embed(*options); }); });
}

}  // namespace intformer::cli
