#include "sw/report/lanes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sw/compiler/compile.hpp"
#include "sw/report/estimate.hpp"

namespace intformer::report {

void propose(std::vector<LanesRow>& rows) {
  uint64_t least = rows.at(0).cycles;
  for (const LanesRow& row : rows) least = std::min(least, row.cycles);
  LanesRow* fewest = nullptr;
  for (LanesRow& row : rows) {
    row.loss = static_cast<double>(row.cycles - least) / static_cast<double>(least);
    if (row.loss < kLanesMayCost && (fewest == nullptr || row.plan.lanes < fewest->plan.lanes))
      fewest = &row;
  }
  fewest->proposed = true;  // the fastest costs nothing
}

std::vector<LanesRow> lanesByNeed(const Graph& graph, const TensorValues& inputs, const Plan& plan,
                                  const perf::MemoryTiming& memory) {
  std::vector<LanesRow> rows;
  for (uint32_t lanes = plan.dim; lanes != 0; lanes /= 2) {
    LanesRow row{.plan = plan};
    row.plan.lanes = lanes;
    const Program program =
        compiler::compile(graph, row.plan, {.memory = memory, .contents = false});
    const std::vector<uint8_t> lists = buildLists(program, graph, inputs);
    row.cycles = estimateReport(program, row.plan, memory, lists, program.readOnlyEnd).cycles;
    rows.push_back(std::move(row));
  }
  propose(rows);
  return rows;
}

}  // namespace intformer::report
