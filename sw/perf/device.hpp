#pragma once

#include <array>
#include <span>
#include <vector>

#include "sw/perf/decode.hpp"
#include "sw/perf/estimate.hpp"
#include "sw/perf/front.hpp"
#include "sw/perf/load_unit.hpp"
#include "sw/perf/store_unit.hpp"

namespace intformer::perf {

constexpr std::size_t at(Queue queue) { return static_cast<std::size_t>(queue); }
inline constexpr std::size_t kLoad = at(Queue::Load), kMatmul = at(Queue::Matmul),
                      kVector = at(Queue::Vector), kStore = at(Queue::Store);

/// What the dispatcher needs of a command.
struct Header {
  bool end = false, scalar = false;
  uint8_t queue = 0, wait = 0, signal = 0;
};

/// Throws std::logic_error.
Header headerOf(const Command& command);

/// All units of a device, cycle by cycle; what repeats itself is leapt over (quiet.cpp).
class Device {
 public:
  Device(std::span<const Command> commands, uint64_t address, const Plan& plan,
         const MemoryTiming& timing, std::span<const uint8_t> image, uint64_t imageAddress)
      : commands_(commands),
        plan_(plan),
        memory_(timing, plan.busBytes),
        fetch_(plan, address, static_cast<uint32_t>(commands.size())),
        load_(plan, image, imageAddress),
        store_(plan),
        matmul_(plan),
        vector_(plan) {
    for (const Command& command : commands) headers_.push_back(headerOf(command));
    for (auto& queue : queues_) queue = CommandQueue<uint32_t>(plan.queueDepth);
    run_.events.reserve(2 * commands.size());
  }

  Run run() {
    while (!finished_) {
      if (cycle()) skip();
    }
    run_.cycles = now_ + kDrainCycles;
    run_.bytesRead = (fetch_.beatsRead + load_.beatsRead) * plan_.busBytes;
    run_.bytesWritten = store_.wordsWritten * plan_.dim;
    run_.dram = memory_.dramUse();
    return std::move(run_);
  }

 private:
  /// From the end of the program to the last cycle that the device counts.
  static constexpr uint64_t kDrainCycles = 5;
  static constexpr uint64_t kWorthSkipping = 4;
  static constexpr uint32_t kStretch = 16;  ///< cycles until a leap is tried again
  static constexpr uint64_t kNever = ~uint64_t{0};

  bool cycle();
  // quiet.cpp
  [[nodiscard]] uint32_t waitingForUnits() const;
  [[nodiscard]] bool issuesAny(uint32_t queues) const;
  [[nodiscard]] bool commandsStill() const;
  [[nodiscard]] uint64_t quietCycles() const;
  void skip();
  bool stepMatmul(uint64_t end, uint32_t waiting);
  bool stepUnits(uint32_t waiting);
  void finish(std::size_t queue, uint32_t command) {
    run_.events.push_back({now_, command, static_cast<Queue>(queue), true});
    given_[queue] = headers_[command].signal;
    --pending_;
    lastMove_ = now_;
  }
  /// The command that a queue issues in this cycle; nullptr when it issues none.
  const uint32_t* issue(std::size_t queue) {
    if (!queues_[queue].valid()) return nullptr;
    const uint32_t& head = queues_[queue].head();
    const Header& header = headers_[head];
    if (!ready(queue, header.scalar) || !tokens_.has(header.wait, queue)) return nullptr;
    tokens_.take(header.wait, queue);
    return &head;
  }
  [[nodiscard]] bool ready(std::size_t queue, bool scalar) const {
    switch (queue) {
      case kLoad: return load_.commandReady();
      case kMatmul: return matmul_.commandReady();
      case kVector: return vector_.commandReady(scalar);
      default: return store_.commandReady();
    }
  }
  /// The register of the read address channel, which the fetch unit gets before the load unit.
  void moveReadAddress(bool open, bool fetchAsks, bool loadAsks, const Burst& asked) {
    if (arValid_ && memory_.arReady) memory_.acceptRead(now_, arSide_, arAddress_, arBeats_);
    if (!open) return;
    arValid_ = fetchAsks || loadAsks;
    arSide_ = fetchAsks ? 0 : 1;
    arAddress_ = asked.address;
    arBeats_ = asked.beats;
  }
  /// What the array reads: rows through port a, weights through port b.
  struct Streams {
    bool a, b;
    uint32_t aBank, bBank;
    bool bReady;
    [[nodiscard]] bool bGranted() const { return b && bReady; }
  };
  [[nodiscard]] Streams streamsOfArray() const {
    const bool a = matmul_.streamer.requests(matmul_.loader.ready());
    const uint32_t aBank = scratchBank(matmul_.streamer.address());
    const uint32_t bBank = scratchBank(matmul_.loader.address());
    return {a, matmul_.loader.requests(), aBank, bBank, !(a && aBank == bBank)};
  }
  /// Who gets the banks that it asks for: the array before the vector unit before the DMAs.
  struct Ports {
    Streams array;
    bool vectorReads, storeReads, loadWrites;
  };
  [[nodiscard]] Ports portsOfScratchpad() const {
    const Streams array = streamsOfArray();
    const uint32_t vector = scratchBank(vector_.readAddress());
    const uint32_t store = scratchBank(store_.readAddress());
    const auto free = [&](uint32_t bank) {
      return !(array.a && array.aBank == bank) && !(array.b && array.bBank == bank);
    };
    return {array, free(vector), free(store) && !(vector_.readValid() && vector == store),
            !(vector_.writeValid() &&
              scratchBank(vector_.writeAddress()) == scratchBank(load_.writeAddress()))};
  }
  /// The accumulator's port is free for the row that the vector unit asks for.
  [[nodiscard]] bool vectorSums() const {
    const ArrayRow* row = matmul_.announced(now_);
    return row == nullptr || !row->add ||
           ((row->target ^ vector_.accAddress()) & (plan_.accBanks - 1)) != 0;
  }
  [[nodiscard]] uint32_t scratchBank(uint32_t address) const {
    return address & (plan_.scratchBanks - 1);
  }

  std::span<const Command> commands_;
  const Plan& plan_;
  std::vector<Header> headers_;
  Memory memory_;
  FetchUnit fetch_;
  Load load_;
  Store store_;
  MatmulUnit matmul_;
  VectorUnit vector_;
  std::array<CommandQueue<uint32_t>, kQueueCount> queues_;
  Tokens tokens_;
  std::array<uint32_t, kQueueCount> given_{};  ///< signal masks of commands done in this cycle
  CopyCommand copy_;       ///< those taken last, decoded
  MatmulCommand product_;
  VectorCommand rowwise_;
  bool arValid_ = false;   ///< the register of the read address channel
  uint32_t arSide_ = 0, arBeats_ = 0;
  uint64_t arAddress_ = 0;
  uint64_t now_ = 0, lastMove_ = 0;
  uint64_t pending_ = 0;   ///< commands in the queues or units
  bool fetchStill_ = false, finished_ = false;
  Run run_;
};

}  // namespace intformer::perf
