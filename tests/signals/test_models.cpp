// Models that read pictures and sounds, from a file of others to equal bits on the RTL.
#include <numeric>

#include "sw/embed/backend.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/quantizer/quantize_model.hpp"
#include "sw/signals/frames.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/support.hpp"
#include "tests/import/synthetic_ctranslate2.hpp"
#include "tests/import/synthetic_onnx.hpp"
#include "tests/itf/sample.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using Catch::Matchers::Contains;
using floating::FloatMatrix;
using importer::InputKind;
using signals::Frames;

namespace {

/// A small model of either kind, read from a file in the test's folder.
importer::TrainedModel imported(InputKind kind) {
  const TemporaryFolder folder;
  importer::ImportNotes notes;
  if (kind == InputKind::Picture) {
    writeFile(folder.path("model.onnx"), syntheticVit(3));
    return importer::importFolder(folder.path("model.onnx"), notes);
  }
  writeFile(folder.path("model.bin"), ctBytes(syntheticSpeech(3)));
  return importer::importFolder(folder.path(), notes);
}

Frames drawn(const importer::TrainedModel& model, uint64_t seed, uint32_t count) {
  Frames all;
  for (uint32_t i = 0; i < count; ++i)
    all.add(signals::drawFrames(importer::inputOf(model), model.network.shape, seed + i));
  return all;
}

itf::ModelFile quantized(InputKind kind) {
  itf::ModelFile file;
  file.trained = imported(kind);
  const Frames calibration = drawn(file.trained, 100, 12);
  file.integers = itf::IntegerModel{
      quantizer::quantizeModel(file.trained.network.graph, calibration.batch(), {}), {}};
  return file;
}

double meanCosine(const FloatMatrix& a, const FloatMatrix& b) {
  const std::vector<double> cosines = quantizer::rowCosines(a, b);
  return std::accumulate(cosines.begin(), cosines.end(), 0.0) / static_cast<double>(cosines.size());
}

TEST_CASE("pictures and sounds: near float32, and equal on golden model, emulator and RTL", "[signals]") {
  const Plan plan = configPlan("tiny4");
  for (const InputKind kind : {InputKind::Picture, InputKind::Sound}) {
    INFO(importer::inputName(kind));
    const itf::ModelFile file = quantized(kind);
    const quantizer::QuantizedModel& integers = file.integers->model;
    const Frames frames = drawn(file.trained, 1, 3);
    const FloatMatrix golden = embed::goldenBackend(integers, plan.family)->run(frames.batch());
    const FloatMatrix reference =
        embed::floatBackend(file.trained.network.graph)->run(frames.batch());
    CHECK(meanCosine(golden, reference) > 0.99);
    CHECK(embed::emulatorBackend(integers, plan)->run(frames.batch()).data == golden.data);
    const auto rtl = embed::rtlBackend(integers, plan, {});
    CHECK(rtl->run(frames.batch()).data == golden.data);
    CHECK(rtl->work()->valuesCompared > golden.data.size());
  }
}

TEST_CASE("a sequence alone and in a batch has the same states", "[signals]") {
  for (const InputKind kind : {InputKind::Picture, InputKind::Sound}) {
    const itf::ModelFile file = quantized(kind);
    const Frames one = signals::firstOf(drawn(file.trained, 1, 1), 4), other = drawn(file.trained, 2, 1);
    Frames both = one;
    both.add(other);
    const auto golden = embed::goldenBackend(file.integers->model, Family::Pwl);
    FloatMatrix together = golden->run(both.batch());
    const FloatMatrix first = golden->run(one.batch());
    together.data.resize(first.data.size());
    CHECK(together.data == first.data);
  }
}

TEST_CASE("model files keep models of pictures and sounds", "[signals]") {
  const TemporaryFolder folder;
  for (const InputKind kind : {InputKind::Picture, InputKind::Sound}) {
    const itf::ModelFile file = quantized(kind);
    itf::writeModelFile(folder.path("x.itf"), file);
    const itf::ModelFile read = itf::readModelFile(folder.path("x.itf"));
    CHECK(importer::inputOf(read.trained) == kind);
    CHECK(read.trained.network.shape.frame == file.trained.network.shape.frame);
    const Frames frames = drawn(file.trained, 1, 1);
    CHECK(embed::floatBackend(read.trained.network.graph)->run(frames.batch()).data ==
          embed::floatBackend(file.trained.network.graph)->run(frames.batch()).data);
    CHECK(embed::goldenBackend(read.integers->model, Family::Pwl)->run(frames.batch()).data ==
          embed::goldenBackend(file.integers->model, Family::Pwl)->run(frames.batch()).data);
  }
}

TEST_CASE("model files whose frames contradict the model are refused", "[signals]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("x.itf");
  itf::writeModelFile(path, quantized(InputKind::Picture));
  const Sections good(path);
  const auto says = [&](const std::string& section, const std::string& from, const std::string& to,
                        const std::string& reason) {
    Sections changed = good;
    changed.replace(section, from, to);
    changed.write(path);
    INFO(to);
    CHECK_THROWS_WITH(itf::readModelFile(path), Contains(reason));
  };
  says("model.json", "\"frame\": 48", "\"frame\": 47", "frame 47: must be the pixels of a square");
  says("model.json", "\"frame\": 48", "\"frome\": 48", "frame is missing");
  says("model.json", "\"vocabulary\": 2", "\"vocabulary\": 3", "two kinds of tokens");
  says("model.json", "\"positions\": 5", "\"positions\": 6", "positions 6");
  says("model.json", "\"vision-transformer\"", "\"vision\"", "holds a model of kind vision");
  says("integers.json", "\"frames\":", "\"fromes\":", "frames is missing");
  says("integers.json", "\"frame_zero\":", "\"frame_none\":", "frame_zero is missing");
  Sections any = good;
  const std::string text(any["integers.json"].begin(), any["integers.json"].end());
  const std::size_t at = text.find("\"frames\":");
  const std::string id = text.substr(at, text.find(',', at) - at);
  says("integers.json", id, "\"frames\":0", "must be an int8 input of 48 columns");
}

TEST_CASE("frames that are not as many as the tokens are refused", "[signals]") {
  const itf::ModelFile file = quantized(InputKind::Picture);
  Frames frames = drawn(file.trained, 1, 1);
  frames.values.pop_back();
  CHECK_THROWS_WITH(embed::floatBackend(file.trained.network.graph)->run(frames.batch()),
                    Contains("patches: 239 values for 5 rows of 48"));
  CHECK_THROWS_WITH(embed::goldenBackend(file.integers->model, Family::Pwl)->run(frames.batch()),
                    Contains("patches: 239 values for 5 rows of 48"));
}

}  // namespace
}  // namespace intformer::test
