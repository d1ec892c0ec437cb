#include "Vmatmul_bench8.h"
#include "tests/rtl_matmul/bench.hpp"

namespace intformer::test {
namespace {

using Bench8 = Bench<Vmatmul_bench8, 8>;

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

}  // namespace intformer::test
