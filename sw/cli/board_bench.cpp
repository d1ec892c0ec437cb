#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "gen/device.hpp"
#include "gen/tables/registers.hpp"
#include "sw/cli/board_link.hpp"
#include "sw/cli/board_programs.hpp"
#include "sw/cli/json_text.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/files/files.hpp"
#include "sw/files/streams.hpp"
#include "sw/golden/golden.hpp"
#include "sw/graph/lengths.hpp"
#include "tb/scoreboard.hpp"

namespace intformer::cli {
namespace {

struct BenchOptions {
  BoardRequest board;
  ModelRequest model;
  std::string lengths = "8,16,32";
  std::string json;
};

/// What a length takes.
struct Measured {
  std::vector<uint32_t> lengths;
  std::string failure = {};  ///< no run, or a wrong one
  int status = kFine;
  std::optional<uint64_t> cycles = {};  ///< none: the device does not count them
  uint64_t estimatedCycles = 0;
  double seconds = 0;  ///< of these cycles at the board's clock, of the estimated without them
  double tokensPerSecond = 0, utilization = 0;
  board_host::LoadResult loaded = {};
  double hostSeconds = 0;

  /// "8", "5+6"
  [[nodiscard]] std::string tokens() const {
    std::string text = lengthsText(lengths);
    std::ranges::replace(text, ',', '+');
    return text;
  }
};

Measured failed(Measured row, int status, const std::string& failure) {
  row.status = status;
  row.failure = failure;
  return row;
}

/// `gathered` is what runs: `model` with its inputs' rows of the table of tokens alone.
Measured measure(OpenBoard& board, const ModelInput& model, const ModelInput& gathered,
                 const board::BoardProgram& compiled) {
  board_host::Runner& runner = board.runner();
  Measured row{.lengths = compiled.lengths, .estimatedCycles = compiled.cycles};
  const std::vector<uint8_t> image = buildImage(compiled.program, gathered.graph, gathered.inputs);
  row.loaded = runner.load(compiled.program, gathered.graph, image);
  const tb::DeviceRun run = runner.run(compiled.program, compiled.cycles);
  if (!run.ok()) return failed(row, kStopped, run.text());
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
    return failed(row, kDifferent,
                  info.name +
                      " differs from golden; `intformer board selftest` says whether memory "
                      "holds");
  }
  uint64_t macs = 0;
  for (const OperatorTrace& op : compiled.program.operators) macs += op.macs;
  if (run.counts(INTFORMER_COUNT_CYCLES)) row.cycles = run.counters[INTFORMER_COUNT_CYCLES];
  const uint64_t cycles = row.cycles.value_or(compiled.cycles);
  row.seconds = runner.secondsOf(cycles);
  row.tokensPerSecond = std::accumulate(row.lengths.begin(), row.lengths.end(), 0.0) / row.seconds;
  row.utilization = static_cast<double>(macs) /
                    (static_cast<double>(cycles) * board.plan().dim * board.plan().dim);
  row.hostSeconds = run.seconds;
  return row;
}

void print(const Measured& row) {
  if (!row.failure.empty()) {
    fmt::print("{} tokens: {}\n", row.tokens(), row.failure);
    return;
  }
  fmt::print("{:>8} {:>12} {:>12} {:>9.2f} {:>10.1f} {:>7.1f} {:>11} {:>7.2f} {:>8.1f}\n",
             row.tokens(), row.cycles ? std::to_string(*row.cycles) : "-", row.estimatedCycles,
             1e3 * row.seconds, row.tokensPerSecond, 100 * row.utilization, row.loaded.sent,
             row.loaded.seconds, 1e3 * row.hostSeconds);
}

nlohmann::ordered_json jsonOf(const Measured& row, const Plan& plan) {
  nlohmann::ordered_json json;
  if (row.lengths.size() > 1)
    json["seq"] = row.lengths;
  else
    json["seq"] = row.lengths.front();
  if (!row.failure.empty()) {
    json["failure"] = row.failure;
    return json;
  }
  if (row.cycles)
    json["cycles"] = *row.cycles;
  else
    json["not_counted"] = notCounted(plan.counters);
  json["estimated_cycles"] = row.estimatedCycles;
  json["seconds"] = row.seconds;
  json["tokens_per_second"] = row.tokensPerSecond;
  json["utilization"] = row.utilization;
  json["bytes"] = row.loaded.bytes;
  json["bytes_sent"] = row.loaded.sent;
  json["load_seconds"] = row.loaded.seconds;
  json["host_seconds"] = row.hostSeconds;
  return json;
}

/// What all rows share. `memory`: of the estimates.
nlohmann::ordered_json headOf(OpenBoard& board, const ModelInput& model,
                              const perf::MemoryTiming& memory) {
  nlohmann::ordered_json json = reportHead(board.plan());
  json["model"] = model.name;
  json["layers"] = model.layers;
  json["clock_hz"] = board.link().identity().clockHz;
  json["estimate"] = {{"memory_latency", memory.latency}};
  json["lengths"] = nlohmann::ordered_json::array();
  return json;
}

int bench(const BenchOptions& options) {
  const auto lengths = parseLengths(options.lengths);
  ModelRequest request = options.model;
  request.seq = {longestOf(lengths)};
  request.seqOption = "--lengths";
  auto model = loadModel(request);
  if (!model) return kRefused;
  OpenBoard board(options.board);
  board.runner();
  fmt::print("{} on {} at {}\n", model->name, deviceName(board.plan()), board.clockText());
  fmt::print("{:>8} {:>12} {:>12} {:>9} {:>10} {:>7} {:>11} {:>7} {:>8}\n", "tokens", "cycles",
             "estimated", "ms", "tokens/s", "MACs %", "bytes sent", "s", "host ms");
  const compiler::CompileOptions compiling = {.storeAttentionWeights = false,
                                              .sharedConstants = true};
  nlohmann::ordered_json json = headOf(board, *model, compiling.memory);
  int status = kFine;
  for (const auto& batch : lengths) {
    setLengths(model->graph, batch);
    model->seq = batch;
    model->inputs = drawnInputs(*model, request.seed);
    ModelInput gathered = *model;
    gatherTokens(gathered.graph, gathered.inputs);
    board::BoardProgram compiled = compileOne(gathered, board.plan(), compiling, nullptr);
    board_host::settleConstants(compiled.program);
    const Measured row = measure(board, *model, gathered, compiled);
    print(row);
    json["lengths"].push_back(jsonOf(row, board.plan()));
    status = std::max(status, row.status);
  }
  board.printRetries();
  const link::LinkStatistics& cable = board.link().statistics();
  json["cable"] = {{"requests", cable.requests}, {"retries", cable.retries}};
  if (!options.json.empty()) {
    files::writeAtomically(options.json, jsonText(json, 2) + "\n");
    fmt::print("report: {}\n", files::outputName(options.json));
  }
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
  command->add_option("--json", options->json, "Write the figures to this file")
      ->type_name(kind::kOutFile);
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
