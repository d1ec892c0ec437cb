#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "gen/device.hpp"
#include "sw/board_host/backend.hpp"
#include "sw/board_host/memory_test.hpp"
#include "sw/cli/board_link.hpp"
#include "sw/cli/board_programs.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/golden/golden.hpp"
#include "tb/scoreboard.hpp"

namespace intformer::cli {
namespace {

constexpr const char* kModel = "configs/models/tiny.toml";

struct SelftestOptions {
  BoardRequest board;
  bool quick = false;
};

/// Prints what a test of memory found; whether it found nothing.
bool testMemory(OpenBoard& board, bool quick) {
  const link::BoardIdentity& identity = board.link().identity();
  const auto say = [](const std::string& what, const std::optional<std::string>& fault) {
    fmt::print("memory, {}: {}\n", what, fault ? *fault : "fine");
    return !fault;
  };
  if (!say(fmt::format("{} data lines, each alone and each left out", identity.dataBits),
           board_host::testDataLines(board.link())))
    return false;
  CountProgress progress("memory test: KiB", board_host::testedBytes(identity, !quick) / 1024);
  const auto begin = std::chrono::steady_clock::now();
  const auto fault = board_host::testAddresses(
      board.link(), !quick, [&](uint64_t done, uint64_t) { progress.update(done / 1024); });
  progress.clear();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return say(fmt::format("{} of {} bytes, each word a value of its own, in {:.2f} s",
                         board_host::testedBytes(identity, !quick), identity.memoryBytes, seconds),
             fault);
}

/// Where two memories differ first; nothing where they do not.
std::optional<std::string> difference(const std::vector<uint8_t>& board,
                                      const std::vector<uint8_t>& emulator) {
  for (std::size_t at = 0; at < emulator.size(); ++at)
    if (board[at] != emulator[at])
      return fmt::format("memory at 0x{:x} holds 0x{:02x}, and 0x{:02x} after the emulator", at,
                         board[at], emulator[at]);
  return std::nullopt;
}

/// A seeded layer, every byte of its memory compared with the emulator's.
int runProgram(OpenBoard& board) {
  ModelRequest request;
  request.path = kModel;
  request.seq = {16};
  const auto model = loadModel(request);
  if (!model) return kRefused;
  board_host::Runner& runner = board.runner();
  const board::BoardProgram compiled = compileOne(*model, board.plan(), {}, nullptr);
  std::vector<uint8_t> expected = buildImage(compiled.program, model->graph, model->inputs);
  static_cast<void>(runner.load(compiled.program, model->graph, expected, true));
  const emulator::EmulationResult emulated =
      emulator::runProgram(board.plan(), compiled.program, expected);
  if (!emulated.ok()) throw std::logic_error("emulator: " + emulated.message);
  const tb::DeviceRun run = runner.run(compiled.program, compiled.cycles);
  if (!run.ok()) {
    fmt::print("program: {}\n", run.text());
    return kStopped;
  }
  std::vector<uint8_t> memory(expected.size());
  runner.read(0, expected.size(), memory);
  const TensorValues golden = golden::runGolden(model->graph, model->inputs, board.plan().family);
  const tb::Scoreboard scoreboard(compiled.program, model->graph, golden);
  const tb::Comparison comparison = scoreboard.compare(memory, false);
  if (comparison.first) {
    fmt::print("program: differs from golden, first: {}\n", comparison.first->text());
    return kDifferent;
  }
  if (const auto fault = difference(memory, expected)) {
    fmt::print("program: {}\n", *fault);
    return kDifferent;
  }
  fmt::print(
      "program: {}, 16 tokens{}: all {} bytes of memory equal the emulator's, {} values "
      "golden's\n",
      model->name,
      run.counts(INTFORMER_COUNT_CYCLES)
          ? fmt::format(", {} cycles, {}", run.counters[INTFORMER_COUNT_CYCLES],
                        board.timeText(run.counters[INTFORMER_COUNT_CYCLES]))
          : "",
      expected.size(), comparison.values);
  return kFine;
}

int selftest(const SelftestOptions& options) {
  OpenBoard board(options.board);
  const link::BoardIdentity& identity = board.link().identity();
  fmt::print("{}: protocol {}, {}, {} bytes of memory, {} bits side by side, {} baud\n",
             board.link().place(), identity.version, board.clockText(), identity.memoryBytes,
             identity.dataBits, identity.baud);
  board.runner();
  fmt::print("device: {}, config hash {}, as the config says\n", deviceName(board.plan()),
             configHashText(board.plan()));
  const int status = testMemory(board, options.quick) ? runProgram(board) : kDifferent;
  board.printRetries();
  return status;
}

}  // namespace

void addBoardSelftest(CLI::App& board, int& status) {
  auto* command = board.add_subcommand("selftest", "Test link, memory and device of a board");
  auto options = std::make_shared<SelftestOptions>();
  addBoardOptions(*command, options->board);
  command->add_flag("--quick", options->quick, "Of memory a block at every power of two alone");
  command->footer(
      "Overwrites the board's memory: the next embed loads its model again.\n"
      "Exit status: 0 fine, 1 input, port, cable or board were refused, 2 memory or results are\n"
      "wrong, 3 the device stopped with an error or did not end.");
  command->callback([options, &status] { status = orRefuse([&] { return selftest(*options); }); });
}

}  // namespace intformer::cli
