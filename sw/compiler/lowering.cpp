#include "sw/compiler/lowering.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sw/compiler/compile.hpp"
#include "sw/compiler/pick.hpp"

namespace intformer::compiler {
namespace {

/// Of one program: 192 MiB of it, and about 1 GiB while it is compiled.
constexpr std::size_t kMostCommands = std::size_t{3} << 20;

/// Scratchpad words of an operator's operand and results, of the first row block, where they stay
/// until they are read.
uint64_t residentWords(const Context& context, const Operator& op) {
  const auto words = [&](TensorId tensor) -> uint64_t {
    if (tensor == kNoTensor || context.work.nextUse(tensor, 0, false) == Work::kNever) return 0;
    const TensorLayout& shape = context.of(tensor);
    return uint64_t{shape.panels} * shape.wordsPerRow *
           std::min(context.schedule.frame.rowBlock, shape.rows);
  };
  return match(
      op, [&](const Linear& linear) { return words(linear.input) + words(linear.output); },
      [](const Attention&) { return uint64_t{0}; },
      [&](const LayerNorm& norm) {
        return words(norm.input) + words(norm.output8) + words(norm.output16);
      },
      [&](const Embedding& embedding) { return words(embedding.output); },
      [&](const Product& product) { return words(product.output); });
}

/// Refuses a schedule that cannot work before any work is done.
void checkRoom(const Context& context) {
  if (!context.resident()) return;
  for (std::size_t id = 0; id < context.work.size(); ++id) {
    const Task& task = context.work.task(id);
    if (task.block.index != 0) continue;
    const Operator& op = context.graph.operators[task.op];
    const uint64_t words = residentWords(context, op);
    if (words > context.heap.size())
      throw Unfit(fmt::format("operator {} needs {} resident scratchpad words of {}",
                              operatorName(op), words, context.heap.size()));
  }
}

void lowerTask(Context& context, const Task& task) {
  context.stream.setOwner(task.op);
  const Operator& op = context.graph.operators[task.op];
  match(
      op, [&](const Linear& linear) { lowerLinear(context, task.op, linear, task.block); },
      [&](const Attention& attention) { lowerAttention(context, attention, task); },
      [&](const LayerNorm& norm) { lowerLayerNorm(context, task.op, norm, task.block); },
      [&](const Embedding& embedding) {
        lowerEmbedding(context, task.op, embedding, task.block);
      },
      [&](const Product& product) { lowerProduct(context, task.op, product, task.block); });
  if (isRowWise(op))
    for (const Operand& output : outputsOf(op))
      noteWritten(context, output.tensor, task.block.index);
}

/// Refuses a graph whose program would be too long, by the commands of its first tasks.
void checkLength(const Context& context) {
  const std::size_t size = context.stream.size();
  if (size <= kMostCommands) return;
  const double commands = static_cast<double>(size) * static_cast<double>(context.work.size()) /
                          static_cast<double>(context.work.step() + 1);
  throw CompileError(fmt::format(
      "{} needs about {:.1f} million commands on {}, {:.0f} MiB of program; at most {:.1f} million "
      "are compiled: raise scratchpad.bytes, accumulator.bytes or array.dim, or shorten the "
      "sequences",
      context.graph.name, commands / 1e6, context.plan.name,
      commands * kCommandBytes / (1 << 20), kMostCommands / 1e6));
}

}  // namespace

Lowered lower(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
              const Schedule& schedule, const perf::MemoryTiming& memory, bool sharedConstants) {
  Context context(graph, plan, layout, schedule, memory, sharedConstants);
  checkRoom(context);
  for (; context.work.step() < context.work.size(); context.work.end()) {
    const std::size_t next = pickTask(context);
    context.work.begin(next);
    lowerTask(context, context.work.task(next));
    context.heap.unpinAll();
    checkLength(context);
  }
  const uint32_t words = context.streamed.most() + context.results.most() + context.heap.most();
  return {std::move(context.stream), context.constants.takePool(), context.spillBytes, words};
}

}  // namespace intformer::compiler
