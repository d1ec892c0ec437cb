// SPDX-License-Identifier: Apache-2.0
// Two masters with random bursts share a memory: each gets its own data, in its own order, in turn.
#include <verilated.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "Varbiter.h"
#include "tests/catch.hpp"
#include "tests/soc/link_memory.hpp"

namespace intformer::test {
namespace {

constexpr std::size_t kBus = 8;
constexpr std::size_t kOutstanding = 6;  // what CMakeLists.txt gives the model
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

class ArbiterBench {
  VerilatedContext context_;  // outlives the model

 public:
  Varbiter top{&context_};
  AxiMemory memory;
  std::vector<uint8_t> expected;
  Master device, link;
  uint64_t cycle = 0;
  bool deviceStarts = true, linkStarts = true;
  std::string readsTaken, writesTaken;  ///< D or L, in order
  std::vector<uint64_t> readBeatCycles, writeBeatCycles, requestCycles;

  explicit ArbiterBench(uint32_t seed)
      : memory(kMemoryBytes, kBus, seed),
        expected(memory.bytes),
        device(seed + 1, 0, expected),
        link(seed + 2, 0x2000, expected) {
    top.rst_ni = 0;
    clock(), clock();
    top.rst_ni = 1;
  }
  ~ArbiterBench() {
    CHECK(memory.faults == std::vector<std::string>{});
    CHECK(device.faults == std::vector<std::string>{});
    CHECK(link.faults == std::vector<std::string>{});
    CHECK(memory.bytes == expected);
    top.final();
  }
  ArbiterBench(const ArbiterBench&) = delete;
  ArbiterBench& operator=(const ArbiterBench&) = delete;

  void tick(uint64_t cycles = 1) {
    for (; cycles > 0; --cycles, ++cycle) {
      device.decide(deviceStarts), link.decide(linkStarts);
      setSlave(top, memory.says());
      setMasters();
      top.clk_i = 0;
      top.eval();
      const AxiMaster joined = masterOf(top);
      if (joined.rReady && top.m_axi_rvalid_i) readBeatCycles.push_back(cycle);
      if (joined.wValid && top.m_axi_wready_i) writeBeatCycles.push_back(cycle);
      if (joined.arValid && top.m_axi_arready_i) requestCycles.push_back(cycle);
      memory.edge(joined);
      const auto [deviceReads, deviceWrites] =
          device.edge(toDevice(), top.device_rid_o != 0, top.device_bid_o != 0, memory, expected);
      const auto [linkReads, linkWrites] = link.edge(toLink(), {}, {}, memory, expected);
      if (deviceReads) readsTaken += 'D';
      if (linkReads) readsTaken += 'L';
      if (deviceWrites) writesTaken += 'D';
      if (linkWrites) writesTaken += 'L';
      clock();
    }
  }
  void drain() {
    deviceStarts = linkStarts = false;
    const uint64_t limit = cycle + 5000;
    while (!(device.idle() && link.idle() && memory.idle()) && cycle < limit) tick();
    CHECK(cycle < limit);
  }

 private:
  void clock() {
    top.clk_i = 0, top.eval();
    top.clk_i = 1, top.eval();
  }
  void setMasters() {
    const AxiMaster &d = device.says, &l = link.says;
    top.device_arid_i = device.readId, top.device_awid_i = device.writeId;
    top.device_araddr_i = d.arAddr, top.link_araddr_i = l.arAddr;
    top.device_arlen_i = d.arLength, top.link_arlen_i = l.arLength;
    top.device_arvalid_i = d.arValid, top.link_arvalid_i = l.arValid;
    top.device_rready_i = d.rReady, top.link_rready_i = l.rReady;
    top.device_awaddr_i = d.awAddr, top.link_awaddr_i = l.awAddr;
    top.device_awlen_i = d.awLength, top.link_awlen_i = l.awLength;
    top.device_awvalid_i = d.awValid, top.link_awvalid_i = l.awValid;
    setBeat(top.device_wdata_i, d.wData), setBeat(top.link_wdata_i, l.wData);
    top.device_wstrb_i = d.wStrobe, top.link_wstrb_i = l.wStrobe;
    top.device_wlast_i = d.wLast, top.link_wlast_i = l.wLast;
    top.device_wvalid_i = d.wValid, top.link_wvalid_i = l.wValid;
    top.device_bready_i = d.bReady, top.link_bready_i = l.bReady;
  }
  [[nodiscard]] AxiSlave toDevice() const {
    return {top.device_arready_o != 0, top.device_rvalid_o != 0, beatOf(top.device_rdata_o),
            top.device_rresp_o,        top.device_rlast_o != 0,  top.device_awready_o != 0,
            top.device_wready_o != 0,  top.device_bvalid_o != 0, top.device_bresp_o};
  }
  [[nodiscard]] AxiSlave toLink() const {
    return {top.link_arready_o != 0, top.link_rvalid_o != 0, beatOf(top.link_rdata_o),
            top.link_rresp_o,        top.link_rlast_o != 0,  top.link_awready_o != 0,
            top.link_wready_o != 0,  top.link_bvalid_o != 0, top.link_bresp_o};
  }
};

TEST_CASE("random traffic of two masters keeps data and order") {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    ArbiterBench bench(seed);
    bench.memory.latency = seed % 4 * 5;
    bench.memory.stall = seed % 3 * 0.3;
    bench.device.stall = seed % 2 * 0.4;
    bench.link.stall = seed / 4 % 2 * 0.4;
    bench.device.begin = seed % 5 == 0 ? 0.02 : 0.5;
    bench.link.begin = seed % 5 == 1 ? 0.02 : 0.5;
    bench.memory.badFirst = 0x3F00, bench.memory.badEnd = 0x4080;
    bench.tick(4000);
    bench.drain();
    CHECK(bench.device.reads > 20);
    CHECK(bench.device.writes > 20);
    CHECK(bench.link.reads > 20);
    CHECK(bench.link.writes > 20);
    CHECK(bench.device.bad > 0);
  }
}

TEST_CASE("two masters that always ask take turns") {
  ArbiterBench bench(21);
  bench.device.begin = bench.link.begin = 1;
  bench.tick(2000);
  // Of one that is taken the next request comes a cycle later: none is taken twice in a row.
  for (const std::string& taken : {bench.readsTaken, bench.writesTaken}) {
    CHECK(taken.size() > 300);
    CHECK(taken.find("DD") == std::string::npos);
    CHECK(taken.find("LL") == std::string::npos);
  }
  bench.drain();
}

TEST_CASE("one master alone never waits, nor do its data") {
  for (const uint32_t most : {1U, 8U}) {
    CAPTURE(most);
    for (const bool fromLink : {false, true}) {
      ArbiterBench bench(22);
      Master& master = fromLink ? bench.link : bench.device;
      master.begin = 1, master.mostBeats = most;
      (fromLink ? bench.deviceStarts : bench.linkStarts) = false;
      bench.tick(500);
      for (const auto& cycles : {bench.readBeatCycles, bench.writeBeatCycles}) {
        REQUIRE(cycles.size() > 400);
        CHECK(cycles.back() - cycles.front() + 1 == cycles.size());
      }
      bench.drain();
    }
  }
}

TEST_CASE("as many bursts as said may wait for an answer, and no more") {
  ArbiterBench bench(23);
  bench.device.begin = 1;
  bench.linkStarts = false;
  bench.memory.latency = 1000;
  bench.tick(100);
  CHECK(bench.device.reads == kOutstanding);
  CHECK(bench.device.writes == kOutstanding);
  CHECK(bench.memory.readsWaiting() == kOutstanding);
  bench.memory.latency = 0;
  bench.drain();
}

}  // namespace
}  // namespace intformer::test
