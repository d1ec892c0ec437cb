#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

#include "sw/model/bert.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::model;

namespace {

/// Loads `text` as a model file and returns the diagnostics' texts without the path.
std::vector<std::string> faults(const std::string& text) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("m.toml");
  test::writeFile(path, text);
  const ModelSpecResult result = loadModelSpec(path);
  CHECK(result.spec.has_value() == result.diagnostics.empty());
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    CHECK(diagnostic.text().starts_with(path + ":"));
    texts.push_back(diagnostic.text().substr(path.size() + 1));
  }
  return texts;
}

const std::string kGood = "name = 'm'\nwidth = 32\nheads = 2\nffn = 64\nlayers = 1\n";

}  // namespace

TEST_CASE("every model file of the project loads") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("configs/models")) {
    const ModelSpecResult result = loadModelSpec(entry.path().string());
    INFO(entry.path());
    for (const Diagnostic& diagnostic : result.diagnostics) UNSCOPED_INFO(diagnostic.text());
    REQUIRE(result.spec);
    CHECK(result.spec->name == entry.path().stem());
    ++count;
  }
  CHECK(count >= 6);
}

TEST_CASE("a model file gives the shape, with defaults for what is optional") {
  const ModelSpec base = *loadModelSpec("configs/models/bert-base.toml").spec;
  CHECK(base.width == 768);
  CHECK(base.heads == 12);
  CHECK(base.ffn == 3072);
  CHECK(base.layers == 12);
  CHECK(base.epsilon == 1e-12);
  CHECK_FALSE(base.validTokens);
  CHECK_FALSE(base.dither);
  const ModelSpec padded = *loadModelSpec("configs/models/padded.toml").spec;
  CHECK(padded.validTokens == 11U);
  CHECK(padded.dither);
}

TEST_CASE("a good model file has no faults") { CHECK(faults(kGood).empty()); }

TEST_CASE("heads that do not divide the width are refused with the nearest that do") {
  const auto texts = faults("name = 'm'\nwidth = 32\nheads = 5\nffn = 64\nlayers = 1\n");
  REQUIRE(texts.size() == 1);
  CHECK(texts[0] == "3:9: heads: must divide width 32, got 5; nearest legal: 4");
}

TEST_CASE("all faults of a model file are reported at once, in the file's order") {
  const auto texts = faults(
      "name = 7\nwidth = 9000\nheadz = 2\nffn = 'wide'\nlayers = 1\nepsilon = -1\n"
      "dither = 1\nvalid_tokens = -3\n");
  REQUIRE(texts.size() == 8);
  CHECK(texts[0].find("heads: is missing") != std::string::npos);
  CHECK(texts[1] == "1:8: name: must be a word in quotes");
  CHECK(texts[2] == "2:9: width: must be 1 to 4096, got 9000; nearest legal: 4096");
  CHECK_THAT(texts[3],
             Catch::Matchers::StartsWith("3:1: headz: unknown key") && containsText("heads"));
  CHECK(texts[4] == "4:7: ffn: must be a whole number");
  CHECK_THAT(texts[5], Catch::Matchers::StartsWith("6:11: epsilon: must be a positive number"));
  CHECK_THAT(texts[6], Catch::Matchers::StartsWith("7:10: dither: must be true or false"));
  CHECK_THAT(texts[7],
             Catch::Matchers::StartsWith("8:16: valid_tokens: must be 0 to 65535, got -3"));
}

TEST_CASE("a model file may name its rows, heads of another width, and leave LayerNorm out") {
  const ModelSpec spec = *loadModelSpec("configs/models/ita-128.toml").spec;
  CHECK(spec.kind == ModelKind::Encoder);
  CHECK(spec.seq == 128U);
  CHECK(spec.width == 192);
  CHECK(spec.projection == 256);
  CHECK(spec.headWidth() == 256);
  CHECK_FALSE(spec.norm);
  CHECK(loadModelSpec("configs/models/bert-base.toml").spec->headWidth() == 64);
}

TEST_CASE("parts of networks have kinds with keys of their own") {
  const ModelSpec matmul = *loadModelSpec("configs/models/matmul-128x256x256.toml").spec;
  CHECK(matmul.kind == ModelKind::Matmul);
  CHECK(matmul.width == 256);
  CHECK(matmul.cols == 256);
  CHECK(loadModelSpec("configs/models/attention-core.toml").spec->kind == ModelKind::Attention);
  CHECK(faults("name = 'm'\nkind = 'matmul'\ndepth = 3\ncols = 5\n").empty());

  const auto strange = faults("name = 'm'\nkind = 'matmul'\nheads = 2\ndept = 3\ncols = 5\n");
  REQUIRE(strange.size() == 3);
  CHECK_THAT(strange[0], containsText("depth: is missing"));
  CHECK(strange[1] == "3:1: heads: is not a key of kind \"matmul\"");
  CHECK_THAT(strange[2], Catch::Matchers::StartsWith("4:1: dept: unknown key") &&
                             containsText("depth"));
  const auto kind = faults("name = 'm'\nkind = 'matmull'\nwidth = 32\nheads = 2\nffn = 64\n"
                           "layers = 1\n");
  REQUIRE(kind.size() == 1);
  CHECK(kind[0] == "2:8: kind: \"matmull\" is not a kind of model; nearest legal: matmul");
}

TEST_CASE("keys of other keys and of latents are refused where they do not belong") {
  const auto fault = [](const std::string& lines) {
    const auto texts = faults(kGood + lines);
    return texts.size() == 1 ? texts[0] : fmt::format("{} faults", texts.size());
  };
  CHECK(faults(kGood + "projected_keys = 9\nshared_projection = true\n").empty());
  CHECK(faults(kGood + "attention = 'causal'\nmemory = 9\ncompressed = 4\ncompression = 2\n").empty());
  CHECK(fault("shared_projection = true\n") ==
        "6:21: shared_projection: belongs to projected keys: give projected_keys");
  CHECK(fault("projected_keys = 9\nvalid_tokens = 3\n") ==
        "7:16: valid_tokens: cannot be left out of projected keys, which are sums over all tokens");
  CHECK(fault("projected_keys = 9\nattention = 'causal'\n") ==
        "6:18: projected_keys: belongs to attention = \"full\": every projected key is a sum over "
        "all tokens");
  CHECK(fault("memory = 9\n") == "6:10: memory: belongs to attention = \"causal\": it holds what "
                                 "comes before the sequence");
  CHECK(fault("compressed = 4\ncompression = 2\n") ==
        "6:14: compressed: belongs to a memory: give memory");
  CHECK(fault("compression = 2\n") ==
        "6:15: compression: belongs to a compressed memory: give compressed");
  CHECK(fault("attention = 'causal'\nmemory = 9\ncompressed = 400\ncompression = 200\n") ==
        "8:14: compressed: times compression must be at most 65535, got 80000");
  CHECK(fault("latents = 4\n") == "6:1: latents: is not a key of kind \"encoder\"");
  const auto perceiver = faults(kGood + "kind = 'perceiver'\nmemory = 3\n");
  REQUIRE(perceiver.size() == 3);
  CHECK_THAT(perceiver[0], containsText("latents: is missing"));
  CHECK_THAT(perceiver[1], containsText("input_width: is missing"));
  CHECK(perceiver[2] == "7:1: memory: is not a key of kind \"perceiver\"");
}

TEST_CASE("heads must divide the projection where there is one") {
  const auto texts = faults(kGood + "projection = 33\n");
  REQUIRE(texts.size() == 1);
  CHECK_THAT(texts[0], Catch::Matchers::StartsWith("3:9: heads: must divide projection 33, got 2"));
  CHECK(faults(kGood + "projection = 6\n").empty());
}

TEST_CASE("what belongs to a LayerNorm is refused without it") {
  const auto texts = faults(kGood + "norm = false\nepsilon = 1e-5\nvocabulary = 9\n"
                                    "positions = 4\n");
  REQUIRE(texts.size() == 2);
  CHECK(texts[0] == "7:11: epsilon: belongs to a LayerNorm: set norm = true");
  CHECK(texts[1] == "8:14: vocabulary: belongs to a LayerNorm: set norm = true");
  CHECK_THAT(faults(kGood + "seq = 0\n").at(0), containsText("6:7: seq: must be 1 to 65536, got 0"));
}

TEST_CASE("a model file with a vocabulary has an embedding") {
  const ModelSpec tokens = *loadModelSpec("configs/models/tiny-tokens.toml").spec;
  CHECK(tokens.vocabulary == 100);
  CHECK(tokens.positions == 128);
  CHECK(tokens.types == 2);
  const ModelSpec none = *loadModelSpec("configs/models/tiny.toml").spec;
  CHECK(none.vocabulary == 0);
  CHECK(none.positions == 0);
  CHECK(faults(kGood + "vocabulary = 9\npositions = 4\n").empty());  // one type
}

TEST_CASE("the keys of an embedding are checked, and belong together") {
  const auto refused = [](const std::string& keys, const std::string& reason) {
    const auto texts = faults(kGood + keys);
    REQUIRE(texts.size() == 1);
    CHECK(texts[0] == reason);
  };
  refused("vocabulary = 9\n", "1:1: positions: is missing");
  refused("positions = 4\n", "6:13: positions: belongs to an embedding: give vocabulary");
  refused("types = 2\n", "6:9: types: belongs to an embedding: give vocabulary");
  refused("vocabulary = 0\npositions = 4\n",
          "6:14: vocabulary: must be 1 to 16777216, got 0; nearest legal: 1");
  refused("vocabulary = 9\npositions = 65536\n",
          "7:13: positions: must be 1 to 65535, got 65536; nearest legal: 65535");
  refused("vocabulary = 9\npositions = 4\ntypes = 17\n",
          "8:9: types: must be 1 to 16, got 17; nearest legal: 16");
  refused("vocabulary = 'words'\npositions = 4\n", "6:14: vocabulary: must be a whole number");
}

TEST_CASE("an activation is named, or nearly") {
  CHECK(faults(kGood + "activation = 'silu'\n").empty());
  const auto texts = faults(kGood + "activation = 'gelu_tan'\n");
  REQUIRE(texts.size() == 1);
  CHECK(texts[0] == "6:14: activation: \"gelu_tan\" is not an activation; nearest legal: gelu_tanh");
  CHECK(faults(kGood + "activation = 3\n").at(0) == "6:14: activation: must be a word in quotes");
}

TEST_CASE("a file that is not TOML is refused where it breaks") {
  const auto texts = faults("name = 'm'\nwidth = = 3\n");
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].starts_with("2:"));
}

TEST_CASE("what is no file, is endless, or nests deeper than the parser goes is refused") {
  const test::TemporaryFolder folder;
  const std::string pipe = folder.path("pipe.toml");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const auto fault = [](const std::string& path) {
    const ModelSpecResult result = loadModelSpec(path);
    REQUIRE(result.diagnostics.size() == 1);
    return result.diagnostics[0].text();
  };
  CHECK(fault(pipe) == pipe + ": is a pipe; write it to a file first");
  CHECK(fault("/dev/urandom") == "/dev/urandom: is a device, not a file");
  CHECK(fault("configs") == "configs: is a folder, not a model");
  std::string deep;
  for (unsigned i = 0; i < 100000; ++i) deep += "a.";
  for (const std::string& text : {kGood + deep + "a = 1\n", kGood + "[" + deep + "a]\n"}) {
    const std::vector<std::string> texts = faults(text);
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].starts_with("6:"));
    CHECK_THAT(texts[0], containsText("a key or value of more than 100 parts"));
  }
  CHECK_THAT(faults(kGood + std::string(1 << 20, '#')).at(0),
             containsText("at most 1048576 are read"));
}

TEST_CASE("a missing model file is a diagnostic") {
  const ModelSpecResult result = loadModelSpec("no/such/file.toml");
  CHECK_FALSE(result.spec);
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].file == "no/such/file.toml");
}

TEST_CASE("patterns of attention are read with their numbers and refused with others") {
  const std::string window = kGood + "attention = 'sliding'\nwindow = 8\n";
  CHECK(faults(window).empty());
  CHECK(faults(window + "global = 2\n").empty());
  CHECK_THAT(faults(kGood + "attention = 'slidng'\n").at(0),
             containsText("\"slidng\" is not a pattern of attention; nearest legal: sliding"));
  CHECK_THAT(faults(kGood + "attention = 'sliding'\n").at(0), containsText("window: is missing"));
  CHECK_THAT(faults(kGood + "window = 8\n").at(0),
             containsText("window: belongs to attention = \"sliding\" or \"bigbird\""));
  CHECK_THAT(faults(window + "stride = 8\n").at(0),
             containsText("stride: belongs to attention = \"strided\" or \"fixed\""));
  CHECK_THAT(faults(kGood + "attention = 'sliding'\nwindow = 7\n").at(0),
             containsText("an even number; nearest legal: 6"));
  CHECK_THAT(faults(kGood + "attention = 'bigbird'\nwindow = 2\nblock = 4\n").at(0),
             containsText("an odd number; nearest legal: 1"));
  CHECK_THAT(faults(window + "global = 2\ndilation = 2\n").at(0),
             containsText("must be 1 beside global tokens"));
  CHECK_THAT(faults(kGood + "attention = 'fixed'\nstride = 4\nsummary = 5\n").at(0),
             containsText("summary: must be at most stride = 4"));
  CHECK_THAT(faults(window + "valid_tokens = 5\n").at(0),
             containsText("valid_tokens: belongs to attention = \"full\""));
  CHECK_THAT(faults(kGood + "key_heads = 3\n").at(0),
             containsText("key_heads: must divide heads = 2, got 3"));
}
