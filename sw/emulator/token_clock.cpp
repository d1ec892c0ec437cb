#include "sw/emulator/token_clock.hpp"

#include <algorithm>

namespace intformer::emulator {

std::optional<TokenClock::Starved> TokenClock::start(const Command& command, Queue queue) {
  Marks& own = clock_[index(queue)];
  for (std::size_t from = 0; from < kQueueCount; ++from) {
    if (!command.waitsFor(static_cast<Queue>(from))) continue;
    Pair& pair = pairs_[from][index(queue)];
    if (pair.taken >= pair.given.size())
      return Starved{static_cast<Queue>(from), pair.taken + 1};
    const Marks& given = pair.given[pair.taken++];
    for (std::size_t q = 0; q < kQueueCount; ++q) own[q] = std::max(own[q], given[q]);
  }
  return std::nullopt;
}

bool TokenClock::finish(const Command& command, Queue queue, uint32_t mark) {
  Marks& own = clock_[index(queue)];
  own[index(queue)] = mark;
  bool counted = true;
  for (std::size_t to = 0; to < kQueueCount; ++to) {
    if (!command.signals(static_cast<Queue>(to))) continue;
    Pair& pair = pairs_[index(queue)][to];
    pair.given.push_back(own);
    counted = counted && pair.given.size() - pair.taken <= kMaxQueueTokens;
  }
  return counted;
}

uint64_t TokenClock::unused() const {
  uint64_t count = 0;
  for (const auto& row : pairs_)
    for (const Pair& pair : row) count += pair.given.size() - pair.taken;
  return count;
}

}  // namespace intformer::emulator
