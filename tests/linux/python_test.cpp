// The host in Python, started as a user does, on a mocked device with the emulator behind it.
#include <nlohmann/json.hpp>
#include <regex>

#include "gen/config.hpp"
#include "sw/embed/pooling.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/golden/golden.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/graph/token_batch.hpp"
#include "sw/itf/model_file.hpp"
#include "sw/quantizer/quantized_model.hpp"
#include "tests/linux/mocked_uio.hpp"
#include "tests/program.hpp"

namespace intformer::test {
namespace {

using Sentences = std::vector<std::vector<uint32_t>>;

/// What a device does at a start, by the emulator.
uint32_t emulate(const Plan& plan, MockedUio& device) {
  std::vector<uint8_t> memory(MockedUio::kMemory + MockedUio::kMemoryBytes);
  std::copy_n(device.memory(), MockedUio::kMemoryBytes, memory.begin() + MockedUio::kMemory);
  std::vector<emulator::MemoryWindow> windows;
  for (uint32_t at = 0; at < plan.windowCount * INTFORMER_WINDOW_STRIDE;
       at += INTFORMER_WINDOW_STRIDE)
    windows.push_back({device.getPair(INTFORMER_REG_WINDOW0_BASE_LOW + at),
                       device.getPair(INTFORMER_REG_WINDOW0_END_LOW + at),
                       device.get(INTFORMER_REG_WINDOW0_PERMISSIONS + at)});
  const uint64_t address = device.getPair(INTFORMER_REG_PROGRAM_ADDR_LOW);
  std::vector<Command> program(device.get(INTFORMER_REG_PROGRAM_COMMANDS));
  for (std::size_t i = 0; i < program.size(); ++i)
    for (std::size_t byte = 0; byte < kCommandBytes; ++byte)
      program[i].words()[byte / 4] |= uint32_t{memory.at(address + i * kCommandBytes + byte)}
                                      << 8 * (byte % 4);
  const emulator::EmulationResult result =
      emulator::runProgram(plan, program, memory, {.windows = windows, .programAddress = address});
  std::copy_n(memory.begin() + MockedUio::kMemory, MockedUio::kMemoryBytes, device.memory());
  device.set(INTFORMER_REG_ERROR_CODE, static_cast<uint32_t>(result.error));
  device.set(INTFORMER_REG_ERROR_COMMAND, result.commandIndex);
  return INTFORMER_STATUS_INTERRUPT |
         (result.ok() ? INTFORMER_STATUS_DONE : INTFORMER_STATUS_ERROR);
}

/// The command that the head of intformer.py tells its users, for another file.
std::string buildCommand(const std::string& library) {
  const std::string head = readText("sw/runtime/python/intformer.py");
  std::smatch match;
  REQUIRE(std::regex_search(head, match, std::regex("\n    cc (.*) -o libintformer.so\n")));
  return std::string(INTFORMER_CC) + " -Wall -Wextra -Wpedantic -Werror " + match[1].str() +
         " -o " + shellWord(library);
}

/// A compiled model, the driver's library, and the device.
struct Host {
  Plan plan = loadConfig("configs/tiny4.toml").plan.value();
  MockedUio mock{plan, [this](MockedUio& device) { return emulate(plan, device); }};
  std::string model = mock.path("small.itf"), folder = mock.path("compiled");
  std::string library = mock.path("libintformer.so");

  Host() {
    expectFine("import tests/models/small --out " + model);
    expectFine("quantize " + model + " --calibrate tests/models/sentences.txt --out " + model);
    compile("--lengths 6,5+6 --base 0x40000");
    const Outcome outcome = runCommand(buildCommand(library));
    INFO(outcome.text);
    REQUIRE(outcome.status == 0);
  }
  void compile(const std::string& options) const {
    expectFine("compile " + model + " --config configs/tiny4.toml --out " + folder + " " + options);
  }
  [[nodiscard]] Outcome run(const std::string& batches, const std::string& options = "") const {
    return runCommand("python3 -B sw/runtime/python/example.py " + library + " " + folder +
                      " --udmabuf udmabuf0 --clock 1 --states --sys " + mock.path("sys") +
                      " --dev " + mock.path("dev") + " --interrupts " + mock.interruptFile() + " " +
                      batches + " " + options);
  }
  void expectRefusal(const std::string& batches, const std::vector<std::string>& texts,
                     const std::string& options = "") const {
    const Outcome outcome = run(batches, options);
    CHECK(outcome.status == 1);
    for (const std::string& text : texts) CHECK_THAT(outcome.text, containsText(text));
    CHECK(outcome.text.find("Traceback") == std::string::npos);
  }
};

bool hasPython() {
  if (runCommand("python3 -c 'import ctypes'").status == 0) return true;
  WARN("skipped: python3 is missing, or without ctypes");
  return false;
}

/// A line of the example against the golden model.
void expectEqual(const std::string& line, const itf::ModelFile& file, const Sentences& sentences,
                 Family family) {
  INFO(line);
  const auto found = nlohmann::json::parse(line);
  const quantizer::QuantizedModel& model = file.integers->model;
  const std::vector<uint32_t> lengths = lengthsOf(sentences);
  const Graph graph = withLengths(model.graph, lengths);
  const TensorValues values = golden::runGolden(graph, tokenInputs(graph, sentences), family);
  const floating::FloatMatrix embeddings =
      embed::pool(quantizer::dequantizeOutput(model, values), lengths, file.trained.pooling);
  const Tensor& states = values[model.output16];
  uint32_t row = 0;
  REQUIRE(found["states"].size() == sentences.size());
  REQUIRE(found["embeddings"].size() == sentences.size());
  for (uint32_t s = 0; s < sentences.size(); ++s) {
    REQUIRE(found["states"][s].size() == lengths[s]);
    for (const auto& state : found["states"][s]) {
      REQUIRE(state.size() == states.cols);
      for (uint32_t c = 0; c < states.cols; ++c) REQUIRE(state[c] == states.at(row, c));
      ++row;
    }
    REQUIRE(found["embeddings"][s].size() == states.cols);
    for (uint32_t c = 0; c < states.cols; ++c)
      REQUIRE(found["embeddings"][s][c].get<double>() == Approx(embeddings.row(s)[c]).margin(1e-6));
  }
}

TEST_CASE("Python embeds batches as the golden model does", "[uio]") {
  if (!hasPython()) return;
  Host host;
  const itf::ModelFile file = itf::readModelFile(host.model);
  const Outcome outcome = host.run("2,7,9,11,40,3 2,8,20,31,3+2,9,10,100,242,3 2,9,7,11,40,3");
  INFO(outcome.text);
  REQUIRE(outcome.status == 0);
  std::istringstream lines(outcome.text);
  const Sentences batches[] = {
      {{2, 7, 9, 11, 40, 3}}, {{2, 8, 20, 31, 3}, {2, 9, 10, 100, 242, 3}}, {{2, 9, 7, 11, 40, 3}}};
  for (const Sentences& batch : batches) {
    std::string line;
    REQUIRE(std::getline(lines, line));
    expectEqual(line, file, batch, host.plan.family);
  }
  CHECK(host.mock.interrupts() == 3);

  host.expectRefusal("1,2,3", {"no program for 3 tokens, only for 6, 5+6", "--lengths"});
  host.expectRefusal("1,2,3,4,5,243", {"token 5 of the batch has id 243", "lie in 0 to 242"});
  host.expectRefusal("1,2,3,4,5,6", {"no device named edge8"}, "--name edge8");
  host.expectRefusal("1,2,3,4,5,6", {"options: more than one memory is named"}, "--map 1");

  host.mock.set(INTFORMER_REG_CONFIG_HASH_LOW, host.mock.get(INTFORMER_REG_CONFIG_HASH_LOW) ^ 1);
  host.expectRefusal("1,2,3,4,5,6", {"compiled for tiny4, config hash 0x", "the device has 0x"});
  host.mock.set(INTFORMER_REG_CONFIG_HASH_LOW, host.mock.get(INTFORMER_REG_CONFIG_HASH_LOW) ^ 1);
  host.mock.set(INTFORMER_REG_DEVICE_ID, 0);
  host.expectRefusal("1,2,3,4,5,6", {"intformer_open: no intformer device answers"});
  host.mock.set(INTFORMER_REG_DEVICE_ID, INTFORMER_DEVICE_ID_VALUE);

  std::string image = readText(host.folder + "/image.bin");
  image[image.size() - 20] ^= 1;  // of the id
  writeFile(host.folder + "/image.bin", image);
  host.expectRefusal("1,2,3,4,5,6", {"image.bin: not the image of memory.json beside it"});
  image[image.size() - 20] ^= 1;
  image[0] ^= 0x7f;  // the first command's opcode
  writeFile(host.folder + "/image.bin", image);
  host.expectRefusal("1,2,3,4,5,6", {"intformer_wait: the device stopped with an error: command 0",
                                     "illegal_opcode", "load the model again"});
  host.compile("--lengths 6 --base 0x70000");
  host.expectRefusal("1,2,3,4,5,6", {"lie outside of the buffer, [0x40000, 0x80000)"});
  std::filesystem::remove(host.folder + "/memory.json");
  host.expectRefusal("1,2,3,4,5,6", {"no compiled model", "intformer compile MODEL"});
  std::filesystem::remove(host.library);
  host.expectRefusal("1,2,3,4,5,6", {"no library of the driver", "has the cc command"});
}

}  // namespace
}  // namespace intformer::test
