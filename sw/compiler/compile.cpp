#include "sw/compiler/compile.hpp"

#include <fmt/format.h>

#include "gen/device.hpp"
#include "sw/compiler/assemble.hpp"
#include "sw/compiler/search.hpp"
#include "sw/graph/check.hpp"

namespace intformer::compiler {
namespace {

/// Looks for the smallest doubling of one memory, else of all, with which the model fits.
std::string suggestion(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                       const CompileOptions& options) {
  enum Memory : unsigned { Scratch = 1, Accumulator = 2, Statistics = 4 };
  for (const unsigned grown : {0U + Scratch, 0U + Accumulator, 0U + Statistics,
                               0U + Scratch + Accumulator, 0U + Scratch + Accumulator + Statistics})
    for (uint32_t factor = 2; factor <= 256; factor *= 2) {
      Plan larger = plan;
      std::string keys;
      const auto grow = [&](Memory memory, uint32_t& size, std::string_view key, uint64_t unit) {
        if ((grown & memory) == 0 || uint64_t{size} * factor >= uint64_t{1} << 24) return;
        size *= factor;
        keys += fmt::format("{}{} = {}", keys.empty() ? "" : ", ", key, size * unit);
      };
      grow(Scratch, larger.scratchWords, "scratchpad.bytes", plan.dim);
      grow(Accumulator, larger.accRows, "accumulator.bytes", uint64_t{4} * plan.dim);
      grow(Statistics, larger.statRows, "vector.stat_rows", 1);
      if (fits(graph, larger, layout, options)) return keys;
    }
  return {};
}

/// Refuses a model whose activation the device has not.
void checkActivations(const Graph& graph, const Plan& plan) {
  if (plan.activations == Activations::Table) return;
  for (const Operator& op : graph.operators)
    if (const auto* linear = std::get_if<Linear>(&op))
      if (const auto* epilogue = std::get_if<ActivationEpilogue>(&linear->epilogue);
          epilogue != nullptr && epilogue->kind != ActivationKind::Gelu)
        throw CompileError(fmt::format(
            "{} needs {}, and {} has GELU alone: set vector.activations = \"table\"",
            linear->name, activationName(epilogue->kind), deviceName(plan)));
}

Program lowered(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                const Schedule& schedule, const CompileOptions& options) {
  return assemble(graph, plan, layout,
                  lower(graph, plan, layout, schedule, options.memory, options.sharedConstants),
                  options.contents);
}

}  // namespace

Program compileSchedule(const Graph& graph, const Plan& plan, const Schedule& schedule,
                const CompileOptions& options) {
  checkGraph(graph, options.contents);
  checkActivations(graph, plan);
  return lowered(graph, plan, layOutTensors(graph, plan.dim, options.storeAttentionWeights),
                 schedule, options);
}

Program compile(const Graph& graph, const Plan& plan, const CompileOptions& options,
                Decision* decision) {
  checkGraph(graph, options.contents);
  checkActivations(graph, plan);
  const MemoryLayout layout = layOutTensors(graph, plan.dim, options.storeAttentionWeights);
  Judgement judgement = judge(graph, plan, layout, options);
  auto& choices = judgement.decision.choices;
  for (; !choices.empty(); choices.erase(choices.begin())) {
    try {
      const auto ready = std::move(judgement.lowered);
      Program program = ready ? assemble(graph, plan, layout, *ready, options.contents)
                              : lowered(graph, plan, layout, choices.front().schedule, options);
      if (plan.addressBits < 64 && program.memoryBytes > uint64_t{1} << plan.addressBits)
        throw CompileError(fmt::format("{} needs {} bytes of memory: raise bus.address_bits from {}",
                                       graph.name, program.memoryBytes, plan.addressBits));
      if (decision != nullptr) *decision = std::move(judgement.decision);
      return program;
    } catch (const Unfit& unfit) {  // the part fits, the whole does not
      judgement.reason = unfit.what();
    }
  }
  if (!options.search) {  // the first that fits the part does not fit the whole: another may
    CompileOptions searched = options;
    searched.search = true;
    return compile(graph, plan, searched, decision);
  }
  const std::string mend = suggestion(graph, plan, layout, options);
  throw CompileError(fmt::format("{} does not fit {}: {}; {}", graph.name, deviceName(plan),
                                 judgement.reason,
                                 mend.empty() ? "no larger memory helps with these options"
                                              : "would fit: " + mend));
}

}  // namespace intformer::compiler
