#include "sw/report/occupancy.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/report/sample.hpp"

using namespace intformer;
using namespace intformer::report;
using intformer::report_test::Sample;
using intformer::report_test::transfer;

namespace {

const Occupancy* find(const ScratchHistory& history, uint64_t first, uint64_t begin) {
  const auto it = std::ranges::find_if(
      history.areas, [&](const auto& a) { return a.first == first && a.begin == begin; });
  return it == history.areas.end() ? nullptr : &*it;
}

}  // namespace

TEST_CASE("words are in use from their writing to their last reading") {
  const Sample sample;
  const ScratchHistory history = scratchHistory(sample.run());
  const Occupancy* input = find(history, 0, 10);
  REQUIRE(input != nullptr);
  CHECK(input->last == 4);
  CHECK(input->end == 400);  // the second matmul reads it last
  CHECK(history.contents[input->content].name == "input & more: loaded");
  CHECK(history.contents[input->content].kind == ContentKind::Tensor);
  const Occupancy* weights = find(history, 4, 20);
  REQUIRE(weights != nullptr);
  CHECK(history.contents[weights->content].name == "layer1.ffn<1>: weights and constants");
  const Occupancy* result = find(history, 16, 410);
  REQUIRE(result != nullptr);
  CHECK(result->end == 900);
  CHECK(history.contents[result->content].kind == ContentKind::Result);
  CHECK(history.peakWords == 8);
  CHECK(history.meanWords == Approx((4 * 390 + 4 * 380 + 4 * 490) / 1000.0));
}

TEST_CASE("overwriting a part ends the use of that part only") {
  Sample sample;
  sample.program.commands = {transfer(Opcode::Load, 0x1000, 8, 8),
                             transfer(Opcode::Store, 0x2000, 8, 8),
                             transfer(Opcode::Load, 0x1000, 10, 2),
                             transfer(Opcode::Store, 0x2000, 8, 8), Command(Opcode::End)};
  sample.program.operators = {{"copy", "gather", 0, {0, 1, 2, 3}}};
  RunData run = sample.run();
  run.times = {{0, 10}, {10, 20}, {30, 40}, {50, 60}, {0, 0}};
  const ScratchHistory history = scratchHistory(run);
  REQUIRE(history.areas.size() == 4);
  REQUIRE(find(history, 8, 0) != nullptr);
  CHECK(find(history, 8, 0)->last == 10);
  CHECK(find(history, 8, 0)->end == 60);
  CHECK(find(history, 10, 0)->end == 20);
  CHECK(find(history, 10, 30)->end == 60);
  CHECK(find(history, 12, 0)->end == 60);
  CHECK(history.peakWords == 8);
}
