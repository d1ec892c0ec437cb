#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "sw/cli/commands.hpp"
#include "sw/cli/frames_input.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/embed/npy.hpp"
#include "sw/files/files.hpp"
#include "sw/files/streams.hpp"

namespace intformer::cli {

using floating::FloatMatrix;
using importer::InputKind;

namespace {

struct FeaturesOptions {
  BackendRequest request;
  std::string input;
  std::string folder;
  std::optional<uint32_t> drawn;
  uint64_t seed = 1;
  std::string npy;
  bool compare = false;
  std::optional<double> floor, mean;

  [[nodiscard]] bool compares() const { return compare || floor || mean; }
};

NamedFrames framesOf(const FeaturesOptions& options, const importer::TrainedModel& model) {
  const InputKind input = importer::inputOf(model);
  const floating::ModelShape& shape = model.network.shape;
  if (input == InputKind::Text)
    throw std::runtime_error(fmt::format("{}: a {} reads texts; embed takes it",
                                         options.request.model, model.network.kind));
  const int sources = (options.input.empty() ? 0 : 1) + (options.folder.empty() ? 0 : 1) +
                      (options.drawn ? 1 : 0);
  if (sources != 1)
    throw std::runtime_error(fmt::format("give {} by one of --input FILE, --folder FOLDER and "
                                         "--drawn N", importer::inputName(input)));
  if (!options.folder.empty()) return readFolder(input, shape, options.folder);
  if (options.drawn) return drawMany(input, shape, options.seed, *options.drawn);
  return {{options.input}, signals::readFrames(input, shape, options.input)};
}

/// Cosines of some rows, of all pictures or sounds.
class Cosines {
 public:
  void add(std::span<const double> more) { all_.insert(all_.end(), more.begin(), more.end()); }
  [[nodiscard]] double mean() const {
    return std::accumulate(all_.begin(), all_.end(), 0.0) / static_cast<double>(all_.size());
  }
  [[nodiscard]] double worst() const { return std::ranges::min(all_); }
  [[nodiscard]] std::string text() const {
    return fmt::format("mean {:.5f}, worst {:.5f}", mean(), worst());
  }

 private:
  std::vector<double> all_;
};

struct Result {
  FloatMatrix states;  ///< rows of all of them, one behind the other
  Cosines first, whole;  ///< of class tokens, and of each picture's or sound's rows as one vector
  Cosines rows;
};

/// All rows as a single one.
FloatMatrix flat(const FloatMatrix& states) {
  FloatMatrix one(1, states.rows * states.cols);
  one.data = states.data;
  return one;
}

Result compute(const FeaturesOptions& options, Engine& engine, const NamedFrames& inputs) {
  Result result;
  const floating::ModelShape& shape = engine.model.trained.network.shape;
  CountProgress progress(std::string(importer::inputName(importer::inputOf(engine.model.trained))),
                         inputs.names.size());
  std::size_t value = 0;
  for (std::size_t i = 0; i < inputs.names.size(); ++i) {
    const std::span<const std::vector<uint32_t>> all(inputs.frames.sequences);
    TokenBatch batch(all.subspan(i, 1));
    const std::size_t size = batch.sequences[0].size() * shape.frame;
    batch.frames = std::span(inputs.frames.values).subspan(value, size);
    value += size;
    const FloatMatrix states = engine.backend->run(batch);
    result.states.rows += states.rows;
    result.states.cols = states.cols;
    result.states.data.insert(result.states.data.end(), states.data.begin(), states.data.end());
    if (options.compares()) {
      const FloatMatrix reference =
          embed::floatBackend(engine.model.trained.network.graph)->run(batch);
      const std::vector<double> cosines = quantizer::rowCosines(states, reference);
      result.first.add(std::span(cosines).first(1));
      result.rows.add(cosines);
      result.whole.add(quantizer::rowCosines(flat(states), flat(reference)));
    }
    progress.update(i + 1);
  }
  return result;
}

int features(const FeaturesOptions& options) {
  const auto engine = openEngine(options.request, true);
  const importer::TrainedModel& model = engine->model.trained;
  const NamedFrames inputs = framesOf(options, model);
  const Result result = compute(options, *engine, inputs);
  const std::string_view what = importer::inputName(importer::inputOf(model));
  fmt::print("{}: {} {}, {} rows of {} by {}\n", model.name, inputs.names.size(), what,
             result.states.rows, result.states.cols, options.request.backend);
  if (!options.npy.empty()) {
    files::writeAtomically(options.npy, embed::npyBytes(result.states));
    fmt::print("written: {}\n", files::outputName(options.npy));
  }
  printDeviceWork(*engine);
  if (!options.compares()) return kFine;
  if (importer::inputOf(model) == InputKind::Picture)
    fmt::print("cosine to float32, class token: {}\n", result.first.text());
  fmt::print("cosine to float32, every row: {}\n", result.rows.text());
  fmt::print("cosine to float32, all rows of one of the {} together: {}\n", what,
             result.whole.text());
  int status = kFine;
  const auto hold = [&](const char* name, const std::optional<double>& wanted, double found) {
    if (!wanted || found >= *wanted) return;
    fmt::print("below --{} {}: {:.5f}\n", name, *wanted, found);
    status = kDifferent;
  };
  const bool picture = importer::inputOf(model) == InputKind::Picture;
  hold("floor-mean", options.mean,
       picture ? std::min(result.first.mean(), result.rows.mean()) : result.rows.mean());
  hold("floor", options.floor,
       picture ? std::min(result.first.worst(), result.whole.worst()) : result.whole.worst());
  return status;
}

}  // namespace

void addFeatures(CLI::App& app, int& status) {
  auto* command = app.add_subcommand(
      "features", "Last hidden states of pictures or sounds by a trained model");
  auto options = std::make_shared<FeaturesOptions>();
  addBackendOptions(*command, options->request);
  command->add_option("--input", options->input,
                      "A picture (binary PPM of the model's size) or a sound (WAV, 16 kHz, 16 bits, one "
                      "channel)")
      ->type_name(kind::kDataFile);
  command->add_option("--folder", options->folder, "All *.ppm or *.wav of a folder, by name")
      ->type_name(kind::kFolder);
  command->add_option("--drawn", options->drawn, "As many drawn from the seed and the next ones")
      ->check(CLI::Range(1U, 10000U));
  command->add_option("--seed", options->seed, "Of the first of --drawn")->capture_default_str();
  command->add_option("--npy", options->npy, "Write them to this NumPy file, float32, a row per token")
      ->type_name(kind::kOutFile);
  command->add_flag("--compare", options->compare, "Print their cosines to float32's");
  command->add_option("--floor-mean", options->mean,
                      "End with status 2 where the mean cosine of all rows, or of class tokens, is below")
      ->check(CLI::Range(-1.0, 1.0));
  command->add_option("--floor", options->floor,
                      "End with status 2 where a class token's cosine is below, or that of all rows of a "
                      "picture or sound together")
      ->check(CLI::Range(-1.0, 1.0));
  command->footer(
      "Examples:\n"
      "  intformer features --model build/models/vit.itf --input picture.ppm --npy states.npy\n"
      "  intformer features --model build/models/vit.itf --drawn 20 --floor-mean 0.995 --floor 0.98\n"
      "Exit status: 0 fine, 1 the input was refused, 2 the RTL differs from the golden model or a\n"
      "cosine is below a floor, 3 the device stopped with an error or the watchdog barked.");
  command->callback([options, &status] { status = orRefuse([&] { return features(*options); }); });
}

}  // namespace intformer::cli
