#include <functional>
#include <string>

#include "Vsdram_chip.h"
#include "tests/catch.hpp"
#include "tests/rtl_system/bench.hpp"

namespace intformer::test {
namespace {

enum Command : uint8_t { kMode, kRefresh, kPrecharge, kActivate, kWrite, kRead, kStop, kNop };

/// A chip that is told a command in every clock.
class Chip {
  VerilatedContext context_;

 public:
  Vsdram_chip top{&context_};
  uint16_t seen = 0;  ///< dq, as a register that samples it in the last clock would hold it

  Chip() {
    top.t_init_i = 20, top.t_rcd_i = 3, top.t_rp_i = 4, top.t_ras_i = 8, top.t_ras_max_i = 60;
    top.t_rc_i = 13, top.t_rrd_i = 2, top.t_rfc_i = 9, top.t_wr_i = 3, top.t_mrd_i = 2;
    top.t_refi_i = 20, top.t_ref_i = 1000, top.cas_latency_min_i = 2;
    top.cke_i = 1;
    nop(1);
  }
  ~Chip() {
    Verilated::threadContextp(&context_);
    top.final();
  }

  void tell(Command command, uint8_t bank = 0, uint16_t address = 0) {
    top.ras_ni = command >> 2 & 1;
    top.cas_ni = command >> 1 & 1;
    top.we_ni = command & 1;
    top.ba_i = bank;
    top.a_i = address;
    top.eval();
    seen = top.dq_o;
    top.clk_i = 1, top.eval();
    top.clk_i = 0, top.eval();
  }
  void nop(int clocks) {
    for (; clocks > 0; --clocks) tell(kNop);
  }
  /// A word, or two: dq is driven in that clock alone.
  void write(uint8_t bank, uint16_t column, uint16_t word, uint8_t mask = 0) {
    top.dq_oe_i = 1, top.dq_i = word, top.dqm_i = mask;
    tell(kWrite, bank, column);
    top.dq_oe_i = 0, top.dqm_i = 0;
  }
  /// All that comes before the first activation; `early` clocks are missing before one of its
  /// steps.
  void begin(uint16_t mode = 0x20, int early = 0, int refreshes = 2) {
    nop(19);
    tell(kPrecharge, 0, 1024);
    nop(3);
    for (int i = 0; i < refreshes; ++i) {
      tell(kRefresh);
      nop(i + 1 == refreshes ? 8 - early : 8);
    }
    tell(kMode, 0, mode);
    nop(1);
  }
  std::string broken() {
    std::string name;
    const std::vector<uint8_t> bytes = portBytes(top.first_name_o, 16);
    for (std::size_t i = 16; i-- > 0;)
      if (bytes[i] != 0) name += static_cast<char>(bytes[i]);
    return name;
  }
};

/// A sequence that keeps a rule just so, and breaks it when one clock (or step) is missing.
struct Rule {
  const char* name;
  std::function<void(Chip&, int)> tell;
};

}  // namespace

TEST_CASE("every rule of a chip is kept or named", "[sdram]") {
  const std::vector<Rule> rules = {
      {"tINIT", [](Chip& c, int early) { c.nop(19 - early), c.tell(kPrecharge, 0, 1024); }},
      {"tRP",
       [](Chip& c, int early) {
         c.nop(19), c.tell(kPrecharge, 0, 1024), c.nop(3 - early), c.tell(kRefresh);
       }},
      {"initialization",
       [](Chip& c, int early) { c.begin(0x20, 0, 2 - early), c.tell(kActivate); }},
      {"initialization",
       [](Chip& c, int early) {
         if (early == 0) c.begin();
         c.nop(30), c.tell(kActivate);
       }},
      {"tRFC", [](Chip& c, int early) { c.begin(0x20, early); }},
      {"CL",
       [](Chip& c, int early) { c.top.cas_latency_min_i = 3, c.begin(early != 0 ? 0x20 : 0x30); }},
      {"command", [](Chip& c, int early) { c.begin(early != 0 ? 0x22 : 0x21); }},
      {"command", [](Chip& c, int early) { c.begin(), c.tell(early != 0 ? kStop : kNop); }},
      {"command",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(2), c.tell(kRead, 0, early != 0 ? 1024 : 0);
       }},
      {"command", [](Chip& c, int early) { c.begin(), c.top.cke_i = early == 0, c.nop(1); }},
      {"tMRD",
       [](Chip& c, int early) {
         c.nop(19), c.tell(kPrecharge, 0, 1024), c.nop(3);
         c.tell(kRefresh), c.nop(8), c.tell(kRefresh), c.nop(8), c.tell(kMode, 0, 0x20);
         c.nop(1 - early), c.tell(kActivate);
       }},
      {"tRCD",
       [](Chip& c, int early) { c.begin(), c.tell(kActivate), c.nop(2 - early), c.tell(kRead); }},
      {"tRCD", [](Chip& c,
                  int early) { c.begin(), c.tell(kActivate), c.nop(2 - early), c.write(0, 0, 1); }},
      {"tRAS",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(7 - early), c.tell(kPrecharge);
       }},
      {"tRASmax",
       [](Chip& c, int early) {
         c.top.t_refi_i = 100, c.begin(), c.tell(kActivate), c.nop(58 + early), c.tell(kPrecharge);
       }},
      {"tRP",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(9), c.tell(kPrecharge), c.nop(3 - early),
             c.tell(kActivate);
       }},
      {"tRC",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(7), c.tell(kPrecharge), c.nop(4 - early),
             c.tell(kActivate);
       }},
      {"tRRD",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(1 - early), c.tell(kActivate, 1);
       }},
      {"tRFC", [](Chip& c,
                  int early) { c.begin(), c.tell(kRefresh), c.nop(8 - early), c.tell(kActivate); }},
      {"tRP",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(9), c.tell(kPrecharge), c.nop(3 - early),
             c.tell(kRefresh);
       }},
      {"open bank",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(9);
         if (early == 0) c.tell(kPrecharge, 3, 1024);
         c.nop(4), c.tell(kRefresh);
       }},
      {"open bank",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(20), c.tell(kActivate, early == 0);
       }},
      {"closed bank",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate, 2), c.nop(9), c.tell(kRead, early != 0 ? 1 : 2);
       }},
      {"tWR",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(9), c.write(0, 0, 1), c.nop(2 - early),
             c.tell(kPrecharge);
       }},
      {"tWR",
       [](Chip& c, int early) {  // of a burst of two, from its last word
         c.begin(0x21), c.tell(kActivate), c.nop(9), c.top.dq_oe_i = 1, c.tell(kWrite), c.nop(1);
         c.top.dq_oe_i = 0, c.nop(2 - early), c.tell(kPrecharge);
       }},
      {"burst cut",
       [](Chip& c, int early) {
         c.begin(0x21), c.tell(kActivate), c.nop(9), c.tell(kRead), c.nop(1 - early), c.tell(kRead);
       }},
      {"dq undriven",
       [](Chip& c, int early) {
         c.begin(), c.tell(kActivate), c.nop(9), c.top.dq_oe_i = early == 0, c.tell(kWrite);
       }},
      {"dq contention",
       [](Chip& c, int early) {  // its word is there for the second edge, then a clock passes
         c.begin(), c.tell(kActivate), c.nop(9), c.tell(kRead), c.nop(3 - early), c.write(0, 0, 1);
       }},
      {"dq contention",
       [](Chip& c, int early) {
         c.begin(0x31), c.tell(kActivate), c.nop(9), c.tell(kRead), c.nop(5 - early),
             c.write(0, 0, 1);
       }},
      {"tREFI", [](Chip& c, int early) { c.begin(), c.nop(170 + early); }},
      {"tREF",
       [](Chip& c, int early) {  // 16 in 150 clocks
         c.top.t_ref_i = 150, c.begin();
         for (int i = 0; i < 14 + 16; ++i) c.nop(8 - early * (i > 15 ? -1 : 0)), c.tell(kRefresh);
       }},
  };
  for (const Rule& rule : rules)
    for (const int early : {0, 1}) {
      INFO(rule.name << " of rule " << &rule - rules.data()
                     << (early != 0 ? " is broken" : " is kept"));
      Chip chip;
      rule.tell(chip, early);
      CHECK(chip.broken() == (early != 0 ? rule.name : ""));
      CHECK((chip.top.violations_o > 0) == (early != 0));
    }
}

TEST_CASE("a chip keeps the bytes that it is given, and shows them when its mode says", "[sdram]") {
  for (const uint16_t latency : {2, 3}) {
    Chip chip;
    chip.top.t_refi_i = 1000;
    chip.begin(static_cast<uint16_t>(16 * latency));
    chip.tell(kActivate, 1, 5), chip.nop(2);
    chip.write(1, 7, 0x1234);
    chip.write(1, 7, 0xABCD, 1);  // the upper byte
    chip.write(1, 8, 0x5555, 2);
    chip.write(1, 8, 0x6677, 1);
    chip.tell(kRead, 1, 7);
    chip.tell(kRead, 1, 8);
    chip.nop(latency - 1);
    CHECK(chip.seen == 0xAB34);
    chip.nop(1);
    CHECK(chip.seen == 0x6655);
    chip.nop(1);
    CHECK(chip.seen != 0x6655);  // nobody drives it any more
    CHECK(chip.broken().empty());
    CHECK(chip.top.words_o == 6);
  }
}

}  // namespace intformer::test
