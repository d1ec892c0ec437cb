// The CTranslate2 reader, and speech encoders in its files.
#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "sw/float/run_float.hpp"
#include "sw/import/ctranslate2.hpp"
#include "sw/import/trained_model.hpp"
#include "sw/import/whisper.hpp"
#include "tests/catch.hpp"
#include "tests/import/synthetic_ctranslate2.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using importer::CTranslate2File;

namespace {

using Catch::Matchers::Contains;
namespace whisper = importer::whisper;

std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  writeFile(folder.path("model.bin"), bytes);
  try {
    const CTranslate2File file(folder.path("model.bin"));
  } catch (const files::ImportError& error) {
    return error.what();
  }
  return {};
}

floating::FloatModel read(const CtVariables& variables, std::vector<std::string>* ignored = nullptr) {
  const TemporaryFolder folder;
  writeFile(folder.path("model.bin"), ctBytes(variables));
  return whisper::read(folder.path(), ignored);
}

TEST_CASE("variables and aliases come out as they were written", "[import]") {
  const TemporaryFolder folder;
  CtVariables variables = {{"a", {{2, 2}, 0, ctFloats({1, -2, 3, 4})}},
                           {"b", {{2}, 4, std::string("\0\x3c\0\xc0", 4)}},
                           {"c", {{}, 2, std::string("\xfe\xff", 2)}},
                           {"d", {{1}, 5, "\x80\x3f"}}};
  writeFile(folder.path("x"), ctBytes(variables, "ASpec", {{"e", "a"}}));
  const CTranslate2File file(folder.path("x"));
  CHECK(file.specification() == "ASpec");
  CHECK(file.revision() == 3);
  CHECK(file.read("a", {2, 2}) == std::vector<float>{1, -2, 3, 4});
  CHECK(file.read("b", {2}) == std::vector<float>{1, -2});
  CHECK(file.read("d", {1}) == std::vector<float>{1});
  CHECK(file.number("c") == -2);
  CHECK(file.aliases().at("e") == "a");
  CHECK_THROWS_WITH(file.read("a", {4}), Contains("variable a has shape [2, 2], expected [4]"));
  CHECK_THROWS_WITH(file.read("z", {4}), Contains("variable z is missing, expected shape [4]"));
  CHECK_THROWS_WITH(file.read("c", {}), Contains("variable c has type int16, expected float32"));
  CHECK_THROWS_WITH(file.number("b"), Contains("expected an integer without extents"));
  CHECK_THROWS_WITH(file.number("z"), Contains("variable z is missing"));
}

TEST_CASE("files that contradict themselves are refused with their place", "[import]") {
  const CtVariables one = {{"t", {{2}, 0, ctFloats({1, 2})}}};
  const std::string good = ctBytes(one);
  CHECK(refusal(good).empty());
  for (std::size_t size = 0; size < good.size(); ++size) {
    INFO(size);
    CHECK_THAT(refusal(good.substr(0, size)), Contains("bytes are asked for"));
  }
  CHECK_THAT(refusal(good + "x"), Contains("aliases") && Contains("1 bytes follow the last one"));
  const auto changed = [&](std::size_t at, char to) {
    std::string bytes = good;
    bytes[at] = to;
    return refusal(bytes);
  };
  CHECK_THAT(changed(0, 5), Contains("version 5: models of CTranslate2 of version 6 are read"));
  const std::size_t name = good.find(std::string("t\0", 2), 24);
  const auto says = [&](const CtVariable& variable, const std::string& reason) {
    CHECK_THAT(refusal(ctBytes({{"t", variable}})), Contains("variable t, at byte") && Contains(reason));
  };
  CHECK_THAT(changed(name, '\n'), Contains("variable 1 of 1") && Contains("control characters"));
  CHECK_THAT(changed(name + 1, 'x'), Contains("a name is empty or does not end with a zero"));
  says({{3}, 0, ctFloats({1, 2})}, "8 bytes, the shape [3] of float32 asks for 12");
  says({{2}, 6, ctFloats({1, 2})}, "unknown type 6");
  says({{2}, 255, ctFloats({1, 2})}, "unknown type 255");
  says({{0xffffffff, 0xffffffff}, 0, ctFloats({1, 2})}, "a shape beyond all sizes");
  says({std::vector<uint32_t>(17, 1), 0, ctFloats({1})}, "a shape of 17 extents");
  // A second variable of the same name, put in by hand.
  const CtVariables two = {{"t", {{1}, 0, ctFloats({1})}}, {"u", {{1}, 0, ctFloats({1})}}};
  std::string twice = ctBytes(two);
  twice[twice.find(std::string("u\0", 2))] = 't';
  CHECK_THAT(refusal(twice), Contains("variable t") && Contains("another one has this name"));
  CHECK_THAT(refusal(ctBytes(one, "S", {{"a", "z"}})), Contains("a stands for z, which is no variable"));
  CHECK_THAT(refusal(ctBytes(one, "S", {{"t", "t"}})), Contains("t is there already"));
  CHECK_THAT(refusal(ctBytes(one, "S", {{"a", "t"}, {"a", "t"}})), Contains("a is there already"));
}

TEST_CASE("a speech encoder's sizes and its rest are what the variables say", "[import]") {
  std::vector<std::string> ignored;
  const floating::FloatModel model = read(syntheticSpeech(1), &ignored);
  CHECK(model.kind == whisper::kKind);
  CHECK(model.shape.width == 16);
  CHECK(model.shape.heads == 2);
  CHECK(model.shape.ffn == 24);
  CHECK(model.shape.layers == 2);
  CHECK(model.shape.positions == 6);
  CHECK(whisper::bandsOf(model.shape) == 4);
  CHECK(ignored == std::vector<std::string>{"decoder/embeddings/weight"});
  CHECK(whisper::faultOf(model.shape).empty());
}

/// The rows that two convolutions of three taps, the second in steps of two, make of a spectrogram; GELU
/// behind both.
std::vector<double> convolved(const CTranslate2File& file, const std::vector<std::vector<double>>& mel) {
  const auto gelu = [](double x) { return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0))); };
  const auto layer = [&](const std::string& name, const std::vector<std::vector<double>>& in,
                         uint32_t stride) {
    const auto cols = static_cast<uint32_t>(in[0].size());
    const std::vector<float> kernel = file.read(name + "/weight", {16, cols, 3});
    const std::vector<float> bias = file.read(name + "/bias", {16});
    std::vector<std::vector<double>> out;
    for (std::size_t row = 0; row < in.size(); row += stride) {
      auto& values = out.emplace_back(16);
      for (std::size_t c = 0; c < 16; ++c) {
        double sum = bias[c];
        for (std::size_t tap = 0; tap < 3; ++tap) {
          if (row + tap < 1 || row + tap > in.size()) continue;
          for (std::size_t k = 0; k < cols; ++k)
            sum += in[row + tap - 1][k] * kernel[(c * cols + k) * 3 + tap];
        }
        values[c] = gelu(sum);
      }
    }
    return out;
  };
  std::vector<double> flat;
  for (const auto& row : layer("encoder/conv2", layer("encoder/conv1", mel, 1), 2))
    flat.insert(flat.end(), row.begin(), row.end());
  return flat;
}

TEST_CASE("frames through the stem are the two convolutions, to the first and last row", "[import]") {
  const TemporaryFolder folder;
  writeFile(folder.path("model.bin"), ctBytes(syntheticSpeech(2)));
  const CTranslate2File file(folder.path("model.bin"));
  const floating::FloatModel model = whisper::read(folder.path());
  std::vector<std::vector<double>> mel(12, std::vector<double>(4));
  for (std::size_t i = 0; i < 48; ++i)
    mel[i / 4][i % 4] = std::sin(static_cast<double>(i * i % 29)) * 1.4;
  std::vector<float> frames;
  for (int token = 0; token < 6; ++token) {
    for (int row = 2 * token - 2; row <= 2 * token + 2; ++row)
      for (std::size_t band = 0; band < 4; ++band)
        frames.push_back(row < 0 || row > 11 ? 0
                                             : static_cast<float>(mel[static_cast<std::size_t>(row)][band]));
    frames.insert(frames.end(), whisper::kEdge, token == 0 ? 1.0F : 0.0F);
  }
  const std::vector<std::vector<uint32_t>> tokens = {{0, 0, 0, 0, 0, 0}};
  TokenBatch batch(tokens);
  batch.frames = frames;
  const floating::FloatValues values = floating::runFloat(model.graph, batch);
  const std::vector<double> wanted = convolved(file, mel);
  const std::vector<float> places = file.read("encoder/position_encodings/encodings", {6, 16});
  for (TensorId id = 0; id < values.size(); ++id) {
    const std::string& name = model.graph.tensors[id].name;
    if (name != "stem.second" && name != "embedding.sum") continue;
    INFO(name);
    REQUIRE(values[id].data.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
      CHECK(values[id].data[i] ==
            Approx(wanted[i] + (name == "stem.second" ? 0 : places[i])).margin(2e-6));
  }
}

TEST_CASE("what is no speech encoder is refused by the variable's name", "[import]") {
  const auto says = [](const std::string& reason, auto change) {
    CtVariables variables = syntheticSpeech(1);
    change(variables);
    CHECK_THROWS_WITH(read(variables), Contains(reason));
  };
  says("encoder/layer_1/ffn/linear_1/bias is missing, expected shape [16]",
       [](CtVariables& v) { v.erase("encoder/layer_1/ffn/linear_1/bias"); });
  says("encoder/layer_norm/gamma has shape [8], expected [16]",
       [](CtVariables& v) { v["encoder/layer_norm/gamma"] = {{8}, 0, ctFloats(std::vector<float>(8))}; });
  says("encoder/layer_norm/gamma has type int32, expected float32, float16 or bfloat16",
       [](CtVariables& v) { v["encoder/layer_norm/gamma"].type = 3; });
  says("encoder/alibi is not known; it may change what the encoder computes",
       [](CtVariables& v) { v["encoder/alibi"] = {{}, 1, std::string(1, '\1')}; });
  says("encoder/num_heads: must divide the width 16, got 3",
       [](CtVariables& v) { v["encoder/num_heads"].bytes = std::string("\3\0", 2); });
  says("encoder/num_heads: must divide the width 16, got 0",
       [](CtVariables& v) { v["encoder/num_heads"].bytes = std::string(2, '\0'); });
  says("encoder/conv1/weight has shape [16, 12], expected 3 extents", [](CtVariables& v) {
    v["encoder/conv1/weight"].shape = {16, 12};
  });
  says("encoder/conv1/bias holds nan at element 2", [](CtVariables& v) {
    const float nan = std::nanf("");
    std::memcpy(v["encoder/conv1/bias"].bytes.data() + 8, &nan, sizeof nan);
  });
  const TemporaryFolder folder;
  writeFile(folder.path("model.bin"), ctBytes(syntheticSpeech(1), "TransformerSpec"));
  CHECK_THROWS_WITH(whisper::read(folder.path()),
                    Contains("holds a TransformerSpec of revision 3, expected a WhisperSpec"));
}

TEST_CASE("a shape of a model file is checked to be a speech encoder's", "[import]") {
  const floating::ModelShape shape = read(syntheticSpeech(1)).shape;
  const auto fault = [&](auto change) {
    floating::ModelShape changed = shape;
    change(changed);
    return whisper::faultOf(changed);
  };
  CHECK_THAT(fault([](auto& s) { s.vocabulary = 2; }), Contains("one kind of token"));
  CHECK_THAT(fault([](auto& s) { s.frame = 31; }), Contains("frame 31"));
  CHECK_THAT(fault([](auto& s) { s.frame = 53; }), Contains("frame 53"));
  CHECK_THAT(fault([](auto& s) { s.width = 40000; }), Contains("width 40000"));
}

}  // namespace
}  // namespace intformer::test
