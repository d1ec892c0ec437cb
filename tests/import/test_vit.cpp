// Vision transformers among the nodes of ONNX files.
#include <fmt/format.h>

#include "sw/float/run_float.hpp"
#include "sw/import/trained_model.hpp"
#include "sw/import/vit.hpp"
#include "sw/import/vit_stem.hpp"
#include "tests/catch.hpp"
#include "tests/import/synthetic_onnx.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using floating::FloatMatrix;
using floating::FloatModel;

namespace {

using Catch::Matchers::Contains;
namespace vit = importer::vit;

FloatModel model(const VitForm& form, std::vector<std::string>* ignored = nullptr,
                 std::vector<std::string>* notes = nullptr) {
  const TemporaryFolder folder;
  writeFile(folder.path("x.onnx"), syntheticVit(3, form));
  return vit::read(folder.path("x.onnx"), ignored, notes);
}

/// Of a class token and four patches, with frames of some values.
FloatMatrix states(const FloatModel& model) {
  const std::vector<std::vector<uint32_t>> tokens = {{0, 1, 1, 1, 1}};
  std::vector<float> frames(5 * std::size_t{model.shape.frame});
  for (std::size_t i = model.shape.frame; i < frames.size(); ++i)
    frames[i] = static_cast<float>(i * 37 % 256) / 255;
  TokenBatch batch(tokens);
  batch.frames = frames;
  return floating::floatOutput(model.graph, batch);
}

TEST_CASE("a vision transformer's sizes and its rest are what the nodes say", "[import]") {
  std::vector<std::string> ignored, notes;
  const FloatModel read = model({}, &ignored, &notes);
  CHECK(read.kind == vit::kKind);
  CHECK(read.shape.width == 24);
  CHECK(read.shape.heads == 3);
  CHECK(read.shape.ffn == 32);
  CHECK(read.shape.layers == 2);
  CHECK(read.shape.positions == 5);
  CHECK(read.shape.frame == 48);
  CHECK(read.shape.epsilon == Approx(1e-6));
  CHECK(vit::gridOf(read.shape) == 2);
  CHECK(vit::patchOf(read.shape) == 4);
  CHECK(ignored == std::vector<std::string>{"head.weight"});
  REQUIRE(notes.size() == 1);
  CHECK_THAT(notes[0], Contains("pictures of 8 x 8 pixels in patches of 4 x 4"));
  CHECK(vit::faultOf(read.shape).empty());
}

TEST_CASE("LayerNorm and GELU as one node or as many are the same model", "[import]") {
  const FloatMatrix many = states(model({}));
  const FloatMatrix one = states(model({.fused = true}));
  for (std::size_t i = 0; i < many.data.size(); ++i)
    CHECK(one.data[i] == Approx(many.data[i]).margin(1e-5));
}

TEST_CASE("a model without LayerScale, and one without a head, is read", "[import]") {
  std::vector<std::string> ignored;
  CHECK(model({.scaled = false, .head = false}, &ignored).shape.layers == 2);
  CHECK(ignored.empty());
}

TEST_CASE("positions for other pictures are interpolated as ONNX does", "[import]") {
  std::vector<std::string> notes;
  CHECK(model({.resized = true}, nullptr, &notes).shape.positions == 5);
  REQUIRE(notes.size() == 2);
  CHECK_THAT(notes[1], Contains("positions of 3 x 3 patches are interpolated to 2 x 2"));
  // ONNX Runtime's Resize to 2 x 2, mode cubic, half_pixel
  const std::vector<float> square = {0, 1, 4, 9, 16, 25, 36, 49, 64};
  const std::vector<float> wanted = {1.430755615F, 6.522369385F, 32.397369385F, 53.180755615F};
  const std::vector<float> found = vit::resized(square, 3, 1, 2);
  REQUIRE(found.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(found[i] == Approx(wanted[i]));
  CHECK(vit::resized(square, 3, 1, 3) == square);
}

TEST_CASE("what is no vision transformer is refused with node and expectation", "[import]") {
  const auto says = [](const std::string& fault, const std::string& reason) {
    INFO(fault);
    CHECK_THROWS_WITH(model({.fault = fault}), Contains("x.onnx: node /") && Contains(reason));
  };
  says("mask", "expected MatMul: attention's queries * keys, without a mask");
  says("heads", "3 heads of queries, 6 of keys, 3 of values: must be as many");
  says("scale", "logits are scaled by 0.25, expected 1 / sqrt(8)");
  says("perm", "expected perm [0, 2, 1, 3]");
  says("stride", "strides is not as for patches that lie side by side");
  says("gelu", "expected erf(x / sqrt(2)) + 1 of GELU");
  says("norm", "expected axes [-1]");
  const TemporaryFolder folder;
  OnnxWriter other;
  other.input("x", {1, 4});
  other.output(other.node("Relu", {"x"}));
  writeFile(folder.path("x.onnx"), other.bytes());
  CHECK_THROWS_WITH(vit::read(folder.path("x.onnx")),
                    Contains("holds no LayerNorm, so no vision transformer"));
  CHECK_THROWS_WITH(vit::read(folder.path("y.onnx")), Contains("cannot be opened"));
}

TEST_CASE("an ONNX file is imported by its path, and has no tokenizer", "[import]") {
  const TemporaryFolder folder;
  writeFile(folder.path("x.onnx"), syntheticVit(3));
  importer::ImportNotes notes;
  const importer::TrainedModel model = importer::importFolder(folder.path("x.onnx"), notes);
  CHECK(model.name == "x");
  CHECK(model.vocabulary.empty());
  CHECK(importer::inputOf(model) == importer::InputKind::Picture);
  CHECK(notes.ignoredTensors.size() == 1);
}

TEST_CASE("a shape of a model file is checked for its kind", "[import]") {
  floating::ModelShape shape = model({}).shape;
  const auto fault = [&](auto change) {
    floating::ModelShape changed = shape;
    change(changed);
    return vit::faultOf(changed);
  };
  CHECK_THAT(fault([](auto& s) { s.vocabulary = 3; }), Contains("two kinds of tokens"));
  CHECK_THAT(fault([](auto& s) { s.segments = 1; }), Contains("one segment"));
  CHECK_THAT(fault([](auto& s) { s.positions = 6; }), Contains("positions 6"));
  CHECK_THAT(fault([](auto& s) { s.positions = 0; }), Contains("positions 0"));
  CHECK_THAT(fault([](auto& s) { s.frame = 47; }), Contains("frame 47"));
}

}  // namespace
}  // namespace intformer::test
