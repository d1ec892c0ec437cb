#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "gen/tables/commands.hpp"

namespace intformer::emulator {

/// Follows the tokens of a command stream and knows what each command may rely on: for each queue
/// the latest command that is complete before it starts (vector clocks; a mark is the index in the
/// stream plus one).
///
/// The k-th wait of queue t for queue f takes the k-th token that f gives t, and a queue completes
/// its commands in order, so that token proves the k-th signalling command and all before it.
class TokenClock {
 public:
  using Marks = std::array<uint32_t, kQueueCount>;

  /// A wait for which no earlier command in the stream has given a token.
  struct Starved {
    Queue from;
    uint64_t waitNumber;  ///< this is the n-th wait for that pair of queues, from 1
  };

  /// Takes the command's tokens; on success `known()` is what it may rely on.
  std::optional<Starved> start(const Command& command, Queue queue);
  [[nodiscard]] const Marks& known(Queue queue) const { return clock_[index(queue)]; }
  /// Gives the command's tokens. Marks must ascend. False: one of them is more than the device
  /// counts.
  [[nodiscard]] bool finish(const Command& command, Queue queue, uint32_t mark);

  /// Tokens given and never taken, over all pairs of queues.
  [[nodiscard]] uint64_t unused() const;

 private:
  static std::size_t index(Queue queue) { return static_cast<std::size_t>(queue); }
  struct Pair {
    std::vector<Marks> given;  ///< one clock per token
    uint64_t taken = 0;
  };
  std::array<Marks, kQueueCount> clock_{};
  std::array<std::array<Pair, kQueueCount>, kQueueCount> pairs_;  ///< [from][to]
};

}  // namespace intformer::emulator
