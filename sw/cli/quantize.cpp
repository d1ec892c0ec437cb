#include <fmt/format.h>
#include <xxhash.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sw/cli/commands.hpp"
#include "sw/cli/frames_input.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/texts.hpp"
#include "sw/cli/trained.hpp"
#include "sw/places/places.hpp"
#include "sw/quantizer/drawn_sentences.hpp"
#include "sw/quantizer/paired_sentences.hpp"

namespace intformer::cli {

using files::inputName;
using quantizer::QuantizeOptions;
using quantizer::RangeMethod;

namespace {

struct QuantizeCommand {
  std::string model;
  CalibrationSource calibration;
  std::string out;
  QuantizeOptions how;
  bool percentile = false;  ///< was given
};

/// The options as a model file says how its integers were found.
std::string methodText(const QuantizeOptions& how) {
  const quantizer::CodingOptions& coding = how.activations;
  std::string text = fmt::format("ranges {}", quantizer::rangeMethodName(coding.ranges.method));
  if (coding.ranges.method == RangeMethod::Percentile)
    text += fmt::format(" {}", coding.ranges.percentile);
  text += coding.strength ? fmt::format(", smoothing {}", *coding.strength)
                          : std::string(", smoothing by error");
  if (!coding.zeroPoints) text += ", no zero points";
  if (!how.weights.secondOrder) text += ", weights to nearest";
  if (!how.weights.biasCorrection) text += ", no bias correction";
  if (!how.weights.perChannel) text += ", one scale for all channels";
  if (!how.perHead) text += ", one scale for all heads";
  if (!how.wideResidual) text += ", int8 residual";
  if (how.dither) text += ", dither";
  return text;
}

int quantize(const QuantizeCommand& command) {
  if (command.percentile && command.how.activations.ranges.method != RangeMethod::Percentile) {
    fmt::print(stderr, "--percentile says something of --ranges percentile: give both\n");
    return kRefused;
  }
  const auto begin = std::chrono::steady_clock::now();
  itf::ModelFile model = itf::readModelFile(command.model);
  model.integers = quantizeTrained(model.trained, command.calibration, command.how);
  itf::writeModelFile(command.out, model);
  uint64_t weights = 0;
  for (const Linear* linear : operatorsOf<Linear>(model.integers->model.graph))
    weights += linear->weights.size();
  fmt::print("{}: {} operators, {:.1f} M weights of 8 bits; {:.1f} MB; {:.1f} s\n", command.out,
             model.integers->model.graph.operators.size(), static_cast<double>(weights) / 1e6,
             static_cast<double>(std::filesystem::file_size(command.out)) / 1e6,
             std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return kFine;
}

/// Of a model that reads pictures or sounds: on those of a folder, and on drawn ones.
itf::IntegerModel quantizeFrames(const importer::TrainedModel& model,
                                 const CalibrationSource& calibration, const QuantizeOptions& how) {
  constexpr uint64_t kSeed = 1'000'000;  // far from those of `run` and `features`
  constexpr uint32_t kPictures = 16, kSounds = 4;
  const importer::InputKind input = importer::inputOf(model);
  const floating::ModelShape& shape = model.network.shape;
  NamedFrames read;
  if (!calibration.text.empty()) read = readFolder(input, shape, calibration.text);
  const uint32_t drawn =
      calibration.drawn.value_or(input == importer::InputKind::Picture ? kPictures : kSounds);
  signals::Frames frames = std::move(read.frames);
  frames.add(drawMany(input, shape, kSeed, drawn).frames);
  if (frames.sequences.empty())
    throw std::runtime_error(fmt::format("--drawn 0 leaves no {} to calibrate on; give --calibrate "
                                         "FOLDER", importer::inputName(input)));
  const std::size_t tokens = frames.values.size() / shape.frame;
  fmt::print("{}: calibrating on {} {} of files and {} drawn ones, {} tokens\n", model.name,
             read.names.size(), importer::inputName(input), drawn, tokens);
  std::fflush(stdout);
  itf::IntegerModel integers;
  integers.origin = {
      {"calibration_xxh3",
       fmt::format("{:016x}", XXH3_64bits(frames.values.data(),
                                          frames.values.size() * sizeof(float)))},
      {"method", methodText(how)},
      {"files", std::to_string(read.names.size())},
      {"drawn", std::to_string(drawn)},
      {"tokens", std::to_string(tokens)}};
  CountProgress progress("layers", model.network.graph.blocks.size());
  integers.model = quantizer::quantizeModel(model.network.graph, frames.batch(), how,
                                            [&](uint32_t done) { progress.update(done); });
  return integers;
}

/// Whether pairs of texts are what the model is for, or may be.
bool seesPairs(const importer::TrainedModel& model) {
  return model.head && model.head->kind == importer::HeadKind::Sequence &&
         model.network.shape.segments > 1 && model.tokenizer.maxTokens > 2;
}

/// Methods, of which docs/10-accuracy.md measures what each is worth.
void addMethods(CLI::App& app, QuantizeCommand& options) {
  constexpr const char* kGroup = "Methods (the defaults are the most accurate)";
  QuantizeOptions& how = options.how;
  const auto range = [&how](const std::string& name) {
    for (const RangeMethod method :
         {RangeMethod::Max, RangeMethod::Percentile, RangeMethod::MeanSquare})
      if (quantizer::rangeMethodName(method) == name)
        how.activations.ranges.method = how.heads.method = method;
  };
  app.add_option_function<std::string>("--ranges", range,
                                       "Ranges of activations: max, percentile or mse")
      ->check(CLI::IsMember({"max", "percentile", "mse"}))
      ->type_name(kind::kChoice)
      ->group(kGroup);
  app.add_option_function<double>(
         "--percentile",
         [&options](double inside) {
           options.how.activations.ranges.percentile = options.how.heads.percentile = inside;
           options.percentile = true;
         },
         "Part of the values inside the range, in percent, of --ranges percentile")
      ->check(CLI::Range(50.0, 100.0))
      ->group(kGroup);
  app.add_option("--smoothing", how.activations.strength,
                 "One strength for all tensors (0 to 1) instead of each one's best")
      ->check(CLI::Range(0.0, 1.0))
      ->group(kGroup);
  const auto flag = [&](const char* name, bool& field, bool value, const char* help) {
    app.add_flag_callback(name, [&field, value] { field = value; }, help)->group(kGroup);
  };
  flag("--no-zero-points", how.activations.zeroPoints, false, "Symmetric activations");
  flag("--nearest", how.weights.secondOrder, false, "Weights to nearest, not by second order");
  flag("--no-bias-correction", how.weights.biasCorrection, false, "Leave mean errors");
  flag("--per-tensor", how.weights.perChannel, false, "A scale per weight matrix");
  flag("--one-head-scale", how.perHead, false, "A scale for all heads");
  flag("--narrow-residual", how.wideResidual, false, "Residuals add int8 activations");
  flag("--dither", how.dither, true, "Round attention weights by position");
}

}  // namespace

itf::IntegerModel quantizeTrained(const importer::TrainedModel& model,
                                  const CalibrationSource& calibration,
                                  const QuantizeOptions& how) {
  if (importer::inputOf(model) != importer::InputKind::Text)
    return quantizeFrames(model, calibration, how);
  const std::string path = calibration.text.empty()
                               ? places::ownFile("configs/calibration/english.txt").string()
                               : places::hereOrOwn(calibration.text);
  std::vector<std::string> lines = readLines(path);
  if (const std::size_t blank = std::erase_if(lines, isBlank); blank != 0 && !lines.empty())
    fmt::print("{}: {} blank lines say nothing and are left out\n", inputName(path),
               blank);
  if (lines.empty())
    throw std::runtime_error(inputName(path) + ": holds no sentence to calibrate on");
  const tokenizer::Tokenizer tokenizer(model.vocabulary, model.tokenizer);
  std::vector<std::vector<uint32_t>> written;
  std::string text;
  for (const std::string& line : lines) {
    written.push_back(tokenizer.encode(line));
    text += line + "\n";
  }
  const auto drawn = quantizer::drawSentences(tokenizer, calibration.drawn.value_or(250));
  quantizer::CalibrationTexts texts{quantizer::interleave(written, drawn), {}};
  const bool pairs = seesPairs(model);
  if (pairs) texts = quantizer::pairSentences(tokenizer, texts.sequences);
  std::size_t tokens = 0;
  for (const auto& sequence : texts.sequences) tokens += sequence.size();
  const std::string name = std::filesystem::path(inputName(path)).filename().string();
  fmt::print("{}: calibrating on {} sentences of {} and {} of drawn words, {}{} tokens\n", model.name,
             lines.size(), name, drawn.size(), pairs ? "two in three of them as pairs, " : "",
             tokens);
  std::fflush(stdout);

  itf::IntegerModel integers;
  integers.origin = {
      {"calibration", name},
      {"calibration_xxh3", fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()))},
      {"method", methodText(how)},
      {"sentences", std::to_string(lines.size())},
      {"drawn_sentences", std::to_string(drawn.size())},
      {"pairs", std::to_string(lines.size() + drawn.size() - texts.sequences.size())},
      {"tokens", std::to_string(tokens)}};
  CountProgress progress("layers", model.network.graph.blocks.size());
  integers.model = quantizer::quantizeModel(model.network.graph, texts.batch(), how,
                                            [&](uint32_t done) { progress.update(done); });
  return integers;
}

void addQuantize(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("quantize", "Find the integers of an imported model, after training");
  auto options = std::make_shared<QuantizeCommand>();
  command->add_option("model", options->model, "Model file (*.itf) of `intformer import`")
      ->type_name(kind::kModel)
      ->required();
  command->add_option("--calibrate", options->calibration.text,
                      "Sentences of the kind that the model will see, one per line (default: the "
                      "English ones of configs/calibration); for one that reads pictures or sounds, a "
                      "folder of *.ppm or *.wav")
      ->type_name(kind::kTextFile);
  command
      ->add_option("--drawn", options->calibration.drawn,
                   "Sentences of words drawn from the vocabulary, beside the text: they give rare "
                   "words room in the ranges; or drawn pictures or sounds; 0: none (default: 250 "
                   "sentences, 16 pictures or 4 sounds)")
      ->check(CLI::Range(0U, 2000U));  // of MiniLM about 1 MB each while they are measured
  command->add_option("--out", options->out, "Model file to write; may be the one that is read")
      ->type_name(kind::kModelOut)
      ->required();
  addMethods(*command, *options);
  command->footer(
      "Example:\n"
      "  intformer quantize build/models/minilm.itf --calibrate mine.txt --out mine.itf");
  command->callback(
      [options, &status] { status = orRefuse([&] { return quantize(*options); }); });
}

}  // namespace intformer::cli
