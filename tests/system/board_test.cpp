// A trained model on a board: `intformer compile` writes image and model.h, and the host of
// sw/runtime/example, compiled against that header as its user would, drives the simulated device.
#include <dlfcn.h>

#include <nlohmann/json.hpp>

#include "sw/embed/pooling.hpp"
#include "sw/itf/model_file.hpp"
#include "gen/tables/registers.hpp"
#include "sw/model/lengths.hpp"
#include "sw/runtime/example/embed.h"
#include "tests/program.hpp"
#include "tests/system/support.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::system_test {
namespace {

using test::Outcome;
using test::TemporaryFolder;
using Sentences = std::vector<std::vector<uint32_t>>;

void expectFine(const Outcome& outcome) {
  INFO(outcome.text);
  REQUIRE(outcome.status == 0);
}

/// The small model in integers, compiled for a device; the host, compiled for the model.
struct Board : TemporaryFolder {
  std::string file = path("small.itf");
  void* host = nullptr;
  decltype(&embed_load) load = nullptr;
  decltype(&embed_run) run = nullptr;
  decltype(&embed_read_state) readState = nullptr;

  explicit Board(const std::string& options) {
    expectFine(test::runProgram("import tests/models/small --out " + file));
    expectFine(test::runProgram("quantize " + file + " --calibrate tests/models/sentences.txt "
                                "--out " + file));
    expectFine(test::runProgram("compile " + file + " --out " + path("program") + " " + options));
    const std::string library = path("host.so");
    expectFine(test::runCommand(
        std::string(INTFORMER_CC) + " -std=c99 -O1 -Wall -Wextra -Wpedantic -Werror -shared -fPIC "
        "-I. -I" + path("program") + " sw/runtime/example/embed.c sw/runtime/intformer.c -o " +
        library + " -lm"));
    host = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(host != nullptr);
    load = function<decltype(load)>("embed_load");
    run = function<decltype(run)>("embed_run");
    readState = function<decltype(readState)>("embed_read_state");
  }
  ~Board() {
    if (host != nullptr) dlclose(host);
  }
  template <typename Function>
  Function function(const char* name) const {
    const auto found = reinterpret_cast<Function>(dlsym(host, name));
    REQUIRE(found != nullptr);
    return found;
  }
  [[nodiscard]] nlohmann::json map() const {
    return nlohmann::json::parse(test::readText(path("program/memory.json")));
  }
};

/// What the golden model says to sentences, and what the host's pooling makes of that elsewhere.
struct Expected {
  Tensor states;
  FloatMatrix embeddings;
};
Expected goldenOf(const ModelFile& file, const Sentences& sentences, Family family) {
  const QuantizedBert& bert = file.integers->bert;
  const std::vector<uint32_t> lengths = lengthsOf(sentences);
  const Graph graph = withLengths(bert.graph, lengths);
  const TensorValues values = runGolden(graph, tokenInputs(graph, sentences), family);
  return {values[bert.output16],
          pool(dequantizeOutput(bert, values), lengths, file.trained.pooling)};
}

std::vector<uint32_t> idsOf(const Sentences& sentences) {
  std::vector<uint32_t> ids;
  for (const auto& sentence : sentences) ids.insert(ids.end(), sentence.begin(), sentence.end());
  return ids;
}

void expectEqual(const Board& board, intformer_device& device, const Sentences& sentences,
                 const Expected& expected) {
  const FloatMatrix& embeddings = expected.embeddings;
  std::vector<float> found(embeddings.data.size());
  REQUIRE(board.run(&device, idsOf(sentences).data(), found.data()) == INTFORMER_OK);
  const uint32_t width = expected.states.cols;
  std::vector<int16_t> state(width);
  for (uint32_t token = 0; token < expected.states.rows; ++token) {
    REQUIRE(board.readState(&device, token, state.data()) == INTFORMER_OK);
    for (uint32_t c = 0; c < width; ++c) REQUIRE(state[c] == expected.states.at(token, c));
  }
  for (std::size_t i = 0; i < found.size(); ++i)
    REQUIRE(found[i] == Approx(embeddings.data[i]).margin(1e-6));
}

TEST_CASE("the example's host embeds one sentence after the other with one program", "[board]") {
  const std::string config = GENERATE("tiny4", "base16");
  const bool moved = config == "tiny4";  // image at another address, two sentences in a batch
  const Board board("--config configs/" + config + ".toml --seq " +
                    (moved ? "5,6 --base 0x40000" : "6"));
  const ModelFile file = readModelFile(board.file);
  const Tokenizer tokenizer(file.trained.vocabulary, file.trained.tokenizer);
  const auto encode = [&](const std::vector<const char*>& texts) {
    Sentences sentences;
    for (const char* text : texts) sentences.push_back(tokenizer.encode(text));
    return sentences;
  };
  const Sentences first = moved ? encode({"A river.", "A red ship."}) : encode({"A cat sleeps."});
  const Sentences second =
      moved ? encode({"The sea.", "The old king."}) : encode({"The sea sleeps."});
  INFO(config << " " << lengthsOf(first)[0] << " " << lengthsOf(second)[0]);
  REQUIRE(lengthsOf(first) == lengthsOf(second));

  Device device(config);
  const std::string image = test::readText(board.path("program/image.bin"));
  const auto base = board.map()["memory"]["address"].get<uint64_t>();
  device.sim.setMemory(std::vector<uint8_t>(base + image.size(), 0xa5));
  device.sim.reset();
  const intformer_access access = device.sim.access();
  intformer_device handle;
  REQUIRE(board.load(&handle, &access, image.data()) == INTFORMER_OK);
  const Expected one = goldenOf(file, first, device.plan.family);
  const Expected two = goldenOf(file, second, device.plan.family);
  REQUIRE(one.states != two.states);
  expectEqual(board, handle, first, one);
  expectEqual(board, handle, second, two);
  expectEqual(board, handle, first, one);

  // The host refuses ids beyond the table, and the next sentence is none the worse.
  std::vector<uint32_t> wrong = idsOf(first);
  wrong.back() = file.trained.bert.config.vocabulary;
  std::vector<float> none(one.embeddings.data.size());
  CHECK(board.run(&handle, wrong.data(), none.data()) == INTFORMER_BAD_ARGUMENT);
  expectEqual(board, handle, second, two);
}

TEST_CASE("the example's host refuses another device than it was compiled for", "[board]") {
  const Board board("--config configs/base16.toml --sentence Yes.");
  Device device("tiny4");
  device.sim.reset();
  const intformer_access access = device.sim.access();
  intformer_device handle;
  CHECK(board.load(&handle, &access, nullptr) == INTFORMER_NO_DEVICE);
}

TEST_CASE("the memory map alone is enough to embed a sentence", "[board]") {
  const Board board("--config configs/tiny4.toml --sentence 'A red ship.'");
  const ModelFile file = readModelFile(board.file);
  const Plan plan = planOf("tiny4");
  const auto map = board.map();
  const auto tensor = [&](const nlohmann::json& name) {
    for (const auto& entry : map["tensors"])
      if (entry["name"] == name) return entry;
    FAIL("no tensor " << name);
    return nlohmann::json();
  };
  std::string text = test::readText(board.path("program/image.bin"));
  std::vector<uint8_t> memory(text.begin(), text.end());
  REQUIRE(map["memory"]["bytes"] == memory.size());

  // The image holds the sentence that was asked for, and its positions.
  const auto tokens = tensor(map["sentences"]["tokens"]["tensor"]);
  const auto places = tensor(map["sentences"]["places"]["tensor"]);
  const Sentences sentence = {
      Tokenizer(file.trained.vocabulary, file.trained.tokenizer).encode("A red ship.")};
  CHECK(map["lengths"] == lengthsOf(sentence));
  const auto word = [&](const nlohmann::json& list, uint32_t row) {
    const uint8_t* at = &memory.at(list["address"].get<uint64_t>() +
                                   row * list["row_bytes"].get<uint64_t>());
    return at[0] | at[1] << 8 | at[2] << 16 | uint32_t{at[3]} << 24;
  };
  CHECK(tokens["type"] == "uint32");
  for (uint32_t row = 0; row < sentence[0].size(); ++row) {
    CHECK(word(tokens, row) == sentence[0][row]);
    CHECK(word(places, row) == row);
  }
  CHECK(map["sentences"]["tokens"]["vocabulary"] == file.trained.bert.config.vocabulary);
  CHECK(map["sentences"]["places"]["positions"] == file.trained.bert.config.maxPositions);
  CHECK(map["sentences"]["pooling"]["mode"] == "mean");
  CHECK(map["sentences"]["pooling"]["normalize"] == true);

  // Run by the program's bytes alone, and read where the map says.
  const auto commands = map["program"]["commands"].get<std::size_t>();
  std::vector<Command> program(commands);
  for (std::size_t i = 0; i < commands; ++i)
    for (uint32_t w = 0; w < kCommandWords; ++w)
      for (uint32_t b = 0; b < 4; ++b)
        program[i].words()[w] |=
            uint32_t{memory[map["program"]["address"].get<std::size_t>() + i * kCommandBytes +
                            4 * w + b]}
            << 8 * b;
  std::vector<MemoryWindow> windows;
  for (const auto& entry : map["windows"])
    windows.push_back({entry["base"], entry["end"],
                       window::kReadable | (entry["permissions"] == "read" ? 0U
                                                                            : window::kWritable)});
  const EmulationResult result = runProgram(plan, program, memory, {.windows = windows});
  INFO(result.message);
  REQUIRE(result.ok());
  const Graph graph = withLengths(file.integers->bert.graph, lengthsOf(sentence));
  const TensorValues golden = runGolden(graph, tokenInputs(graph, sentence), plan.family);
  const auto& lsb = map["sentences"]["states"]["lsb"];
  const FloatMatrix reals = dequantizeOutput(file.integers->bert, golden);
  for (const char* which : {"tensor", "narrow"}) {
    const auto states = tensor(map["sentences"]["states"][which]);
    const auto number = [&](const char* key) { return states[key].get<uint64_t>(); };
    const bool wide = std::string(which) == "tensor";
    const Tensor& expected =
        golden[wide ? file.integers->bert.output16 : file.integers->bert.output8];
    REQUIRE(states["rows"] == expected.rows);
    REQUIRE(states["cols"] == expected.cols);
    for (uint32_t r = 0; r < expected.rows; ++r)
      for (uint32_t c = 0; c < expected.cols; ++c) {
        const uint64_t padded = c / number("group_cols") * number("group_stride") +
                                c % number("group_cols");
        const uint8_t* at = &memory.at(number("address") +
                                       padded / number("panel_cols") * number("panel_bytes") +
                                       r * number("row_bytes") +
                                       padded % number("panel_cols") * number("element_bytes"));
        const int value = wide ? static_cast<int16_t>(at[0] | at[1] << 8)
                               : static_cast<int8_t>(at[0]);
        REQUIRE(value == expected.at(r, c));
        if (wide) REQUIRE(value * lsb[c].get<double>() == Approx(reals.row(r)[c]).margin(1e-6));
      }
  }
}

}  // namespace
}  // namespace intformer::system_test
