#include "sw/board_host/backend.hpp"

#include <fmt/format.h>

#include "sw/compiler/compile.hpp"
#include "sw/golden/golden.hpp"
#include "sw/perf/estimate.hpp"

namespace intformer::board_host {

using embed::BackendError;
using embed::CompiledBatch;

uint64_t expectedCycles(const Program& program, const Graph& graph, const TensorValues& inputs,
                        const Plan& plan) {
  return perf::estimate(program.commands, program.programAddress, plan, {},
                        buildLists(program, graph, inputs), program.readOnlyEnd)
      .cycles;
}

CompiledBatch& BoardBackend::prepare(const std::vector<uint32_t>& lengths,
                                     const TensorValues& inputs) {
  if (CompiledBatch* const known = programs_.find(lengths)) {
    renewImage(known->program, graph(), inputs, known->image);
    return *known;
  }
  CompiledBatch batch{lengths, {}, {}};
  batch.program = compiler::compile(graph(), runner_.plan(),
                                    {.storeAttentionWeights = false, .sharedConstants = true});
  settleConstants(batch.program);
  runner_.checkMemory(batch.program);
  batch.image = buildImage(batch.program, graph(), inputs);
  batch.program.constants.clear();
  return programs_.add(std::move(batch));
}

TensorValues BoardBackend::compute(const std::vector<uint32_t>& lengths,
                                   const TensorValues& inputs) {
  CompiledBatch& batch = prepare(lengths, inputs);
  loaded_ += runner_.load(batch.program, graph(), batch.image);
  const tb::DeviceRun run =
      runner_.run(batch.program, expectedCycles(batch.program, graph(), inputs, runner_.plan()));
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
      if (got.at(row, col) != golden.at(row, col))
        throw BackendError(
            fmt::format(
                "{}: the board differs from the golden model, first in {}: row {}, column "
                "{}: {} and not {}; `intformer board selftest` says whether its memory holds",
                runner_.link().place(), graph().tensors[output()].name, row, col, got.at(row, col),
                golden.at(row, col)),
            false);
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
