#include "Vmatmul_bench8.h"
#include "tests/rtl_matmul/bench.hpp"

namespace intformer::test {
namespace {

using Bench8 = Bench<Vmatmul_bench8, 8>;

Command smallMatmul() {
  Command command(Opcode::Matmul);
  command.set(Field::MatmulRows, 8).set(Field::Depth, 8).set(Field::Cols, 8);
  command.set(Field::BAddr, 64).set(Field::AStride, 8);
  return command;
}

/// Cycles in which each fault pin was high while the command ran.
struct Faults {
  std::array<int, 6> scratch{};
  int array = 0;
  int vector = 0;
};

Faults faultsOf(Bench8& bench, const Command& command) {
  Faults faults;
  bench.watch = [&] {
    for (std::size_t i = 0; i < 6; ++i) faults.scratch[i] += bench.top.scratch_fault_o >> i & 1;
    faults.array += bench.top.fault_array_o;
    faults.vector += bench.top.fault_vector_o;
  };
  bench.issue(command, 0);
  bench.drain();
  bench.watch = [] {};
  return faults;
}

}  // namespace

TEST_CASE("a word can be read in the cycle after its write was accepted") {
  Bench8 bench;
  bench.fillScratch([] { return uint8_t{0}; });
  const std::vector<uint8_t> bytes = {1, 2, 3, 4, 5, 6, 7, 0xff};
  bench.writeWord(77, bytes);
  bench.top.store_req_valid_i = 1;
  bench.top.store_req_addr_i = 77;
  bench.tick();
  bench.top.store_req_valid_i = 0;
  bench.tick();
  REQUIRE(bench.top.store_rsp_valid_o);
  CHECK(portBytes(bench.top.store_rsp_data_o, 8) == bytes);
}

TEST_CASE("of two writes to one bank the vector unit's goes first, to two banks both go") {
  Bench8 bench;
  bench.fillScratch([] { return uint8_t{0}; });
  auto& top = bench.top;
  const uint64_t first = 0x1111111111111111, second = 0x2222222222222222;
  top.vector_write_valid_i = top.load_write_valid_i = 1;
  setPort(top.vector_write_data_i, &first, 8);
  setPort(top.load_write_data_i, &second, 8);
  top.vector_write_addr_i = 8;
  top.load_write_addr_i = 12;  // four banks: the same one
  top.eval();
  CHECK(top.vector_write_ready_o);
  CHECK_FALSE(top.load_write_ready_o);
  top.load_write_addr_i = 13;
  top.eval();
  CHECK(top.load_write_ready_o);
}

TEST_CASE("readers of one bank are served in order of priority, others beside them") {
  Bench8 bench;
  bench.fillScratch([] { return uint8_t{0}; });
  auto& top = bench.top;
  top.vector_req_valid_i = top.store_req_valid_i = 1;
  top.vector_req_addr_i = 4;
  top.store_req_addr_i = 0;
  top.eval();
  CHECK(top.vector_req_ready_o);
  CHECK_FALSE(top.store_req_ready_o);
  top.vector_req_valid_i = 0;
  top.eval();
  CHECK(top.store_req_ready_o);
  top.vector_req_valid_i = 1;
  top.store_req_addr_i = 3;
  top.eval();
  CHECK(top.store_req_ready_o);
}

TEST_CASE("addresses beyond the end are granted and reported, and change nothing") {
  Bench8 bench;
  bench.fillScratch([] { return uint8_t{0}; });
  bench.clearAccumulator();
  const uint32_t words = Bench8::kScratchWords, rows = Bench8::kAccRows;

  const Faults none = faultsOf(bench, smallMatmul());
  CHECK(none.scratch == std::array<int, 6>{});
  CHECK(none.array == 0);

  Command command = smallMatmul();
  CHECK(faultsOf(bench, command.set(Field::AAddr, words - 5)).scratch[0] == 3);
  command = smallMatmul();
  CHECK(faultsOf(bench, command.set(Field::BAddr, words - 7)).scratch[1] == 1);
  command = smallMatmul();
  CHECK(faultsOf(bench, command.set(Field::CAddr, rows - 2)).array == 6);

  bench.writeWord(0, std::vector<uint8_t>(8, 9));
  int faults = 0;
  bench.watch = [&] { faults += bench.top.scratch_fault_o == 1 << 5; };
  bench.top.load_write_addr_i = words;  // wraps to word 0 if the range is not checked
  const std::vector<uint8_t> ones(8, 1);
  setPort(bench.top.load_write_data_i, ones.data(), 8);
  bench.handshake(bench.top.load_write_valid_i, bench.top.load_write_ready_o);
  bench.tick();
  bench.watch = [] {};
  CHECK(faults == 1);
  bench.top.store_req_addr_i = 0;
  bench.handshake(bench.top.store_req_valid_i, bench.top.store_req_ready_o);
  bench.tick();
  CHECK(portBytes(bench.top.store_rsp_data_o, 8) == std::vector<uint8_t>(8, 9));

  bench.top.acc_req_addr_i = rows;
  bench.handshake(bench.top.acc_req_valid_i, bench.top.acc_req_ready_o);
  CHECK(bench.top.fault_vector_o);
}

}  // namespace intformer::test
