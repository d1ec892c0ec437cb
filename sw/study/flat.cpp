#include "sw/study/flat.hpp"

#include <algorithm>

#include "sw/compiler/compile.hpp"
#include "sw/model/bert.hpp"
#include "sw/perf/estimate.hpp"

namespace intformer::study {
namespace {

using compiler::Fusion;

Graph headOf(uint32_t keys) {
  model::ModelSpec spec;
  spec.name = "head";
  spec.kind = model::ModelKind::Attention;
  spec.width = kHeadWidth;
  spec.heads = 1;
  return model::buildModel(spec, 1, {keys}, 1, model::EncoderInput::Activations,
                           model::Integers::Left);
}

Way measure(const Graph& graph, const Plan& plan, Fusion fusion) {
  Way way;
  way.fusion = fusion;
  try {
    compiler::Decision decision;
    const Program program =
        compiler::compile(graph, plan, {.fusion = fusion, .contents = false}, &decision);
    const perf::Run run = perf::estimate(program.commands, program.programAddress, plan);
    way.cycles = run.cycles;
    way.bytes = run.bytesRead + run.bytesWritten - program.commands.size() * kCommandBytes;
    way.macs = static_cast<double>(macs(graph, graph.operators[0])) /
               (static_cast<double>(run.cycles) * plan.dim * plan.dim);
    way.scratchBytes = uint64_t{program.scratchWords} * plan.dim;
    way.schedule = compiler::text(decision.choices.front().schedule.cuts[0], plan.dim);
  } catch (const compiler::CompileError& error) {
    way.refusal = error.what();
  }
  return way;
}

}  // namespace

uint64_t flatElements(const AttentionSize& size, Granularity granularity) {
  const auto [batch, heads, width, keys, rows] = size;
  switch (granularity) {
    case Granularity::Model:
      return batch * flatElements(size, Granularity::Batch);
    case Granularity::Batch: return 8 * keys * heads * width + heads * keys * keys;
    case Granularity::Head: return 8 * keys * width + keys * keys;
    case Granularity::Row: break;
  }
  return 4 * rows * width + 4 * keys * width + rows * keys;
}

Flat studyFlat(const Plan& plan, const std::vector<uint32_t>& keys,
               const std::vector<uint32_t>& busBytes, const std::function<void()>& done) {
  Flat result{.plan = plan, .points = {}};
  for (const uint32_t bytes : busBytes)
    for (const uint32_t count : keys) {
      const Graph graph = headOf(count);
      Plan device = plan;
      device.busBytes = bytes;
      Point point{.keys = count, .busBytes = bytes, .ways = {}};
      std::ranges::transform(std::array{Fusion::None, Fusion::Softmax, Fusion::All},
                             point.ways.begin(),
                             [&](Fusion fusion) { return measure(graph, device, fusion); });
      result.points.push_back(std::move(point));
      done();
    }
  return result;
}

std::string nameOf(Fusion fusion) {
  switch (fusion) {
    case Fusion::None: return "none";
    case Fusion::Softmax: return "softmax";
    case Fusion::All: break;
  }
  return "all";
}

}  // namespace intformer::study
