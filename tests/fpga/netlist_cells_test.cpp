// The cells that `make netlist` runs a mapped device with, against values worked out by hand.

#include <verilated.h>

#include <cstdint>
#include <memory>

#include "Vnetlist_cells.h"
#include "Vnetlist_cells_registered.h"
#include "tests/catch.hpp"

namespace intformer::test {
namespace {

/// The probe's block RAMs, by the widths of ports A and B.
enum Ram { k36x36, k18x18, k4x4, k36x9, k1x18, k2x18, k4x18, k9x18 };

template <typename Top>
struct Cells {
  VerilatedContext context;
  Top top{&context};

  Cells() { context.fatalOnError(false); }
  void clock() {
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
    top.enable_a_i = top.enable_b_i = top.write_a_i = top.write_b_i = 0;
  }
  // What ports A and B do at the next clock.
  void a(Ram ram, bool write, uint32_t address, uint32_t data = 0) {
    top.enable_a_i |= 1 << ram;
    top.write_a_i |= (write ? 1 : 0) << ram;
    top.address_a_i = address;
    top.data_a_i = data;
  }
  void b(Ram ram, bool write, uint32_t address, uint32_t data = 0) {
    top.enable_b_i |= 1 << ram;
    top.write_b_i |= (write ? 1 : 0) << ram;
    top.address_b_i = address;
    top.data_b_i = data;
  }
  uint32_t readB(Ram ram, uint32_t address) {
    b(ram, false, address);
    clock();
    return top.data_b_o[ram];
  }
  void writeA(Ram ram, uint32_t address, uint32_t data) {
    a(ram, true, address, data);
    clock();
  }
  uint64_t product(uint32_t factorA, bool signedA, uint32_t factorB, bool signedB) {
    top.factor_a_i = factorA;
    top.signed_a_i = signedA;
    top.factor_b_i = factorB;
    top.signed_b_i = signedB;
    top.eval();
    return top.product_o;
  }
};
using Plain = Cells<Vnetlist_cells>;

constexpr uint32_t kAllBytes = 15;

/// Writes 36 bits in the two halves that the pins of A and B bring.
template <typename Top>
void write36(Cells<Top>& cells, Ram ram, uint32_t word, uint32_t bytes, uint32_t low,
             uint32_t high) {
  cells.a(ram, true, word << 5 | bytes, low);
  cells.top.data_b_i = high;
}

}  // namespace

TEST_CASE("a block RAM of 36 bits writes the bytes that are enabled") {
  Plain cells;
  const auto read = [&](uint32_t word) {
    const uint64_t high = cells.readB(k36x36, word << 5);
    return high << 18 | cells.top.data_a_o[k36x36];
  };
  CHECK(read(5) == 0);
  write36(cells, k36x36, 5, kAllBytes, 0x14321, 0x261d9);
  cells.top.enable_b_i = 1 << k36x36;  // of the same word at the same edge: the old one
  cells.top.address_b_i = 5 << 5;
  cells.clock();
  CHECK(cells.top.data_a_o[k36x36] == 0);
  CHECK(cells.top.data_b_o[k36x36] == 0);
  CHECK(read(5) == 0x987654321);
  CHECK(read(4) == 0);
  CHECK(read(6) == 0);

  write36(cells, k36x36, 5, 4, 0x3ffff, 0);  // bits 18 to 26
  cells.clock();
  CHECK(read(5) == 0x980014321);
  write36(cells, k36x36, 5, 2 + 8, 0, 0x3ffff);  // bits 9 to 17, bits 27 to 35
  cells.clock();
  CHECK(read(5) == 0xff8000121);

  write36(cells, k36x36, 5, kAllBytes, 0, 0);
  cells.top.write_a_i = 0;
  cells.clock();
  write36(cells, k36x36, 5, kAllBytes, 0, 0);
  cells.top.enable_a_i = 0;
  cells.clock();
  CHECK(read(5) == 0xff8000121);
  cells.top.address_b_i = 4 << 5;  // not enabled: what was read stays
  cells.clock();
  CHECK(cells.top.data_b_o[k36x36] == 0x3fe00);
}

TEST_CASE("a block RAM of 18 bits begins with its contents, and has two ports that write") {
  Plain cells;
  CHECK(cells.readB(k18x18, 15 << 4) == 0);
  CHECK(cells.readB(k18x18, 16 << 4) == 0x12345);
  CHECK(cells.readB(k18x18, 17 << 4) == 0x2bcde);
  CHECK(cells.readB(k18x18, 18 << 4) == 0);

  // B writes the upper byte; both ports show the word of before.
  cells.b(k18x18, true, 16 << 4 | 2, 0x00000);
  cells.a(k18x18, false, 16 << 4);
  cells.clock();
  CHECK(cells.top.data_a_o[k18x18] == 0x12345);
  CHECK(cells.top.data_b_o[k18x18] == 0x12345);
  cells.a(k18x18, false, 16 << 4);
  cells.clock();
  CHECK(cells.top.data_a_o[k18x18] == 0x00145);

  cells.writeA(k18x18, 1023 << 4 | 1, 0x3ffff);
  CHECK(cells.top.data_a_o[k18x18] == 0);  // that of before here too
  CHECK(cells.readB(k18x18, 1023 << 4) == 0x001ff);
}

TEST_CASE("a block RAM of 4 bits has four of them in a word, at both ports") {
  Plain cells;
  for (uint32_t i = 0; i < 4; ++i) {
    cells.a(k4x4, true, (40 + i) << 2, 1 + i);
    cells.b(k4x4, true, (48 + i) << 2, 15 - i);
    cells.clock();
  }
  for (uint32_t i = 0; i < 4; ++i) {
    cells.a(k4x4, false, (48 + i) << 2);
    cells.b(k4x4, false, (40 + i) << 2);
    cells.clock();
    CHECK(cells.top.data_a_o[k4x4] == 15 - i);
    CHECK(cells.top.data_b_o[k4x4] == 1 + i);
  }
  CHECK(cells.readB(k4x4, 39 << 2) == 0);
  CHECK(cells.readB(k4x4, 44 << 2) == 0);
}

TEST_CASE("parts of a word lie where a port of another width finds them") {
  Plain cells;
  for (const uint32_t bit : {0, 7, 8, 15}) cells.writeA(k1x18, 2 << 4 | bit, 1);
  CHECK(cells.readB(k1x18, 2 << 4) == 0x10281);
  cells.writeA(k2x18, 2 << 4 | 0 << 1, 3);
  cells.writeA(k2x18, 2 << 4 | 3 << 1, 2);
  cells.writeA(k2x18, 2 << 4 | 4 << 1, 1);
  cells.writeA(k2x18, 2 << 4 | 7 << 1, 3);
  CHECK(cells.readB(k2x18, 2 << 4) == 0x18283);
  for (const uint32_t i : {0, 1, 2, 3}) cells.writeA(k4x18, 2 << 4 | i << 2, 1 + i);
  CHECK(cells.readB(k4x18, 2 << 4) == 0x08621);
  cells.writeA(k9x18, 2 << 4, 0x101);
  cells.writeA(k9x18, 2 << 4 | 1 << 3, 0x0ff);
  CHECK(cells.readB(k9x18, 2 << 4) == 0x1ff01);

  write36(cells, k36x9, 5, kAllBytes, 0x14321, 0x261d9);
  cells.clock();
  CHECK(cells.readB(k36x9, 5 << 5 | 0 << 3) == 0x121);
  CHECK(cells.readB(k36x9, 5 << 5 | 1 << 3) == 0x0a1);
  CHECK(cells.readB(k36x9, 5 << 5 | 2 << 3) == 0x1d9);
  CHECK(cells.readB(k36x9, 5 << 5 | 3 << 3) == 0x130);
}

TEST_CASE("a port that writes shows nothing new, or what it writes") {
  Plain cells;
  cells.writeA(k9x18, 0, 0x155);  // WRITEMODE "NORMAL"
  CHECK(cells.top.data_a_o[k9x18] == 0);
  cells.a(k9x18, false, 0);
  cells.clock();
  CHECK(cells.top.data_a_o[k9x18] == 0x155);
  cells.writeA(k9x18, 0, 0x0aa);
  CHECK(cells.top.data_a_o[k9x18] == 0x155);
  cells.writeA(k1x18, 3, 1);  // "WRITETHROUGH"
  CHECK(cells.top.data_a_o[k1x18] == 1);
}

TEST_CASE("a multiplier takes each factor as signed or not") {
  Plain cells;
  CHECK(cells.product(3, false, 5, false) == 15);
  CHECK(cells.product(0x3fffd, true, 5, true) == 0xffffffff1);          // -3 * 5
  CHECK(cells.product(0x20000, true, 0x20000, true) == 0x400000000);    // -2^17 * -2^17
  CHECK(cells.product(0x3ffff, false, 0x3ffff, false) == 0xffff80001);  // (2^18 - 1)^2
  CHECK(cells.product(0x3ffff, true, 0x3ffff, false) == 0xffffc0001);   // -1 * (2^18 - 1)
  CHECK(cells.product(0x20000, false, 0x3fffe, true) == 0xffffc0000);   // 2^17 * -2
  CHECK_FALSE(cells.context.gotError());
}

TEST_CASE("modes that are not modelled end the simulation") {
  // One after the other: the runtime tells the model of last of what ends.
  const auto ends = [](auto cells, auto&& change) {
    change(cells->top);
    cells->top.eval();
    return cells->context.gotError();
  };
  CHECK(ends(std::make_unique<Plain>(), [](auto& top) { top.reset_i = 1; }));
  CHECK(ends(std::make_unique<Plain>(), [](auto& top) { top.chained_i = 1; }));
  CHECK(ends(std::make_unique<Plain>(), [](auto& top) { top.write_b_i = 1 << k36x36; }));
  CHECK_FALSE(ends(std::make_unique<Plain>(), [](auto&) {}));
  CHECK(ends(std::make_unique<Cells<Vnetlist_cells_registered>>(), [](auto&) {}));
}

}  // namespace intformer::test
