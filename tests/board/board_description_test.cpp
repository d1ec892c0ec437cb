#include <nlohmann/json.hpp>

#include "gen/config.hpp"
#include "sw/board/board.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/model/bert.hpp"
#include "sw/runtime/example/image.h"
#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::board;

namespace {

/// A layer from token ids, compiled for five tokens and placed at 64 KiB.
struct Sample {
  Plan plan = *loadConfig("configs/tiny4.toml", {}).plan;
  Graph graph = model::buildBertEncoder({.name = "small",
                                         .width = 8,
                                         .heads = 2,
                                         .ffn = 16,
                                         .layers = 1,
                                         .vocabulary = 20,
                                         .positions = 6},
                                        1, {5}, 1, model::EncoderInput::Tokens);
  TrainedOutput output;
  std::vector<BoardProgram> programs;

  Sample() {
    for (TensorId id = 0; id < graph.tensors.size(); ++id) {
      if (graph.tensors[id].name == "layer0.output8") output.output8 = id;
      if (graph.tensors[id].name == "layer0.output16") output.output16 = id;
    }
    output.outputStep.assign(8, 0.5);
    programs.push_back({compiler::compile(graph, plan), graph.tensors, {5}, 1234});
  }
  [[nodiscard]] BoardModel board(bool trained) const {
    return {.model = "small", .graph = graph, .output = trained ? &output : nullptr, .plan = plan,
            .name = "small", .programs = programs, .base = 0x10000, .imageBytes = 4096,
            .imageId = 0x1234};
  }
};

}  // namespace

TEST_CASE("the memory map speaks of the board's addresses") {
  const Sample sample;
  const auto map = nlohmann::json::parse(memoryJson(sample.board(true)));
  CHECK(map["model"] == "small");
  CHECK(map["memory"]["address"] == 0x10000);
  CHECK(map["memory"]["bytes"] == sample.programs[0].program.memoryBytes);
  for (const auto& window : map["windows"]) CHECK(window["base"] >= 0x10000);
  CHECK(map["programs"][0]["lengths"] == std::vector<uint32_t>{5});
  CHECK(map["programs"][0]["estimated_cycles"] == 1234);
  CHECK(map["sentences"]["tokens"]["vocabulary"] == 20);
  CHECK(map["sentences"]["places"]["positions"] == 6);
  CHECK(map["sentences"]["states"]["tensor"] == "layer0.output16");
  CHECK(map["sentences"]["states"]["lsb"][0] == 0.5 / 256);
}

TEST_CASE("a shape has a memory map without sentences, and no header") {
  const Sample sample;
  const auto map = nlohmann::json::parse(memoryJson(sample.board(false)));
  CHECK_FALSE(map.contains("sentences"));
  CHECK_THROWS_WITH(modelHeader(sample.board(false)), "small: no sentences come in");
}

TEST_CASE("the header tells a host in C where its tensors lie") {
  const Sample sample;
  const std::string header = modelHeader(sample.board(true));
  CHECK(header.find("#ifndef INTFORMER_MODEL_SMALL_H") != std::string::npos);
  CHECK(header.find("static const embed_model small_model") != std::string::npos);
  CHECK(header.find("20, /* token ids lie below */") != std::string::npos);
}

TEST_CASE("the trailer says whose image it is") {
  const Sample sample;
  const std::string trailer = imageTrailer(sample.board(true));
  REQUIRE(trailer.size() == IMAGE_TRAILER_BYTES);
  CHECK(trailer.substr(IMAGE_MAGIC, 8) == std::string(IMAGE_MAGIC_TEXT, 8));
  CHECK(static_cast<unsigned char>(trailer[IMAGE_ID]) == 0x34);
  CHECK(static_cast<unsigned char>(trailer[IMAGE_ID + 1]) == 0x12);
}

TEST_CASE("names for C hold letters, digits and underscores") {
  CHECK(nameForC("My-Model.v2") == "my_model_v2");
  CHECK(nameForC("2nd") == "model_2nd");
  CHECK(nameForC("") == "model_");
}
