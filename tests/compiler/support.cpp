#include "tests/compiler/support.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "gen/config.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/golden/golden.hpp"

namespace intformer::test {

std::string runAndCompare(const Graph& graph, const Plan& plan, const Program& program,
                          const TensorValues& inputs) {
  const TensorValues golden = golden::runGolden(graph, inputs, plan.family);
  std::vector<uint8_t> memory = buildImage(program, graph, inputs);
  const emulator::EmulationResult result = emulator::runProgram(plan, program, memory);
  if (!result.ok()) return result.message;
  if (result.unusedTokens != 0)
    return fmt::format("{} tokens are never taken", result.unusedTokens);
  for (const Placement& placement : program.placements) {
    const TensorInfo& info = graph.tensors[placement.tensor];
    const Tensor tensor = unpackTensor(placement, info, memory);
    for (uint32_t row = 0; row < info.rows; ++row)
      for (uint32_t col = 0; col < info.cols; ++col)
        if (tensor.at(row, col) != golden[placement.tensor].at(row, col))
          return fmt::format("{}[{}][{}] is {}, golden {}", info.name, row, col,
                             tensor.at(row, col), golden[placement.tensor].at(row, col));
  }
  return {};
}

Plan configPlan(const std::string& name, const std::vector<std::string>& overrides) {
  const ConfigResult config = loadConfig("configs/" + name + ".toml", overrides);
  if (!config.plan) throw std::runtime_error(config.diagnostics.front().text());
  return *config.plan;
}

}  // namespace intformer::test
