#include "sw/compiler/stream.hpp"

#include <algorithm>
#include <numeric>

namespace intformer::compiler {

void Stream::emit(Command command, AddressBase base) {
  const Queue queue = findOpcode(command.opcode())->queue.value();
  const auto own = static_cast<std::size_t>(queue);
  const auto index = static_cast<int32_t>(queues_[own].size());
  const CommandOperands operands = operandsOf(command, plan_.dim);
  listRegions(operands, base == AddressBase::Tensors, regions_);
  const Dependencies needs = tracker_.record(queue, index, regions_.reads, regions_.writes);
  Node node;
  if (!queues_[own].empty()) node.known = nodes_[queues_[own].back()].known;
  uint64_t ready = 0;
  for (std::size_t from = 0; from < kQueueCount; ++from) {
    if (needs[from] <= node.known[from]) continue;
    // The producers that one queue waits for in another come in rising order, so the n-th token
    // given is the n-th token taken.
    Node& producer = nodes_[queues_[from][static_cast<std::size_t>(needs[from])]];
    producer.item.command.addSignal(queue);
    command.addWait(static_cast<Queue>(from));
    for (std::size_t q = 0; q < kQueueCount; ++q)
      node.known[q] = std::max(node.known[q], producer.known[q]);
    node.known[from] = needs[from];
    ready = std::max(ready, producer.done + 2);
  }
  const UnitClock::Times times =
      clocks_[own].run(ready, commandCost(command.opcode(), operands, plan_, memory_));
  node.start = times.start;
  node.done = times.done;
  cycles_ = std::max(cycles_, times.done);
  node.item = {.command = command, .queue = queue, .base = base, .owner = owner_};
  queues_[own].push_back(static_cast<uint32_t>(nodes_.size()));
  nodes_.push_back(node);
}

std::vector<StreamCommand> Stream::merged() const {
  // A command starts after everything that it waits for has started, so start order is legal.
  std::vector<uint32_t> order(nodes_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return nodes_[a].start < nodes_[b].start; });
  std::vector<StreamCommand> result;
  result.reserve(order.size());
  for (const uint32_t node : order) result.push_back(nodes_[node].item);
  return result;
}

}  // namespace intformer::compiler
