#include <array>
#include <map>
#include <stdexcept>

#include "Vregisters_base16.h"
#include "Vregisters_basic.h"
#include "Vregisters_none.h"
#include "gen/config.hpp"
#include "gen/device.hpp"
#include "gen/tables/registers.hpp"
#include "tests/catch.hpp"
#include "tests/rtl_system/bench.hpp"

namespace intformer::test {
namespace {

constexpr uint32_t kOkay = 0, kSlaveError = 2;

/// The register block under an AXI4-Lite master that offers and takes when it likes.
template <typename Top>
class RegisterBenchOf {
  VerilatedContext context_;

 public:
  Top top{&context_};
  Dice dice;
  double stall = 0;
  uint64_t starts = 0, resets = 0;

  struct Answer {
    uint32_t data, response;
  };

  explicit RegisterBenchOf(uint32_t seed) : dice(seed) {
    top.rst_ni = 0;
    top.core_rst_ni = 1;
    tick();
    tick();
    top.rst_ni = 1;
  }
  ~RegisterBenchOf() { top.final(); }

  void tick() {
    settle();
    starts += top.start_o;
    resets += top.reset_o;
    top.clk_i = 1, top.eval();
  }
  void settle() { top.clk_i = 0, top.eval(); }
  bool withheld() { return dice.chance(stall); }

  Answer read(uint32_t offset) {
    bool asked = false;
    top.s_axil_araddr_i = static_cast<uint16_t>(offset);
    for (int budget = 200; budget > 0; --budget) {
      top.s_axil_arvalid_i = !asked && (top.s_axil_arvalid_i || !withheld());
      top.s_axil_rready_i = !withheld();
      settle();
      asked |= top.s_axil_arvalid_i && top.s_axil_arready_o;
      const bool answered = top.s_axil_rvalid_o && top.s_axil_rready_i;
      const Answer answer{top.s_axil_rdata_o, top.s_axil_rresp_o};
      tick();
      if (asked) top.s_axil_arvalid_i = 0;
      if (answered) return answer;
    }
    throw std::runtime_error("no read answer within 200 cycles");
  }

  uint32_t write(uint32_t offset, uint32_t data, uint32_t strobe = 15) {
    bool addressed = false, sent = false;
    for (int budget = 200; budget > 0; --budget) {
      top.s_axil_awaddr_i = static_cast<uint16_t>(offset);
      top.s_axil_wdata_i = data;
      top.s_axil_wstrb_i = static_cast<uint8_t>(strobe);
      top.s_axil_awvalid_i = !addressed && (top.s_axil_awvalid_i || !withheld());
      top.s_axil_wvalid_i = !sent && (top.s_axil_wvalid_i || !withheld());
      top.s_axil_bready_i = !withheld();
      settle();
      addressed |= top.s_axil_awvalid_i && top.s_axil_awready_o;
      sent |= top.s_axil_wvalid_i && top.s_axil_wready_o;
      const bool answered = top.s_axil_bvalid_o && top.s_axil_bready_i;
      const uint32_t response = top.s_axil_bresp_o;
      tick();
      if (addressed) top.s_axil_awvalid_i = 0;
      if (sent) top.s_axil_wvalid_i = 0;
      if (answered) return response;
    }
    throw std::runtime_error("no write answer within 200 cycles");
  }
};

using RegisterBench = RegisterBenchOf<Vregisters_base16>;

constexpr uint32_t kWindowsOfBase16 = 4;

std::map<std::string, uint32_t> offsets() {
  std::map<std::string, uint32_t> map;
  for (const auto& reg : registerMap(kWindowsOfBase16)) map[reg.name] = reg.offset;
  return map;
}

/// What a step of a counter adds.
uint64_t bytesOf(const CounterSpec& counter) {
  return counter.name == "read_bytes" || counter.name == "write_bytes" ? 16 : 1;  // of base16
}

uint32_t kept(const std::string& name, uint32_t value) {
  if (name == "interrupt_enable") return value & 1;
  return name.ends_with("permissions") ? value & 3 : value;
}

TEST_CASE("every register has the access of the table, under random stalls", "[rtl]") {
  RegisterBench bench(1);
  for (const double stall : {0.0, 0.5}) {
    bench.stall = stall;
    for (const auto& reg : registerMap(kWindowsOfBase16)) {
      CAPTURE(reg.name, stall);
      const auto value = static_cast<uint32_t>(bench.dice.upTo(0xFFFFFFFF)) & ~3U;
      CHECK(bench.read(reg.offset).response == kOkay);
      if (reg.access == Access::ReadOnly) {
        const uint32_t before = bench.read(reg.offset).data;
        CHECK(bench.write(reg.offset, ~before) == kSlaveError);
        CHECK(bench.read(reg.offset).data == before);
      } else if (reg.access == Access::ReadWrite) {
        CHECK(bench.write(reg.offset, value | 1) == kOkay);
        CHECK(bench.read(reg.offset).data == kept(reg.name, value | 1));
      } else {
        CHECK(bench.write(reg.offset, 0) == kOkay);
        CHECK(bench.read(reg.offset).data == 0);
      }
    }
  }
}

TEST_CASE("registers do not disturb each other and honour byte strobes", "[rtl]") {
  RegisterBench bench(2);
  std::map<uint32_t, uint32_t> model;
  std::vector<RegisterSpec> writable;
  for (const auto& reg : registerMap(kWindowsOfBase16))
    if (reg.access == Access::ReadWrite) writable.push_back(reg);
  bench.stall = 0.3;
  for (int i = 0; i < 400; ++i) {
    const auto& reg = writable[bench.dice.upTo(writable.size() - 1)];
    const auto value = static_cast<uint32_t>(bench.dice.upTo(0xFFFFFFFF));
    const auto strobe = static_cast<uint32_t>(bench.dice.upTo(15));
    CHECK(bench.write(reg.offset, value, strobe) == kOkay);
    uint32_t mask = 0;
    for (uint32_t b = 0; b < 4; ++b)
      if ((strobe >> b & 1) != 0) mask |= 0xFFU << (8 * b);
    model[reg.offset] = kept(reg.name, (model[reg.offset] & ~mask) | (value & mask));
  }
  for (const auto& reg : writable) {
    CAPTURE(reg.name);
    CHECK(bench.read(reg.offset).data == model[reg.offset]);
  }
  const auto at = offsets();
  uint64_t base2 = 0;
  std::memcpy(&base2, reinterpret_cast<const uint8_t*>(&bench.top.window_base_o) + 16, 8);
  CHECK(base2 == (uint64_t{model[at.at("window2_base_high")]} << 32 |
      model[at.at("window2_base_low")]));
  CHECK(bench.top.program_addr_o == (uint64_t{model[at.at("program_addr_high")]} << 32 |
      model[at.at("program_addr_low")]));
  CHECK((bench.top.window_permissions_o >> 6 & 3) == model[at.at("window3_permissions")]);
}

TEST_CASE("a write and a read at once are both made, and their answers wait", "[rtl]") {
  RegisterBench bench(11);
  const auto at = offsets();
  auto& top = bench.top;
  for (uint32_t i = 0; i < 200; ++i) {
    const uint32_t writeFrom = i % 7, readFrom = i / 7 % 7, takeFrom = 18 + i % 5;
    CAPTURE(writeFrom, readFrom, takeFrom);
    top.s_axil_awaddr_i = static_cast<uint16_t>(at.at("program_commands"));
    top.s_axil_araddr_i = static_cast<uint16_t>(at.at("device_id"));
    top.s_axil_wdata_i = i;
    top.s_axil_wstrb_i = 15;
    top.s_axil_bready_i = top.s_axil_rready_i = 0;
    for (uint32_t cycle = 0; cycle < 30; ++cycle) {
      if (cycle == writeFrom) top.s_axil_awvalid_i = top.s_axil_wvalid_i = 1;
      if (cycle == readFrom) top.s_axil_arvalid_i = 1;
      if (cycle == takeFrom) {
        CHECK(top.s_axil_bvalid_o == 1);
        CHECK(top.s_axil_bresp_o == kOkay);
        CHECK(top.s_axil_rvalid_o == 1);
        CHECK(top.s_axil_rdata_o == kDeviceId);
        top.s_axil_bready_i = top.s_axil_rready_i = 1;
      }
      bench.settle();
      const bool addressed = top.s_axil_awready_o, sent = top.s_axil_wready_o,
                 asked = top.s_axil_arready_o;
      bench.tick();
      if (addressed) top.s_axil_awvalid_i = 0;
      if (sent) top.s_axil_wvalid_i = 0;
      if (asked) top.s_axil_arvalid_i = 0;
    }
    CHECK(bench.read(at.at("program_commands")).data == i);
  }
}

TEST_CASE("what the host can set has its reset value, and keeps what it has in a soft reset", "[rtl]") {
  RegisterBench bench(9);
  const auto forEach = [](auto visit) {
    for (const auto& reg : registerMap(kWindowsOfBase16)) {
      CAPTURE(reg.name);
      if (reg.access == Access::ReadWrite) visit(reg);
    }
  };
  forEach([&](const auto& reg) { CHECK(bench.read(reg.offset).data == reg.reset); });
  forEach([&](const auto& reg) { CHECK(bench.write(reg.offset, 0xFFFFFFFF) == kOkay); });
  bench.top.core_rst_ni = 0;
  bench.tick();
  bench.top.core_rst_ni = 1;
  forEach([&](const auto& reg) {
    CHECK(bench.read(reg.offset).data == kept(reg.name, 0xFFFFFFFF));
  });
  bench.top.rst_ni = 0;
  bench.tick();
  bench.top.rst_ni = 1;
  forEach([&](const auto& reg) { CHECK(bench.read(reg.offset).data == reg.reset); });
  CHECK(bench.top.window_permissions_o == 0);
}

TEST_CASE("unknown addresses are answered with an error", "[rtl]") {
  RegisterBench bench(3);
  std::map<uint32_t, bool> known;
  for (const auto& reg : registerMap(kWindowsOfBase16)) known[reg.offset] = true;
  for (uint32_t offset = 0; offset < 4096; offset += 4) {
    if (known[offset]) continue;
    CAPTURE(offset);
    CHECK(bench.read(offset).response == kSlaveError);
    CHECK(bench.write(offset, 0xFFFFFFFF) == kSlaveError);
  }
  CHECK(bench.starts == 0);
  CHECK(bench.resets == 0);
  CHECK(bench.top.window_permissions_o == 0);
}

TEST_CASE("the identification tells the config", "[rtl]") {
  RegisterBench bench(4);
  const auto at = offsets();
  CHECK(bench.read(at.at("device_id")).data == kDeviceId);
  CHECK(bench.read(at.at("version")).data == kDeviceVersion);
  CHECK(bench.read(at.at("array")).data == (16U | 8U << 8 | 16U << 16 | 1U << 24));
  CHECK(bench.read(at.at("scratch_words")).data == 32768);
  CHECK(bench.read(at.at("acc_rows")).data == 1024);
  CHECK(bench.read(at.at("stat_rows")).data == 512);
  const ConfigResult base16 = loadConfig("configs/base16.toml");
  REQUIRE(base16.plan);
  CHECK(bench.read(at.at("config_hash_low")).data == (configHash(*base16.plan) & 0xFFFFFFFF));
  CHECK(bench.read(at.at("config_hash_high")).data == configHash(*base16.plan) >> 32);
}

TEST_CASE("start and soft reset are single pulses", "[rtl]") {
  RegisterBench bench(5);
  const auto at = offsets();
  bench.write(at.at("control"), control::kStart);
  CHECK(bench.starts == 1);
  CHECK(bench.resets == 0);
  bench.write(at.at("control"), control::kSoftReset);
  CHECK(bench.resets == 1);
  bench.write(at.at("control"), control::kStart | control::kSoftReset);
  CHECK(bench.starts == 2);
  CHECK(bench.resets == 2);
  bench.write(at.at("control"), 0xFFFFFFFC);
  bench.write(at.at("control"), 3, 0xE);  // strobe of the byte is low
  CHECK(bench.starts == 2);
  CHECK(bench.resets == 2);
}

TEST_CASE("counters count their steps while busy and are cleared", "[rtl]") {
  RegisterBench bench(6);
  const auto at = offsets();
  std::vector<uint64_t> model(eventCounterCount());
  for (int i = 0; i < 6000; ++i) {
    const bool calm = i / 500 % 2 == 0;  // else every counter takes the largest step
    bench.top.busy_i = !calm || !bench.dice.chance(0.2);
    std::size_t lsb = 0;  // of events_t: the last counter lies lowest
    for (std::size_t c = model.size(); c-- > 0;) {
      const uint32_t width = counterSpecs()[c].stepWidth, most = (1U << width) - 1;
      const uint64_t step = calm ? (bench.dice.chance(0.5) ? 0 : bench.dice.upTo(most)) : most;
      setBits(bench.top.events_i, lsb, width, step);
      lsb += width;
      if (bench.top.busy_i) model[c] += step * bytesOf(counterSpecs()[c]);
    }
    bench.tick();
  }
  bench.top.busy_i = 0;
  for (std::size_t c = 0; c < model.size(); ++c) {
    const std::string name = "count_" + std::string(counterSpecs()[c].name);
    CAPTURE(name);
    CHECK(bench.read(at.at(name + "_low")).data == (model[c] & 0xFFFFFFFF));
    CHECK(bench.read(at.at(name + "_high")).data == model[c] >> 32);
  }
  bench.top.counter_clear_i = 1;
  bench.tick();
  bench.top.counter_clear_i = 0;
  CHECK(bench.read(at.at("count_cycles_low")).data == 0);
  CHECK(bench.read(at.at("count_write_bytes_low")).data == 0);
}

TEST_CASE("a unit's counters of time add one in every busy cycle, to the cause given", "[rtl]") {
  RegisterBench bench(8);
  const auto at = offsets();
  const auto activities = activitySpecs();
  const std::array causes = {&bench.top.load_cause_i,   &bench.top.matmul_cause_i,
                             &bench.top.vector_cause_i, &bench.top.store_cause_i,
                             &bench.top.scalar_cause_i, &bench.top.dispatch_cause_i};
  REQUIRE(activities.size() == causes.size());
  std::vector<uint64_t> model(counterSpecs().size());
  for (int i = 0; i < 3000; ++i) {
    bench.top.busy_i = !bench.dice.chance(0.2);
    for (std::size_t unit = 0; unit < causes.size(); ++unit) {
      const auto cause = static_cast<uint8_t>(bench.dice.upTo(activities[unit].count - 1));
      *causes[unit] = cause;
      if (bench.top.busy_i) ++model[activities[unit].first + cause];
    }
    bench.tick();
  }
  bench.top.busy_i = 0;
  for (std::size_t c = eventCounterCount(); c < model.size(); ++c) {
    const std::string name = "count_" + std::string(counterSpecs()[c].name);
    CAPTURE(name);
    CHECK(model[c] != 0);
    CHECK(bench.read(at.at(name + "_low")).data == model[c]);
    CHECK(bench.read(at.at(name + "_high")).data == 0);
  }
  bench.top.counter_clear_i = 1;
  bench.tick();
  bench.top.counter_clear_i = 0;
  for (const auto& activity : activities) {
    const std::string name(counterSpecs()[activity.first].name);
    CHECK(bench.read(at.at("count_" + name + "_low")).data == 0);
  }
}

/// A device with fewer counters: those that it has count, of the others there is no register.
template <typename Top>
void fewerCounters(Counters level) {
  CAPTURE(countersName(level));
  RegisterBenchOf<Top> bench(12);
  const std::vector<uint32_t> counted = countersOf(level);
  REQUIRE(counted.size() < counterSpecs().size());
  std::map<std::string, uint32_t> at;
  std::map<uint32_t, bool> known;
  for (const auto& reg : registerMap(kWindowsOfBase16, level)) {
    at[reg.name] = reg.offset;
    known[reg.offset] = true;
  }
  CHECK((bench.read(at.at("array")).data >> 25) == static_cast<uint32_t>(level));
  std::vector<uint64_t> model(eventCounterCount());
  for (int i = 0; i < 5000; ++i) {
    const bool calm = i / 500 % 2 == 0;
    bench.top.busy_i = !calm || !bench.dice.chance(0.2);
    std::size_t lsb = 0;
    for (std::size_t c = model.size(); c-- > 0;) {
      const uint32_t width = counterSpecs()[c].stepWidth, most = (1U << width) - 1;
      const uint64_t step = calm ? (bench.dice.chance(0.5) ? 0 : bench.dice.upTo(most)) : most;
      setBits(bench.top.events_i, lsb, width, step);
      lsb += width;
      if (bench.top.busy_i) model[c] += step * bytesOf(counterSpecs()[c]);
    }
    bench.tick();
  }
  bench.top.busy_i = 0;
  bench.stall = 0.3;
  for (const uint32_t c : counted) {
    const std::string name = "count_" + std::string(counterSpecs()[c].name);
    CAPTURE(name);
    CHECK(at.at(name + "_low") == kCounterBase + 8 * c);
    CHECK(bench.read(at.at(name + "_low")).data == (model.at(c) & 0xFFFFFFFF));
    CHECK(bench.read(at.at(name + "_high")).data == model[c] >> 32);
  }
  for (uint32_t offset = 0; offset < 4096; offset += 4) {
    CAPTURE(offset);
    CHECK(bench.read(offset).response == (known[offset] ? kOkay : kSlaveError));
    if (!known[offset]) CHECK(bench.write(offset, 0xFFFFFFFF) == kSlaveError);
  }
  bench.write(at.at("program_commands"), 77);
  CHECK(bench.read(at.at("program_commands")).data == 77);
}

TEST_CASE("what a device does not count has no register", "[rtl]") {
  fewerCounters<Vregisters_basic>(Counters::Basic);
  fewerCounters<Vregisters_none>(Counters::None);
}

TEST_CASE("the interrupt stays pending until cleared, and needs its enable for the pin", "[rtl]") {
  RegisterBench bench(7);
  const auto at = offsets();
  bench.top.done_i = 1;
  bench.top.settled_i = 1;
  bench.tick();
  bench.top.settled_i = 0;
  CHECK(bench.read(at.at("status")).data == (status::kDone | status::kInterrupt));
  CHECK(bench.top.interrupt_o == 0);
  bench.write(at.at("interrupt_enable"), 1);
  CHECK(bench.top.interrupt_o == 1);
  bench.write(at.at("interrupt_clear"), 0);
  CHECK(bench.top.interrupt_o == 1);
  bench.write(at.at("interrupt_clear"), 1);
  CHECK(bench.top.interrupt_o == 0);
  CHECK(bench.read(at.at("status")).data == status::kDone);

  bench.top.settled_i = 1;
  bench.tick();
  bench.top.settled_i = 0;
  bench.top.core_rst_ni = 0;
  bench.tick();
  bench.top.core_rst_ni = 1;
  CHECK(bench.read(at.at("interrupt_enable")).data == 1);
  CHECK(bench.top.interrupt_o == 0);
}

TEST_CASE("status and error registers show what the device says", "[rtl]") {
  RegisterBench bench(8);
  const auto at = offsets();
  bench.top.busy_i = 1;
  CHECK(bench.read(at.at("status")).data == status::kBusy);
  bench.top.busy_i = 0;
  bench.top.error_i = 1;
  bench.top.error_code_i = 7;
  bench.top.error_index_i = 123456;
  bench.top.error_addr_i = 0x123456789ABCDEF0;
  CHECK(bench.read(at.at("status")).data == status::kError);
  CHECK(bench.read(at.at("error_code")).data == 7);
  CHECK(bench.read(at.at("error_command")).data == 123456);
  CHECK(bench.read(at.at("error_addr_low")).data == 0x9ABCDEF0);
  CHECK(bench.read(at.at("error_addr_high")).data == 0x12345678);
}

}  // namespace
}  // namespace intformer::test
