#include "sw/emulator/tokens.hpp"

#include <algorithm>
#include <array>

#include "sw/emulator/touches.hpp"
#include "sw/emulator/hazards.hpp"

namespace intformer::emulator {

void insertTokens(const Plan& plan, uint64_t memoryBytes, std::vector<Command>& commands,
                  const std::function<bool(uint32_t index)>& redundant) {
  using Marks = HazardTracker::Marks;
  HazardTracker hazards(plan, {0, memoryBytes});
  std::vector<Marks> clocks(commands.size() + 1);  // by mark: complete when it starts, and itself
  std::array<Marks, kQueueCount> clock{};          // of the latest command, by queue
  Marks latest{};
  std::vector<Touch> touches;
  for (uint32_t index = 0; index < commands.size(); ++index) {
    Command& command = commands[index];
    const OpcodeSpec* spec = findOpcode(command.opcode());
    if (spec == nullptr || !spec->queue) continue;
    const Queue queue = *spec->queue;
    const auto own = static_cast<std::size_t>(queue);
    listTouches(plan, command, touches);
    Marks needed = hazards.dependencies(touches);
    if (redundant && redundant(index)) needed = latest;
    for (std::size_t from = 0; from < kQueueCount; ++from) {
      // The clock only grows, so the producers of one pair of queues ascend strictly and the k-th
      // wait meets the k-th signal.
      if (from == own || needed[from] <= clock[own][from]) continue;
      commands[needed[from] - 1].addSignal(queue);
      command.addWait(static_cast<Queue>(from));
      const Marks& given = clocks[needed[from]];
      for (std::size_t q = 0; q < kQueueCount; ++q)
        clock[own][q] = std::max(clock[own][q], given[q]);
    }
    clock[own][own] = latest[own] = index + 1;
    clocks[index + 1] = clock[own];
    hazards.commit(touches, queue, index + 1);
  }
}

}  // namespace intformer::emulator
