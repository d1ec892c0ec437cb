// SPDX-License-Identifier: Apache-2.0
// A master with random bursts, which checks what it is answered.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/soc/link_memory.hpp"

namespace intformer::test {

constexpr std::size_t kBus = 8;
constexpr uint64_t kWriteBase = 0x4000, kMemoryBytes = 0x8000;

/// A master that reads what lies below kWriteBase and writes above, in its own half.
class Master {
 public:
  AxiMaster says;
  bool readId = false, writeId = false;
  double begin = 0.5;  ///< probability that a request is made in a cycle
  double stall = 0;    ///< probability that a ready or write beat is withheld in a cycle
  uint32_t mostBeats = 8;
  uint64_t bad = 0;  ///< errors told
  uint64_t readBeats = 0, writeBeats = 0, reads = 0, writes = 0;
  std::vector<std::string> faults;  ///< the first of them

  Master(uint32_t seed, uint64_t region, const std::vector<uint8_t>& memory)
      : dice_(seed), region_(region), memory_(memory) {}

  /// Before an edge: goes on with what is held, or begins something.
  void decide(bool start) {
    if (!says.arValid && start && dice_.chance(begin)) {
      const Burst burst = randomBurst(0, kWriteBase);
      says.arValid = true, says.arAddr = burst.address, says.arLength = burst.beats - 1;
      readId = dice_.chance(0.5);
    }
    if (!says.awValid && start && dice_.chance(begin)) {
      const Burst burst = randomBurst(kWriteBase + region_, kWriteBase + region_ + 0x2000);
      says.awValid = true, says.awAddr = burst.address, says.awLength = burst.beats - 1;
      writeId = dice_.chance(0.5);
      toWrite_.push_back(
          {burst.address, burst.beats, 0, writeId});  // data may come before the address
    }
    if (!says.wValid && !toWrite_.empty() && !dice_.chance(stall)) {
      says.wValid = true;
      says.wStrobe = static_cast<uint32_t>(dice_.upTo(255));
      for (std::size_t i = 0; i < kBus; ++i) says.wData[i] = static_cast<uint8_t>(dice_.upTo(255));
      says.wLast = toWrite_.front().done + 1 == toWrite_.front().beats;
    }
    says.rReady = !dice_.chance(stall);
    says.bReady = !dice_.chance(stall);
  }

  /// At the edge: what was taken, and what came. Returns which requests were taken.
  std::pair<bool, bool> edge(const AxiSlave& slave, std::optional<bool> rId,
                             std::optional<bool> bId, const AxiMemory& memory,
                             std::vector<uint8_t>& expected) {
    const bool read = says.arValid && slave.arReady, write = says.awValid && slave.awReady;
    if (read) {
      toRead_.push_back({says.arAddr, says.arLength + 1, 0, readId});
      says.arValid = false;
      ++reads;
    }
    if (slave.rValid && says.rReady) takeRead(slave, rId, memory);
    if (write) {
      answers_.push_back({says.awAddr, says.awLength + 1, 0, writeId});
      says.awValid = false;
      ++writes;
    }
    if (says.wValid && slave.wReady) takeWrite(memory, expected);
    if (slave.bValid && says.bReady) takeAnswer(slave, bId, memory);
    return {read, write};
  }
  [[nodiscard]] bool idle() const {
    return toRead_.empty() && toWrite_.empty() && answers_.empty() && !says.arValid &&
           !says.awValid;
  }
  [[nodiscard]] std::size_t readsWaiting() const { return toRead_.size(); }

 private:
  struct Burst {
    uint64_t address = 0;
    uint32_t beats = 0, done = 0;
    bool id = false;
  };

  Burst randomBurst(uint64_t first, uint64_t end) {
    Burst burst;
    burst.beats = static_cast<uint32_t>(dice_.between(1, mostBeats));
    do burst.address = first + kBus * dice_.upTo((end - first) / kBus - burst.beats);
    while (burst.address / 4096 != (burst.address + kBus * burst.beats - 1) / 4096);
    return burst;
  }
  void fault(const char* text) {
    if (faults.empty()) faults.emplace_back(text);
  }
  static bool isBad(const AxiMemory& memory, uint64_t address) {
    return address >= memory.badFirst && address < memory.badEnd;
  }

  void takeRead(const AxiSlave& slave, std::optional<bool> id, const AxiMemory& memory) {
    ++readBeats;
    if (toRead_.empty()) return fault("data that nobody asked for");
    Burst& burst = toRead_.front();
    const uint64_t address = burst.address + kBus * burst.done;
    if (!std::equal(slave.rData.begin(), slave.rData.begin() + kBus,
                    memory_.begin() + static_cast<std::ptrdiff_t>(address)))
      fault("wrong data");
    if ((slave.rResponse != 0) != isBad(memory, address)) fault("wrong read response");
    bad += slave.rResponse != 0;
    if (id.value_or(burst.id) != burst.id) fault("wrong read id");
    const bool last = ++burst.done == burst.beats;
    if (slave.rLast != last) fault("wrong rlast");
    if (last) toRead_.pop_front();
  }
  void takeWrite(const AxiMemory& memory, std::vector<uint8_t>& expected) {
    ++writeBeats;
    Burst& burst = toWrite_.front();
    const uint64_t address = burst.address + kBus * burst.done;
    for (std::size_t i = 0; i < kBus && !isBad(memory, address); ++i)
      if ((says.wStrobe >> i & 1) != 0) expected.at(address + i) = says.wData[i];
    if (++burst.done == burst.beats) toWrite_.pop_front();
    says.wValid = false;
  }
  void takeAnswer(const AxiSlave& slave, std::optional<bool> id, const AxiMemory& memory) {
    if (answers_.empty()) return fault("an answer that nobody asked for");
    const Burst burst = answers_.front();
    bool expected = false;
    for (uint32_t i = 0; i < burst.beats; ++i) expected |= isBad(memory, burst.address + kBus * i);
    if ((slave.bResponse != 0) != expected) fault("wrong write response");
    bad += slave.bResponse != 0;
    if (id.value_or(burst.id) != burst.id) fault("wrong write id");
    answers_.pop_front();
  }

  Dice dice_;
  uint64_t region_;
  const std::vector<uint8_t>& memory_;
  std::deque<Burst> toRead_, toWrite_, answers_;
};

}  // namespace intformer::test
