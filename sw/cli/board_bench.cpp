#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "gen/device.hpp"
#include "sw/cli/board_link.hpp"
#include "sw/cli/board_programs.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/golden/golden.hpp"
#include "tb/scoreboard.hpp"

namespace intformer::cli {
namespace {

struct BenchOptions {
  BoardRequest board;
  ModelRequest model;
  std::string lengths = "8,16,32";
};

/// Runs one length and prints its row. What differs or stops is said, and the status tells.
/// `gathered` is what runs: `model` with its inputs' rows of the table of tokens alone.
int measure(OpenBoard& board, const ModelInput& model, const ModelInput& gathered,
            const board::BoardProgram& compiled) {
  board_host::Runner& runner = board.runner();
  const std::vector<uint8_t> image = buildImage(compiled.program, gathered.graph, gathered.inputs);
  const board_host::LoadResult loaded = runner.load(compiled.program, gathered.graph, image);
  const tb::DeviceRun run = runner.run(compiled.program, compiled.cycles);
  std::string tokens;
  for (const uint32_t length : compiled.lengths)
    tokens += fmt::format("{}{}", tokens.empty() ? "" : "+", length);
  if (!run.ok()) {
    fmt::print("{} tokens: {}\n", tokens, run.text());
    return kStopped;
  }
  const TensorValues golden =
      golden::runGoldenAgain(model.graph, model.inputs, board.plan().family);
  std::vector<uint8_t> memory = image;
  for (const Placement& placement : compiled.program.placements)
    if (model.graph.tensors[placement.tensor].role == TensorRole::Output)
      runner.read(placement.address, placement.bytes(), memory);
  for (const Placement& placement : compiled.program.placements) {
    const TensorInfo& info = model.graph.tensors[placement.tensor];
    if (info.role != TensorRole::Output) continue;
    if (unpackTensor(placement, info, memory) == golden[placement.tensor]) continue;
    fmt::print(
        "{} tokens: {} differs from golden; `intformer board selftest` says whether memory "
        "holds\n",
        tokens, info.name);
    return kDifferent;
  }
  const double sum = std::accumulate(compiled.lengths.begin(), compiled.lengths.end(), 0.0);
  uint64_t macs = 0;
  for (const OperatorTrace& op : compiled.program.operators) macs += op.macs;
  const bool counted = run.counts(INTFORMER_COUNT_CYCLES);
  const uint64_t cycles = counted ? run.counters[INTFORMER_COUNT_CYCLES] : compiled.cycles;
  const double all = static_cast<double>(cycles) * board.plan().dim * board.plan().dim;
  fmt::print("{:>8} {:>12} {:>12} {:>9.2f} {:>10.1f} {:>7.1f} {:>11} {:>7.2f} {:>8.1f}\n", tokens,
             counted ? std::to_string(cycles) : "-", compiled.cycles,
             1e3 * runner.secondsOf(cycles), sum / runner.secondsOf(cycles),
             100 * static_cast<double>(macs) / all, loaded.sent, loaded.seconds, 1e3 * run.seconds);
  return kFine;
}

int bench(const BenchOptions& options) {
  const auto lengths = parseLengths(options.lengths);
  ModelRequest request = options.model;
  for (const auto& batch : lengths)
    if (request.seq.empty() || std::ranges::max(batch) > std::ranges::max(request.seq))
      request.seq = batch;
  request.seqOption = "--lengths";
  auto model = loadModel(request);
  if (!model) return kRefused;
  OpenBoard board(options.board);
  board.runner();
  fmt::print("{} on {} at {}\n", model->name, deviceName(board.plan()), board.clockText());
  fmt::print("{:>8} {:>12} {:>12} {:>9} {:>10} {:>7} {:>11} {:>7} {:>8}\n", "tokens", "cycles",
             "estimated", "ms", "tokens/s", "MACs %", "bytes sent", "s", "host ms");
  int status = kFine;
  for (const auto& batch : lengths) {
    setLengths(model->graph, batch);
    model->seq = batch;
    model->inputs = drawnInputs(*model, request.seed);
    ModelInput gathered = *model;
    gatherTokens(gathered.graph, gathered.inputs);
    board::BoardProgram compiled = compileOne(
        gathered, board.plan(), {.storeAttentionWeights = false, .sharedConstants = true}, nullptr);
    board_host::settleConstants(compiled.program);
    status = std::max(status, measure(board, *model, gathered, compiled));
  }
  board.printRetries();
  return status;
}

}  // namespace

void addBoardBench(CLI::App& board, int& status) {
  auto* command = board.add_subcommand("bench", "Measure a model on the board at several lengths");
  auto options = std::make_shared<BenchOptions>();
  addBoardOptions(*command, options->board);
  command
      ->add_option("--model", options->model.path,
                   "Model: a trained one's file (*.itf) or folder, or a shape (*.toml)")
      ->type_name(kind::kModel)
      ->required();
  command->add_option("--lengths", options->lengths, "Tokens: 8,16,32; 5+6 is a batch")
      ->type_name(kind::kLengths)
      ->capture_default_str();
  command->add_option("--layers", options->model.layers,
                      "The first layers (default: all of a trained model, 1 of a shape)");
  command->add_option("--seed", options->model.seed, "Seed of the tokens, and of a shape's weights")
      ->capture_default_str();
  command->footer(
      "Columns: cycles as the device counts them, and by the performance model (memory latency "
      "100\n"
      "cycles); ms and tokens/s at the board's clock; the array's utilization; bytes that the "
      "cable\n"
      "had to bring, and seconds for that and for comparing the rest; ms that the host waited.\n"
      "Results are compared with the golden model.\n"
      "Exit status: 0 fine, 1 input, port, cable or board were refused, 2 results differ, 3 the\n"
      "device stopped with an error or did not end.");
  command->callback([options, &status] {
    status = orRefuse([&] { return bench(*options); },
                      options->model.path + " does not run on " + options->board.config);
  });
}

}  // namespace intformer::cli
