#include <fmt/format.h>
#include <sys/stat.h>

#include "sw/import/bert.hpp"
#include "sw/import/safetensors.hpp"
#include "tests/catch.hpp"
#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {

using importer::Safetensors;

namespace {

using Catch::Matchers::Contains;

/// What the reader says about a file of these bytes; empty: accepted.
std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  writeFile(folder.path("x.safetensors"), bytes);
  try {
    const Safetensors file(folder.path("x.safetensors"));
  } catch (const files::ImportError& error) {
    return error.what();
  }
  return {};
}

std::string entry(const std::string& rest) { return "{\"t\":{\"dtype\":\"F32\"," + rest + "}}"; }

TEST_CASE("a norm's epsilon is a number or not there", "[import]") {
  const TemporaryFolder folder;
  for (const std::string value : {"\"0.5\"", "true", "[1]", "1", "null"}) {
    writeFile(folder.path("config.json"),
              R"({"hidden_size": 8, "num_attention_heads": 2, "intermediate_size": 8,
                  "num_hidden_layers": 1, "vocab_size": 9, "max_position_embeddings": 4,
                  "type_vocab_size": 2, "layer_norm_eps": )" + value + "}");
    INFO(value);
    if (value == "null")
      CHECK(importer::bert::readShape(folder.path("config.json")).epsilon == 1e-12);
    else
      CHECK_THROWS_WITH(importer::bert::readShape(folder.path("config.json")),
                        Contains("layer_norm_eps: must be a number between 0 and 1, got " + value));
  }
}

TEST_CASE("tensors come out as they were written", "[import]") {
  const TemporaryFolder folder;
  const std::vector<float> values = {1.5F, -2, 3e-8F, 4, 5, 6};
  writeFile(folder.path("x"), safetensorsBytes({{"first", {{1}, {9}}}, {"t", {{2, 3}, values}}}));
  const Safetensors file(folder.path("x"));
  CHECK(file.contains("t"));
  CHECK(file.read("t", {2, 3}) == values);
  CHECK(file.read("first", {1}) == std::vector<float>{9});
  CHECK_THROWS_WITH(file.read("t", {3, 2}),
                    Contains("tensor t has shape [2, 3], expected [3, 2]"));
  CHECK_THROWS_WITH(file.read("u", {4}), Contains("tensor u is missing, expected shape [4]"));
}

TEST_CASE("broken and hostile files are refused", "[import]") {
  const std::string data(24, 'x');
  CHECK(refusal(safetensorsBytes(entry(R"("shape":[2,3],"data_offsets":[0,24])"), data)).empty());
  CHECK_THAT(refusal(""), Contains("too short"));
  CHECK_THAT(refusal("1234567"), Contains("too short"));
  CHECK_THAT(refusal("\xff\xff\xff\xff\xff\xff\xff\xff{}"), Contains("header of"));
  CHECK_THAT(refusal(std::string("\x10\0\0\0\0\0\0\0{}", 10)), Contains("header of 16 bytes"));
  CHECK_THAT(refusal(safetensorsBytes("{\"t\":", data)), Contains("not a JSON object"));
  CHECK_THAT(refusal(safetensorsBytes("[]", data)), Contains("not a JSON object"));
  CHECK_THAT(refusal(safetensorsBytes("{\"t\":3}", data)), Contains("tensor t lacks"));
  CHECK_THAT(refusal(safetensorsBytes(std::string(100000, '['), data)),
             Contains("nested too deeply"));
  const auto refusesEntry = [&](const std::string& rest, const std::string& reason) {
    CHECK_THAT(refusal(safetensorsBytes(entry(rest), data)), Contains("tensor t " + reason));
  };
  refusesEntry(R"("shape":[2,3])", "lacks");
  refusesEntry(R"("shape":[2,3],"data_offsets":[0,28])", "has data_offsets [0, 28)");
  refusesEntry(R"("shape":[2,3],"data_offsets":[24,0])", "has data_offsets [24, 0)");
  refusesEntry(R"("shape":[2,3],"data_offsets":[0])", "has data_offsets that are not two");
  refusesEntry(R"("shape":[2,3],"data_offsets":[-8,16])", "has data_offsets that are not two");
  refusesEntry(R"("shape":[2,-3],"data_offsets":[0,24])", "has a shape that is not made of");
  refusesEntry(R"("shape":[2,4],"data_offsets":[0,24])",
               "has 24 bytes, its shape [2, 4] of F32 asks for");
  refusesEntry(R"("shape":[4294967296,4294967296,4],"data_offsets":[0,24])", "has a shape beyond");
  CHECK_THROWS_WITH(Safetensors("/nonexistent/file"), Contains("cannot be opened"));
  const TemporaryFolder pipes;
  REQUIRE(mkfifo(pipes.path("model").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(Safetensors(pipes.path("model")), Contains("is a pipe"));
  REQUIRE(mkfifo(pipes.path("config.json").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(importer::bert::readShape(pipes.path("config.json")), Contains("is a pipe"));
}

TEST_CASE("all missing and misshapen tensors of a model are named at once", "[import]") {
  const TemporaryFolder folder;
  SyntheticTensors tensors = syntheticBert(1);
  tensors.erase("encoder.layer.0.output.dense.bias");
  tensors["encoder.layer.1.attention.self.key.weight"].shape = {16, 64};
  writeBert(folder, tensors);
  CHECK_THROWS_WITH(importer::bert::read(folder.path()),
                    Contains("encoder.layer.0.output.dense.bias is missing, expected shape [32]") &&
                        Contains("encoder.layer.1.attention.self.key.weight has shape [16, 64], "
                                 "expected [32, 32]"));
}

TEST_CASE("names twice, holes, overlaps and unknown types are refused", "[import]") {
  const std::string data(24, 'x');
  const auto tensor = [](const std::string& name, int begin, int end, const char* dtype = "U8") {
    return fmt::format(R"("{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", name, dtype,
                       end - begin, begin, end);
  };
  const auto of = [&](const std::string& tensors) {
    return refusal(safetensorsBytes("{" + tensors + "}", data));
  };
  CHECK(of(tensor("a", 0, 20) + "," + tensor("b", 20, 24)).empty());
  CHECK_THAT(of(tensor("a", 0, 12) + "," + tensor("a", 12, 24)),
             Contains("two tensors are named a"));
  CHECK_THAT(of(tensor("a", 0, 13) + "," + tensor("b", 12, 24)),
             Contains("tensors a and b overlap"));
  CHECK_THAT(of(tensor("a", 0, 10) + "," + tensor("b", 12, 24)),
             Contains("2 bytes before tensor b belong to no tensor"));
  CHECK_THAT(of(tensor("a", 0, 20)), Contains("4 bytes behind the last tensor"));
  CHECK_THAT(of(tensor("a", 0, 24, "X7")), Contains("tensor a has the unknown type X7"));
  CHECK_THAT(of(R"("a":{"dtype":"U8","shape":[[[[]]]],"data_offsets":[0,24]})"),
             Contains("nested too deeply"));
  CHECK_THAT(of(R"("a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,24],)"
                R"("data_offsets":[0,24]})"),
             Contains("has a shape of 17 extents"));
}

TEST_CASE("half-precision tensors are widened, others refused by name", "[import]") {
  const TemporaryFolder folder;
  const auto values = [&](const char* dtype, const std::vector<uint16_t>& bits) {
    const std::string data(reinterpret_cast<const char*>(bits.data()), bits.size() * 2);
    writeFile(folder.path("x"),
              safetensorsBytes(fmt::format(R"({{"t":{{"dtype":"{}","shape":[{}],)"
                                           R"("data_offsets":[0,{}]}}}})",
                                           dtype, bits.size(), data.size()),
                               data));
    return Safetensors(folder.path("x")).read("t", {bits.size()});
  };
  // Values from IEEE 754's own tables: 1, -2, 65504, smallest normal, smallest subnormal, 1/3.
  CHECK(values("F16", {0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8001, 0x3555, 0x8000}) ==
        std::vector<float>{1, -2, 65504, 0x1p-14F, 0x1p-24F, -0x1p-24F, 0.333251953125F, -0.0F});
  CHECK(values("BF16", {0x3f80, 0xc049, 0x0001}) == std::vector<float>{1, -3.140625F, 0x1p-133F});
  CHECK_THROWS_WITH(values("I16", {1, 2}),
                    Contains("tensor t has type I16, expected F32, F16 or BF16"));
  CHECK_THROWS_WITH(values("F16", {1, 0x7c00}), Contains("tensor t holds inf at element 1"));
  CHECK_THROWS_WITH(values("BF16", {0xff80}), Contains("tensor t holds -inf at element 0"));
  CHECK_THROWS_WITH(values("F16", {0x7e01}), Contains("tensor t holds nan at element 0"));
}

TEST_CASE("config.json is checked key by key", "[import]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("config.json");
  writeFile(path, R"({"hidden_size": 30, "num_attention_heads": 4, "intermediate_size": -1,
    "num_hidden_layers": "two", "vocab_size": 10, "type_vocab_size": 2, "hidden_act": "relu"})");
  CHECK_THROWS_WITH(importer::bert::readShape(path),
                    Contains("intermediate_size: must be a count from 1 to 65535, got -1") &&
                        Contains("num_hidden_layers: must be") && Contains("got \"two\"") &&
                        Contains("max_position_embeddings: must be") && Contains("got nothing") &&
                        Contains("num_attention_heads: must divide hidden_size 30, got 4") &&
                        Contains("hidden_act: must be \"gelu\" or \"gelu_python\", got \"relu\""));
  writeFile(path, R"({"model_type": "roberta", "position_embedding_type": "relative_key",
    "is_decoder": true, "layer_norm_eps": 0})");
  CHECK_THROWS_WITH(importer::bert::readShape(path),
                    Contains("model_type: must be \"bert\", got \"roberta\"") &&
                        Contains("position_embedding_type: must be \"absolute\"") &&
                        Contains("is_decoder: must be false") && Contains("layer_norm_eps: must"));
  writeFile(path, "[]");
  CHECK_THROWS_WITH(importer::bert::readShape(path), Contains("is not a JSON object"));
  CHECK_THROWS_WITH(importer::bert::readShape(folder.path("none")), Contains("cannot be opened"));
}

}  // namespace
}  // namespace intformer::test
