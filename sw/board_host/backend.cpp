#include "sw/board_host/backend.hpp"

#include <fmt/format.h>

#include "sw/compiler/compile.hpp"
#include "sw/compiler/token_tables.hpp"
#include "sw/golden/golden.hpp"
#include "sw/perf/estimate.hpp"

namespace intformer::board_host {

using embed::BackendError;

uint64_t expectedCycles(const Program& program, const Graph& graph, const TensorValues& inputs,
                        const Plan& plan) {
  return perf::estimate(program.commands, program.programAddress, plan, {},
                        buildLists(program, graph, inputs), program.readOnlyEnd)
      .cycles;
}

embed::CompiledBatch& BoardBackend::prepare(const std::vector<uint32_t>& lengths,
                                            const TensorValues& inputs) {
  // The table of all tokens stays here: it would fill most of a board's memory, and take most of
  // the time on the cable.
  Graph gathered = graph();
  TensorValues rows = inputs;
  gatherTokens(gathered, rows);
  if (embed::CompiledBatch* const known = programs_.find(lengths)) {
    renewImage(known->program, gathered, rows, known->image);
    compiler::packTokenTables(gathered, runner_.plan(), known->program, known->image);
    return *known;
  }
  embed::CompiledBatch batch{.lengths = lengths, .program = {}, .image = {}};
  batch.program = compiler::compile(gathered, runner_.plan(),
                                    {.storeAttentionWeights = false, .sharedConstants = true});
  ++compiled_;
  settleConstants(batch.program);
  runner_.checkMemory(batch.program);
  batch.image = buildImage(batch.program, gathered, rows);
  batch.cycles = expectedCycles(batch.program, gathered, rows, runner_.plan());
  batch.program.constants.clear();
  return programs_.add(std::move(batch));
}

TensorValues BoardBackend::compute(const std::vector<uint32_t>& lengths,
                                   const TensorValues& inputs) {
  embed::CompiledBatch& batch = prepare(lengths, inputs);
  loaded_ += runner_.load(batch.program, graph(), batch.image);
  const tb::DeviceRun run = runner_.run(batch.program, batch.cycles);
  if (!run.ok()) throw BackendError(runner_.link().place() + ": " + run.text(), true);
  const TensorValues golden = golden::runGoldenAgain(graph(), inputs, runner_.plan().family);
  TensorValues values(graph().tensors.size());
  for (const Placement& placement : batch.program.placements)
    if (placement.tensor == output()) {
      runner_.read(placement.address, placement.bytes(), batch.image);
      values[output()] = unpackTensor(placement, graph().tensors[output()], batch.image);
    }
  compare(values[output()], golden[output()]);
  count(run);
  return values;
}

void BoardBackend::compare(const Tensor& got, const Tensor& golden) {
  for (uint32_t row = 0; row < golden.rows; ++row)
    for (uint32_t col = 0; col < golden.cols; ++col)
      if (got.at(row, col) != golden.at(row, col)) {
        runner_.forget();
        throw BackendError(
            fmt::format(
                "{}: the board differs from the golden model, first in {}: row {}, column "
                "{}: {} and not {}; `intformer board selftest` says whether its memory holds",
                runner_.link().place(), graph().tensors[output()].name, row, col, got.at(row, col),
                golden.at(row, col)),
            false);
      }
  work_.valuesCompared += golden.data.size();
}

void BoardBackend::count(const tb::DeviceRun& run) {
  for (const Operator& op : graph().operators) work_.macs += macs(graph(), op);
  if (!run.counts(INTFORMER_COUNT_CYCLES)) return;
  work_.cycles = work_.cycles.value_or(0) + run.counters[INTFORMER_COUNT_CYCLES];
  const Plan& plan = runner_.plan();
  work_.utilization =
      static_cast<double>(work_.macs) / (static_cast<double>(*work_.cycles) * plan.dim * plan.dim);
}

}  // namespace intformer::board_host
