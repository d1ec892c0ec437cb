// How few lanes are enough.

#include "sw/report/lanes.hpp"

#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::report;

namespace {

LanesRow row(uint32_t lanes, uint64_t cycles) {
  LanesRow made;
  made.plan.lanes = lanes;
  made.cycles = cycles;
  return made;
}

}  // namespace

TEST_CASE("proposed are the fewest lanes that cost next to nothing") {
  std::vector<LanesRow> rows = {row(8, 100'000), row(4, 100'099), row(2, 100'100), row(1, 120'000)};
  propose(rows);
  CHECK_FALSE(rows[0].proposed);
  CHECK(rows[1].proposed);
  CHECK_FALSE(rows[2].proposed);
  CHECK(rows[3].loss == Approx(0.2));
  std::vector<LanesRow> odd = {row(2, 500), row(1, 400)};
  propose(odd);
  CHECK(odd[1].proposed);
  CHECK(odd[0].loss == Approx(0.25));
}
