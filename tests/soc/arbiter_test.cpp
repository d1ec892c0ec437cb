// SPDX-License-Identifier: Apache-2.0
// Two masters with random bursts share a memory: each gets its own data, in its own order, in turn.
#include <verilated.h>

#include "Varbiter.h"
#include "tests/catch.hpp"
#include "tests/soc/arbiter_master.hpp"

namespace intformer::test {
namespace {

constexpr std::size_t kOutstanding = 6;  // what CMakeLists.txt gives the model

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
