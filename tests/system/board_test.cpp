// A trained model on a board: `intformer compile` writes image and model.h, and the host of
// sw/runtime/example, compiled against that header as its user would, drives the simulated device.
#include <dlfcn.h>

#include <nlohmann/json.hpp>

#include "gen/device.hpp"
#include "gen/tables/registers.hpp"
#include "sw/embed/pooling.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/itf/model_file.hpp"
#include "sw/runtime/example/embed.h"
#include "sw/runtime/example/image.h"
#include "tests/program.hpp"
#include "tests/system/support.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::system_test {

using floating::FloatMatrix;
using itf::ModelFile;
using itf::readModelFile;

namespace {

using test::Outcome;
using test::TemporaryFolder;
using Sentences = std::vector<std::vector<uint32_t>>;

void expectFine(const Outcome& outcome) {
  INFO(outcome.text);
  REQUIRE(outcome.status == 0);
}

/// A model file of the small model, quantized on some text.
struct SmallModel : TemporaryFolder {
  std::string file = path("small.itf");
  explicit SmallModel(const std::string& calibration = "--calibrate tests/models/sentences.txt") {
    expectFine(test::runProgram("import tests/models/small --out " + file));
    expectFine(test::runProgram("quantize " + file + " " + calibration + " --out " + file));
  }
};

/// Model files compiled for a device; the host, compiled for all of them.
struct Board : TemporaryFolder {
  struct Compiled {
    std::string file;
    std::string options;  ///< of `compile`
    std::string name = "small";
  };
  std::vector<Compiled> compiled;
  void* host = nullptr;
  const embed_model* const* models = nullptr;
  decltype(&embed_load) load = nullptr;
  decltype(&embed_run) run = nullptr;
  decltype(&embed_find) find = nullptr;
  decltype(&embed_read_state) readState = nullptr;

  explicit Board(std::vector<Compiled> all) : compiled(std::move(all)) {
    std::string includes;
    std::string constants;
    for (const Compiled& one : compiled) {
      expectFine(test::runProgram("compile " + one.file + " --out " + path(one.name) + " --name " +
                                  one.name + " " + one.options));
      includes += "#include \"" + path(one.name) + "/model.h\"\n";
      constants += "&" + one.name + "_model, ";
    }
    test::writeFile(path("models.c"),
                    includes + "const embed_model* const models[] = {" + constants + "};\n");
    const std::string library = path("host.so");
    expectFine(test::runCommand(
        std::string(INTFORMER_CC) + " -std=c99 -O1 -Wall -Wextra -Wpedantic -Werror -shared -fPIC "
        "-I. " + path("models.c") + " sw/runtime/example/embed.c sw/runtime/intformer.c -o " +
        library + " -lm"));
    host = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(host != nullptr);
    models = static_cast<const embed_model* const*>(dlsym(host, "models"));
    load = function<decltype(load)>("embed_load");
    run = function<decltype(run)>("embed_run");
    find = function<decltype(find)>("embed_find");
    readState = function<decltype(readState)>("embed_read_state");
  }
  Board(const std::string& file, const std::string& options) : Board({{file, options}}) {}
  ~Board() {
    if (host != nullptr) dlclose(host);
  }
  template <typename Function>
  Function function(const char* name) const {
    const auto found = reinterpret_cast<Function>(dlsym(host, name));
    REQUIRE(found != nullptr);
    return found;
  }
  [[nodiscard]] std::string file(std::size_t model, const std::string& name) const {
    return path(compiled[model].name + "/" + name);
  }
  [[nodiscard]] std::string image(std::size_t model = 0) const {
    return test::readText(file(model, "image.bin"));
  }
  [[nodiscard]] nlohmann::json map(std::size_t model = 0) const {
    return nlohmann::json::parse(test::readText(file(model, "memory.json")));
  }
  /// Gives the device its memory, full of rubbish, and loads all models.
  void start(Device& device, intformer_device& handle) const {
    uint64_t end = 0;
    for (std::size_t i = 0; i < compiled.size(); ++i) {
      const auto memory = map(i)["memory"];
      end = std::max(end, memory["address"].get<uint64_t>() + memory["bytes"].get<uint64_t>());
    }
    device.sim.setMemory(std::vector<uint8_t>(end, 0xa5));
    device.sim.reset();
    const intformer_access access = device.sim.access();
    for (std::size_t i = 0; i < compiled.size(); ++i) {
      const std::string bytes = image(i);
      REQUIRE(load(&handle, &access, models[i], bytes.data(), bytes.size()) == INTFORMER_OK);
    }
  }
};

/// What the golden model says to sentences, and what the host's pooling makes of that elsewhere.
struct Expected {
  Tensor states;
  FloatMatrix embeddings;
};
Expected goldenOf(const ModelFile& file, const Sentences& sentences, Family family) {
  const quantizer::QuantizedModel& model = file.integers->model;
  const std::vector<uint32_t> lengths = lengthsOf(sentences);
  const Graph graph = withLengths(model.graph, lengths);
  const TensorValues values = golden::runGolden(graph, tokenInputs(graph, sentences), family);
  return {values[model.output16],
          embed::pool(quantizer::dequantizeOutput(model, values), lengths, file.trained.pooling)};
}

std::vector<uint32_t> idsOf(const Sentences& sentences) {
  std::vector<uint32_t> ids;
  for (const auto& sentence : sentences) ids.insert(ids.end(), sentence.begin(), sentence.end());
  return ids;
}

void expectEqual(const Board& board, std::size_t model, intformer_device& device,
                 const Sentences& sentences, const Expected& expected) {
  const FloatMatrix& embeddings = expected.embeddings;
  const embed_model* const compiled = board.models[model];
  const std::vector<uint32_t> lengths = lengthsOf(sentences);
  const auto count = static_cast<uint32_t>(lengths.size());
  std::vector<float> found(embeddings.data.size());
  REQUIRE(board.run(&device, compiled, lengths.data(), count, idsOf(sentences).data(),
                    found.data()) == INTFORMER_OK);
  const embed_program* const program = board.find(compiled, lengths.data(), count);
  const uint32_t width = expected.states.cols;
  REQUIRE(compiled->width == width);
  std::vector<int16_t> state(width);
  for (uint32_t token = 0; token < expected.states.rows; ++token) {
    REQUIRE(board.readState(&device, compiled, program, token, state.data()) == INTFORMER_OK);
    for (uint32_t c = 0; c < width; ++c) REQUIRE(state[c] == expected.states.at(token, c));
  }
  for (std::size_t i = 0; i < found.size(); ++i)
    REQUIRE(found[i] == Approx(embeddings.data[i]).margin(1e-6));
}

/// Turns texts into tokens.
struct Encoder {
  tokenizer::Tokenizer tokenizer;
  explicit Encoder(const ModelFile& file)
      : tokenizer(file.trained.vocabulary, file.trained.tokenizer) {}
  Sentences operator()(const std::vector<const char*>& texts) const {
    Sentences sentences;
    for (const char* text : texts) sentences.push_back(tokenizer.encode(text));
    return sentences;
  }
};

TEST_CASE("the example's host embeds one sentence after the other with one program", "[board]") {
  const std::string config = GENERATE("tiny4", "base16");
  const bool moved = config == "tiny4";  // image at another address, two sentences in a batch
  const SmallModel small;
  const Board board(small.file, "--config configs/" + config + ".toml --seq " +
                                    (moved ? "5,6 --base 0x40000" : "6"));
  const ModelFile file = readModelFile(small.file);
  const Encoder encode(file);
  const Sentences first = moved ? encode({"A river.", "A red ship."}) : encode({"A cat sleeps."});
  const Sentences second =
      moved ? encode({"The sea.", "The old king."}) : encode({"The sea sleeps."});
  INFO(config << " " << lengthsOf(first)[0] << " " << lengthsOf(second)[0]);
  REQUIRE(lengthsOf(first) == lengthsOf(second));

  Device device(config);
  intformer_device handle;
  board.start(device, handle);
  const Expected one = goldenOf(file, first, device.plan.family);
  const Expected two = goldenOf(file, second, device.plan.family);
  REQUIRE(one.states != two.states);
  expectEqual(board, 0, handle, first, one);
  expectEqual(board, 0, handle, second, two);
  expectEqual(board, 0, handle, first, one);

  // The host refuses ids beyond the table, and the next sentence is none the worse.
  std::vector<uint32_t> wrong = idsOf(first);
  wrong.back() = file.trained.network.shape.vocabulary;
  const std::vector<uint32_t> lengths = lengthsOf(first);
  std::vector<float> none(one.embeddings.data.size());
  CHECK(board.run(&handle, board.models[0], lengths.data(), static_cast<uint32_t>(lengths.size()),
                  wrong.data(), none.data()) == INTFORMER_BAD_ARGUMENT);
  expectEqual(board, 0, handle, second, two);
}

TEST_CASE("one image serves several lengths, and the host picks the program", "[board]") {
  const SmallModel small;
  const Board board(small.file, "--config configs/tiny4.toml --lengths 6,5,5+6 --base 0x3000");
  const ModelFile file = readModelFile(small.file);
  const Encoder encode(file);
  const std::vector<Sentences> batches = {encode({"A river.", "A red ship."}),
                                          encode({"A cat sleeps."}), encode({"The sea."}),
                                          encode({"The sea sleeps."}),
                                          encode({"The sea.", "The old king."})};
  REQUIRE(lengthsOf(batches[0]) == std::vector<uint32_t>{5, 6});
  REQUIRE(lengthsOf(batches[1]) == std::vector<uint32_t>{6});
  REQUIRE(lengthsOf(batches[2]) == std::vector<uint32_t>{5});
  Device device("tiny4");
  intformer_device handle;
  board.start(device, handle);
  for (const Sentences& batch : batches) {
    INFO(batch.size() << " sentences, the first of " << batch[0].size() << " tokens");
    expectEqual(board, 0, handle, batch, goldenOf(file, batch, device.plan.family));
  }
  // The estimate of each program is the device's count of cycles.
  const auto map = board.map();
  REQUIRE(map["programs"].size() == 3);
  for (const Sentences& batch : batches) {
    expectEqual(board, 0, handle, batch, goldenOf(file, batch, device.plan.family));
    uint64_t counters[INTFORMER_COUNTER_COUNT];
    REQUIRE(intformer_read_counters(&handle, counters) == INTFORMER_OK);
    for (const auto& program : map["programs"])
      if (program["lengths"] == lengthsOf(batch)) {
        const auto estimated = program["estimated_cycles"].get<double>();
        CHECK(static_cast<double>(counters[INTFORMER_COUNT_CYCLES]) ==
              Approx(estimated).epsilon(0.01));  // its ids are others
      }
  }

  const std::vector<uint32_t> ids(11, 1);
  std::vector<float> none(board.models[0]->width);
  const auto runWith = [&](const std::vector<uint32_t>& lengths) {
    return board.run(&handle, board.models[0], lengths.data(),
                     static_cast<uint32_t>(lengths.size()), ids.data(), none.data());
  };
  CHECK(runWith({7}) == INTFORMER_NO_PROGRAM);
  CHECK(runWith({6, 5}) == INTFORMER_NO_PROGRAM);
  CHECK(runWith({5, 6, 5}) == INTFORMER_NO_PROGRAM);
  CHECK(runWith({}) == INTFORMER_NO_PROGRAM);
}

TEST_CASE("programs for several lengths cost an image little", "[board]") {
  const SmallModel small;
  const std::string on = "--config configs/tiny4.toml ";
  const Board all(small.file, on + "--lengths 8,16,32");
  const Board one(small.file, on + "--seq 8");
  const auto map = all.map();
  uint64_t programs = 0;
  for (const auto& program : map["programs"]) programs += program["bytes"].get<uint64_t>() + 4096;
  CHECK(map["image"]["bytes"].get<uint64_t>() <=
        one.map()["constants"]["bytes"].get<uint64_t>() + programs + 8192);
  CHECK(all.image().size() == map["image"]["bytes"].get<uint64_t>() + 64);
}

TEST_CASE("several models live in one host and in one memory", "[board]") {
  const SmallModel one;
  const SmallModel two("");
  const std::string on = "--config configs/tiny4.toml --seq ";
  const Board board({{one.file, on + "6", "one"}, {two.file, on + "6 --base 0x100000", "two"}});
  REQUIRE(board.map(0)["memory"]["bytes"] < 0x100000);
  const ModelFile files[] = {readModelFile(one.file), readModelFile(two.file)};
  const Encoder encode(files[0]);
  Device device("tiny4");
  intformer_device handle;
  board.start(device, handle);
  const Sentences cat = encode({"A cat sleeps."});
  const Sentences sea = encode({"The sea sleeps."});
  const Expected expected[] = {goldenOf(files[0], cat, device.plan.family),
                               goldenOf(files[1], cat, device.plan.family)};
  REQUIRE(expected[0].states != expected[1].states);
  for (const std::size_t model : {0U, 1U, 0U})
    expectEqual(board, model, handle, cat, expected[model]);
  expectEqual(board, 1, handle, sea, goldenOf(files[1], sea, device.plan.family));

  // One model's image is not the other's.
  const intformer_access access = device.sim.access();
  const std::string image = board.image(1);
  CHECK(board.load(&handle, &access, board.models[0], image.data(), image.size()) ==
        INTFORMER_WRONG_IMAGE);
}

/// A device that is nothing but its identity registers.
struct Registers {
  std::map<std::string, uint32_t> values;

  explicit Registers(const Plan& plan)
      : values{{"device_id", kDeviceId},
               {"version", kDeviceVersion},
               {"array", plan.dim | plan.lanes << 8 | plan.busBytes << 16 |
                             (plan.family == Family::Pwl ? 1U << 24 : 0U) |
                             static_cast<uint32_t>(plan.counters) << 25},
               {"scratch_words", plan.scratchWords},
               {"acc_rows", plan.accRows},
               {"stat_rows", plan.statRows},
               {"config_hash_low", static_cast<uint32_t>(configHash(plan))},
               {"config_hash_high", static_cast<uint32_t>(configHash(plan) >> 32)}} {}
  intformer_access access() {
    return {this,
            [](void* self, uint32_t offset, uint32_t* value) {
              *value = 0;
              for (const auto& spec : registerMap(1))
                if (spec.offset == offset) *value = static_cast<Registers*>(self)->values[spec.name];
              return 0;
            },
            [](void*, uint32_t, uint32_t) { return 0; }, [](void*, uint64_t) { return 0; },
            [](void*, uint64_t, const void*, uint64_t) { return 0; },
            [](void*, uint64_t, void*, uint64_t) { return 0; }};
  }
};

TEST_CASE("the example's host refuses every device but the one compiled for", "[board]") {
  const SmallModel small;
  const Board board(small.file, "--config configs/tiny4.toml --set vector.family=pwl --seq 4");
  const std::string image = board.image();
  const Plan plan = planOf("tiny4", {"vector.family=pwl"});
  intformer_device handle;
  const auto load = [&](Registers registers) {
    const intformer_access access = registers.access();
    return board.load(&handle, &access, board.models[0], image.data(), image.size());
  };
  REQUIRE(load(Registers(plan)) == INTFORMER_OK);
  for (const auto& [name, value] : Registers(plan).values)
    for (uint32_t bit = 0; bit < 32; ++bit) {
      if (name == "array" && bit > 26) break;  // not defined
      INFO(name << ", bit " << bit);
      Registers other(plan);
      other.values[name] ^= 1U << bit;
      CHECK(load(other) == INTFORMER_NO_DEVICE);
    }
  CHECK(load(Registers(planOf("tiny4", {"vector.family=pwl", "registers.counters=basic"}))) ==
        INTFORMER_NO_DEVICE);
  // A key that no register of its own tells stands in the hash.
  CHECK(load(Registers(planOf("tiny4", {"vector.family=pwl", "commands.queue_depth=3"}))) ==
        INTFORMER_NO_DEVICE);

  Device device("tiny4");  // ibert
  device.sim.reset();
  const intformer_access access = device.sim.access();
  CHECK(board.load(&handle, &access, board.models[0], image.data(), image.size()) ==
        INTFORMER_NO_DEVICE);
}

TEST_CASE("the example's host refuses an image that is not its model's", "[board]") {
  const SmallModel small;
  const std::string on = "--config configs/tiny4.toml --seq ";
  const Board board({{small.file, on + "4", "four"}, {small.file, on + "5", "five"},
                     {small.file, on + "4 --base 0x1000", "moved"}});
  Registers registers(planOf("tiny4"));
  const intformer_access access = registers.access();
  intformer_device handle;
  const auto load = [&](const std::string& image) {
    return board.load(&handle, &access, board.models[0], image.data(), image.size());
  };
  const std::string image = board.image(0);
  REQUIRE(load(image) == INTFORMER_OK);
  CHECK(load(board.image(1)) == INTFORMER_WRONG_IMAGE);
  CHECK(load(board.image(2)) == INTFORMER_WRONG_IMAGE);
  CHECK(load(image.substr(0, image.size() - 1)) == INTFORMER_WRONG_IMAGE);
  CHECK(load(image + '\0') == INTFORMER_WRONG_IMAGE);
  CHECK(board.load(&handle, &access, board.models[0], nullptr, image.size()) ==
        INTFORMER_WRONG_IMAGE);
  for (std::size_t byte = 0; byte < IMAGE_VERSION; ++byte) {  // of the trailer; then comes text
    INFO("byte " << byte);
    std::string other = image;
    other[image.size() - IMAGE_TRAILER_BYTES + byte] ^= 0x40;
    CHECK(load(other) == INTFORMER_WRONG_IMAGE);
  }
  // The id is FNV-1a of what goes to memory.
  uint64_t id = 0xcbf29ce484222325;
  for (std::size_t i = 0; i + IMAGE_TRAILER_BYTES < image.size(); ++i)
    id = (id ^ static_cast<uint8_t>(image[i])) * 0x100000001b3;
  CHECK(board.models[0]->image_id == id);
}

TEST_CASE("the memory map alone is enough to embed a sentence", "[board]") {
  const SmallModel small;
  const Board board(small.file, "--config configs/tiny4.toml --sentence 'A red ship.'");
  const ModelFile file = readModelFile(small.file);
  const Plan plan = planOf("tiny4");
  const auto map = board.map();
  const auto tensor = [&](const nlohmann::json& name) {
    for (const auto& entry : map["programs"][0]["tensors"])
      if (entry["name"] == name) return entry;
    FAIL("no tensor " << name);
    return nlohmann::json();
  };
  std::string text = board.image();
  REQUIRE(map["image"]["bytes"].get<std::size_t>() + IMAGE_TRAILER_BYTES == text.size());
  REQUIRE(map["memory"]["bytes"] == map["image"]["bytes"]);
  CHECK(map["plan"]["config_hash"] == configHashText(plan));
  std::vector<uint8_t> memory(text.begin(), text.end() - IMAGE_TRAILER_BYTES);

  // The image holds the sentence that was asked for, and its positions.
  const auto tokens = tensor(map["sentences"]["tokens"]["tensor"]);
  const auto places = tensor(map["sentences"]["places"]["tensor"]);
  const Sentences sentence = {
      tokenizer::Tokenizer(file.trained.vocabulary, file.trained.tokenizer).encode("A red ship.")};
  CHECK(map["programs"][0]["lengths"] == lengthsOf(sentence));
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
  CHECK(map["sentences"]["tokens"]["vocabulary"] == file.trained.network.shape.vocabulary);
  CHECK(map["sentences"]["places"]["positions"] == file.trained.network.shape.positions);
  CHECK(map["sentences"]["pooling"]["mode"] == "mean");
  CHECK(map["sentences"]["pooling"]["normalize"] == true);

  // Run by the program's bytes alone, and read where the map says.
  const auto commands = map["programs"][0]["commands"].get<std::size_t>();
  std::vector<Command> program(commands);
  for (std::size_t i = 0; i < commands; ++i)
    for (uint32_t w = 0; w < kCommandWords; ++w)
      for (uint32_t b = 0; b < 4; ++b)
        program[i].words()[w] |=
            uint32_t{memory[map["programs"][0]["address"].get<std::size_t>() + i * kCommandBytes +
                            4 * w + b]}
            << 8 * b;
  std::vector<emulator::MemoryWindow> windows;
  for (const auto& entry : map["windows"])
    windows.push_back({entry["base"], entry["end"],
                       window::kReadable | (entry["permissions"] == "read" ? 0U
                                                                            : window::kWritable)});
  const emulator::EmulationResult result =
      emulator::runProgram(plan, program, memory, {.windows = windows});
  INFO(result.message);
  REQUIRE(result.ok());
  const Graph graph = withLengths(file.integers->model.graph, lengthsOf(sentence));
  const TensorValues golden = golden::runGolden(graph, tokenInputs(graph, sentence), plan.family);
  const auto& lsb = map["sentences"]["states"]["lsb"];
  const FloatMatrix reals = quantizer::dequantizeOutput(file.integers->model, golden);
  for (const char* which : {"tensor", "narrow"}) {
    const auto states = tensor(map["sentences"]["states"][which]);
    const auto number = [&](const char* key) { return states[key].get<uint64_t>(); };
    const bool wide = std::string(which) == "tensor";
    const Tensor& expected =
        golden[wide ? file.integers->model.output16 : file.integers->model.output8];
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
